"""`tempofit evaluate`: how well the songs fit recorded workouts, beside other ways to choose."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from catalog.errors import FileError, Refused
from catalog.files import read_songs
from catalog.tables import first_few
from evaluation import histories as made
from evaluation import spikes as spiky
from evaluation import trial as evaluation
from evaluation.fit import PolicyFit
from evaluation.policies import POLICIES
from evaluation.segments import segments
from evaluation.trial import NothingToPlayError, Report, Shown, Trial
from events.session import Mode, Settings
from simulator.replay import read_workouts
from tempofit.printing import print_whole


def evaluate(
    workouts: Annotated[
        Path, typer.Option(help="Recorded workouts: Parquet, CSV, or FitRec's JSON lines.")
    ],
    songs: Annotated[Path, typer.Option(help="Songs: CSV or Parquet, such as Exportify's.")],
    mode: Annotated[Mode, typer.Option(help="What the target tempo follows.")] = "pulse",
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Only this way to choose, and constant; repeat for more: {', '.join(POLICIES)}."
        ),
    ] = None,
    responsive: Annotated[
        bool, typer.Option("--responsive", help="And `tempofit-responsive`, whatever --policy.")
    ] = False,
    library_size: Annotated[
        list[int] | None,
        typer.Option(
            min=1, help="And with so many of the songs, others with each seed; repeat for more."
        ),
    ] = None,
    shortest: Annotated[
        float, typer.Option(min=0, help="Leave out songs shorter than this, in seconds.")
    ] = 0.0,
    people: Annotated[
        Literal["tuning", "reporting", "all"] | None,
        typer.Option(help="Whom to show: by default the half that nothing is tuned on."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Read this many workouts; by default all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The first seed; the same seed draws the same.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="How many seeds to draw with.")] = 3,
    spikes: Annotated[
        bool, typer.Option("--spikes", help="And how far made spikes move the running average.")
    ] = False,
    histories: Annotated[
        bool, typer.Option("--histories", help="And what made listeners skip; about two minutes.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw a picture into this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Play recorded workouts with TempoFit's own functions and measure how far off the songs are.

    Beside it, on the same workouts and songs: the rule that it was conceived with (original), one
    tempo for all (constant), and three that know the future: the best single tempo for each song
    (oracle), the song nearest to that (oracle-catalog), and the least gap that the songs allow in
    any order, however often they repeat (limit).
    """
    names, sizes = _names(policy, responsive), library_size or ()
    refused: dict[Path, list[Refused]] = {workouts: [], songs: []}
    try:
        what = _trial(workouts, songs, Settings(mode=mode), people, limit, refused, shortest)
        fits, libraries = _play(what, names, sizes, range(seed, seed + seeds))
        if plot:
            _draw(plot, what, fits, seed)
    except (FileError, NothingToPlayError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    found = evaluation.report(
        what,
        range(seed, seed + seeds),
        fits,
        libraries,
        len(refused[workouts]),
        len(refused[songs]),
    )
    if spikes:
        found = msgspec.structs.replace(found, spikes=spiky.effect(what.segments, seed))
    if histories:
        found = msgspec.structs.replace(found, histories=_live(what, seed))
    if json:
        typer.echo(msgspec.json.encode(found))
        return
    for path, rows in refused.items():
        for line in first_few(rows):
            typer.echo(f"{path}: {line}", err=True)
    _print(found)


def _trial(
    workouts: Path,
    songs: Path,
    settings: Settings,
    people: Shown | None,
    limit: int | None,
    refused: dict[Path, list[Refused]],
    shortest: float,
) -> Trial:
    read = read_workouts(workouts, refused[workouts].append, limit)
    stretches = [one for workout in read for one in segments(workout, settings)]
    read_all = read_songs(songs, refused[songs].append)
    library = [song for song in read_all if song.duration_seconds >= shortest]
    return evaluation.trial(stretches, library, settings, people)


def _names(policy: Sequence[str] | None, responsive: bool) -> list[str]:
    """The policies in their order; `constant` always, as it is hard to beat in some modes."""
    for name in policy or ():
        if name not in POLICIES:
            raise typer.BadParameter(
                f"{name!r} is none of {', '.join(POLICIES)}", param_hint="--policy"
            )
    wanted = {*(policy or POLICIES), "constant"} | (
        {"tempofit-responsive"} if responsive else set()
    )
    return [name for name in POLICIES if name in wanted]


def _play(
    what: Trial, names: Sequence[str], sizes: Sequence[int], seeds: Sequence[int]
) -> tuple[dict[str, PolicyFit], dict[str, dict[str, PolicyFit]]]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        passes = len(list(evaluation.passes(names, seeds))) + len(sizes) * len(seeds) * len(names)
        steps = len(what.segments) * passes
        task = progress.add_task("Playing the workouts", total=steps)

        def step() -> None:
            progress.advance(task)

        fits = evaluation.run(what, names, seeds, step)
        return fits, evaluation.run_sizes(what, names, sizes, seeds, step)


def _live(what: Trial, seed: int) -> dict[str, dict[str, made.Outcome]]:
    songs, settings = what.setup.library.songs, what.setup.settings
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Working out again and again", total=made.STEPS)
        return made.outcomes(what.segments, songs, settings, seed, lambda: progress.advance(task))


def _draw(plot: Path, what: Trial, fits: dict[str, PolicyFit], seed: int) -> None:
    from evaluation import plot as picture  # half a second, which only a picture is worth

    try:
        picture.draw(plot, what, fits, seed)
    except (OSError, ValueError) as error:
        raise FileError(f"{plot} cannot be drawn: {error}.") from None


def _print(found: Report) -> None:
    console = Console(highlight=False)
    half = "all people" if found.shown == "all" else f"the {found.shown} half of the people"
    seeds = f"seeds {found.seeds[0]}-{found.seeds[-1]}" if len(found.seeds) > 1 else "one seed"
    console.print(
        f"\nMode {found.mode}, {half}: {found.people:,} people, {found.workouts:,} workouts, "
        f"{found.segments:,} stretches, {found.hours:.1f} h; {found.songs:,} songs; {seeds}.\n"
        f"{found.workout_rows_refused:,} rows of workouts and {found.song_rows_refused:,} of songs "
        f"refused. Gaps in beats/min; constant: {found.constant_tempo:.0f}, tuned on the other "
        "half where there is one; ratios to original and oracle-catalog.\n"
    )
    for table in (
        _gaps(found.policies),
        _shares(found.policies),
        _repeats(found.policies),
        _people(found.policies),
    ):
        print_whole(console, table)
    _print_spikes(console, found.spikes)
    for size, ways in found.histories.items():
        console.print(
            f"Made listeners of {int(size):,} songs, {made.WORKOUTS} workouts each; ratios to "
            f"{made.BASE}:"
        )
        print_whole(console, _outcomes(ways))
    for size, policies in found.libraries.items():
        console.print(f"With {int(size):,} of the songs:")
        for table in (_gaps(policies), _repeats(policies)):
            print_whole(console, table)


def _print_spikes(console: Console, found: spiky.Effect | None) -> None:
    if found is None:
        return
    console.print(
        f"{found.spikes:,} made spikes of 1 to 3 s move averages over 30 s by "
        f"{found.moved_mean:.2f} beats/min, {found.moved_far:.2%} of them by more than 2, and "
        f"{found.moved_most:.1f} at most; without the filter by "
        f"{found.unfiltered_mean:.2f}, {found.unfiltered_most:.1f} at most. Lines as they were "
        f"recorded are moved by {found.own_mean:.2f}. Of {found.sprints:,} sprints each came "
        f"through within {found.sprint_seconds:g} s.\n"
    )


def _outcomes(ways: dict[str, made.Outcome]) -> Table:
    table = _table("gap", "ratio", "skips an hour", "ratio", "different songs", "ratio")
    for name, one in ways.items():
        table.add_row(
            name,
            f"{one.gap:.2f}",
            f"{one.gap_ratio:.3f}",
            f"{one.skips_per_hour:.2f}",
            f"{one.skips_ratio:.3f}",
            f"{one.songs:.0f}",
            f"{one.songs_ratio:.3f}",
        )
    return table


def _gaps(policies: dict[str, PolicyFit]) -> Table:
    table = _table(
        "gap", "±", "p90", "as heard", "1st song", "2nd song", "to original", "to catalog"
    )
    for name, one in policies.items():
        spread = one.spread.get("gap_raw_mean")
        table.add_row(
            name,
            f"{one.gap_raw_mean:.2f}",
            "" if spread is None else f"{spread:.2f}",
            f"{one.gap_raw_p90:.1f}",
            f"{one.gap_heard_mean:.2f}",
            f"{one.first_song_gap_raw_mean:.2f}",
            f"{one.second_song_gap_raw_mean:.2f}",
            _ratio(one, policies.get("original")),
            _ratio(one, policies.get("oracle-catalog")),
        )
    return table


def _shares(policies: dict[str, PolicyFit]) -> Table:
    table = _table("folded gap", "within 4 %", "10 %", "songs", "repeats", "of artists", "empty")
    for name, one in policies.items():
        table.add_row(
            name,
            f"{one.gap_folded_mean:.2f}",
            f"{one.within_4pct:.0%}",
            f"{one.within_10pct:.0%}",
            f"{one.songs_played:,.0f}",
            f"{one.repeats:,.0f}",
            f"{one.artist_repeats:.1%}",
            f"{one.empty:,.0f}",
        )
    return table


def _repeats(policies: dict[str, PolicyFit]) -> Table:
    table = _table("back within 20 min", "30 min", "60 min", "longest away, min")
    for name, one in policies.items():
        table.add_row(
            name,
            f"{one.back_within_20_minutes:.1%}",
            f"{one.back_within_30_minutes:.1%}",
            f"{one.back_within_60_minutes:.1%}",
            f"{one.longest_away_minutes:.0f}",
        )
    return table


def _people(policies: dict[str, PolicyFit]) -> Table:
    table = _table("median person", "worst person", "better off than with original")
    original = policies.get("original")
    for name, one in policies.items():
        gaps = one.gap_raw_by_person
        better = original and sum(gaps[user] < original.gap_raw_by_person[user] for user in gaps)
        table.add_row(
            name,
            f"{median(gaps.values()):.2f}",
            f"{max(gaps.values()):.2f}",
            "-" if better is None else f"{better} of {len(gaps)}",
        )
    return table


def _table(*heads: str) -> Table:
    table = Table("", box=None, padding=(0, 1, 0, 0))
    table.columns[0].no_wrap = True
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _ratio(one: PolicyFit, other: PolicyFit | None) -> str:
    return f"{one.gap_raw_mean / other.gap_raw_mean:.2f}" if other and other.gap_raw_mean else "-"
