"""`tempofit simulate`: simulated and recorded workouts against a running cloud."""

import asyncio
import re
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import aiohttp
import boto3
import msgspec
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import structs
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from catalog.cells import shown
from catalog.errors import FileError, Refused
from events.messages import Error, ServerMessage
from events.samples import Sample
from events.session import Settings, SongPush
from simulator.client import Client, Refusal, Service, fetch_token, open_http
from simulator.fleet import athlete_feeds, run_clients, workout_feeds
from simulator.pace import Feed, clock_ms
from simulator.producer import Producer, ProducerError, produce
from simulator.profiles import ProfileName
from simulator.replay import one_hertz, read_workouts
from tempofit.addresses import CloudError, read_addresses, remedy, require
from tempofit.options import check_library
from tempofit.refusals import Refusals

LINGER_SECONDS = 3.0
"""How long clients stay after their last sample, for the song that it made due."""

app = typer.Typer(add_completion=False)


@dataclass
class Totals:
    """What was sent and received so far."""

    samples_sent: int = 0
    songs_received: int = 0
    refused: int = 0
    refusal: str = ""
    """The last one."""
    _newest_ms: dict[str, int] = field(default_factory=dict)

    def sent(self, user: str, samples: Sequence[Sample], _at_ms: int) -> None:
        """Counts samples that were not sent before."""
        newest_ms = self._newest_ms.get(user, -1)
        self.samples_sent += sum(sample[0] > newest_ms for sample in samples)
        self._newest_ms[user] = max(newest_ms, samples[-1][0])

    def received(self, _user: str, message: ServerMessage | Refusal) -> None:
        """Counts songs and refusals."""
        self.songs_received += isinstance(message, SongPush)
        if isinstance(message, Error | Refusal):
            self.refused += 1
            self.refusal = message.message

    def line(self) -> str:
        """The counts in words."""
        return (
            f"{self.samples_sent:,} samples sent, {self.songs_received:,} songs received, "
            f"{self.refused:,} refused"
        )


@dataclass(frozen=True)
class Plan:
    """Who works out, how, and how fast."""

    athletes: int
    profile: ProfileName | None
    seconds: int | None
    speed: float
    seed: int
    group: str
    workouts: Path | None
    limit: int | None
    interpolate: bool

    def feeds(self, refused: Callable[[Refused], None]) -> dict[str, Feed]:
        """The feeds, starting now. FileError when the file of workouts cannot be used."""
        if self.workouts is None:
            return athlete_feeds(
                self.athletes,
                self.seed,
                clock_ms(),
                group=self.group,
                profile=self.profile,
                seconds=self.seconds,
                speed=self.speed,
            )
        workouts = list(read_workouts(self.workouts, refused, self.limit or self.athletes))
        if not workouts:
            raise FileError(f"{self.workouts} holds no workout that can be replayed.")
        if self.interpolate:
            workouts = [one_hertz(workout) for workout in workouts]
        return workout_feeds(
            workouts,
            self.athletes,
            clock_ms(),
            group=self.group,
            seconds=self.seconds,
            speed=self.speed,
        )


class Summary(msgspec.Struct, frozen=True):
    """What `--json` prints. Over Kinesis nobody listens, so no song can be counted."""

    athletes: int
    seconds: float
    samples_sent: int
    songs_received: int | None
    refused: int
    reconnects: int
    rows_refused: int


@app.command()
def simulate(
    athletes: Annotated[int, typer.Option(min=1, help="How many people work out.")] = 25,
    profile: Annotated[
        ProfileName | None,
        typer.Option(help="How they work out; without it they take turns."),
    ] = None,
    seconds: Annotated[
        int | None,
        typer.Option(min=1, help="Seconds of each workout; without it to its end, or Ctrl-C."),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="How many times as fast.")] = 1.0,
    via: Annotated[Literal["websocket", "kinesis"], typer.Option(help="The way in.")] = "websocket",
    seed: Annotated[int, typer.Option(help="The same seed makes the same athletes.")] = 1,
    name: Annotated[
        str, typer.Option(help="Users are NAME-001 and on; take another beside a running crowd.")
    ] = "athlete",
    workouts: Annotated[
        Path | None,
        typer.Option(help="Replay recorded workouts: Parquet, CSV, or FitRec's JSON lines."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Read this many workouts; by default one for each athlete."),
    ] = None,
    interpolate: Annotated[
        bool, typer.Option("--interpolate", help="Replay at one sample a second; holes stay.")
    ] = False,
    library: Annotated[str, typer.Option(help="The song library to play from.")] = "demo",
    settings: Annotated[
        str,
        typer.Option(help='How songs are chosen, as the API takes it: {"mode": "zone"}, say.'),
    ] = "{}",
    websocket_url: Annotated[str, typer.Option(envvar="TEMPOFIT_WEBSOCKET_URL")] = "",
    token_url: Annotated[str, typer.Option(envvar="TEMPOFIT_TOKEN_URL")] = "",
    kinesis_url: Annotated[str, typer.Option(envvar="TEMPOFIT_KINESIS_URL")] = "",
    stream: Annotated[str, typer.Option(envvar="TEMPOFIT_STREAM")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the totals as JSON.")] = False,
) -> None:
    """Let simulated athletes, or recorded workouts, work out against the running local cloud."""
    if speed != 1 and seconds is None and workouts is None:
        raise typer.BadParameter("another speed than 1 needs --seconds", param_hint="--speed")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,50}", name):
        raise typer.BadParameter(
            f"{name!r} holds more than letters, digits, _ and -", param_hint="--name"
        )
    plan = Plan(athletes, profile, seconds, speed, seed, name, workouts, limit, interpolate)
    totals, refused, reconnects = Totals(), Refusals(), 0
    show = Console().is_terminal and not json
    began = time.monotonic()
    try:
        known = read_addresses()
        if via == "websocket":
            chosen = structs.replace(_settings(settings), library=check_library(library))
            service = Service(websocket_url or known.websocket_url, token_url or known.token_url)
            require(service.websocket_url, service.token_url)
            feeds = plan.feeds(refused.add)
            reconnects = asyncio.run(by_websocket(feeds, service, chosen, totals, show))
        else:
            address, stream = kinesis_url or known.kinesis_url, stream or known.heart_rate_stream
            require(address, stream)
            feeds = plan.feeds(refused.add)
            asyncio.run(by_kinesis(feeds, address, stream, known.region, totals, show))
    except (CloudError, FileError, ProducerError) as error:
        typer.echo(str(error), err=True)
        _say(refused if isinstance(error, FileError) else Refusals(), workouts)
        raise typer.Exit(1) from None
    if json:
        songs = totals.songs_received if via == "websocket" else None
        summary = Summary(
            athletes=len(feeds),
            seconds=round(time.monotonic() - began, 1),
            samples_sent=totals.samples_sent,
            songs_received=songs,
            refused=totals.refused,
            reconnects=reconnects,
            rows_refused=refused.count,
        )
        typer.echo(msgspec.json.encode(summary))
        return
    _say(refused, workouts)
    typer.echo(f"{len(feeds)} athletes: {totals.line()}, {reconnects:,} reconnects.")
    if totals.refusal:
        typer.echo(f"The last refusal: {totals.refusal}", err=True)


def _say(refused: Refusals, workouts: Path | None) -> None:
    """Why rows were not taken, the first of them."""
    for line in refused.lines():
        typer.echo(f"{workouts}: {line}", err=True)


def _settings(text: str) -> Settings:
    """The settings of a session; typer.BadParameter when they are none."""
    try:
        return msgspec.json.decode(text, type=Settings)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise typer.BadParameter(f"{shown(text)!r}: {error}", param_hint="--settings") from None


async def by_websocket(
    feeds: dict[str, Feed],
    service: Service,
    settings: Settings,
    totals: Totals,
    show: bool,
) -> int:
    """Plays the feeds as WebSocket clients until they end or Ctrl-C; how often they reconnected.

    CloudError when nothing answers, when nobody could connect, or when all were refused.
    """
    async with open_http() as http:
        try:
            await fetch_token(http, service, next(iter(feeds)))
        except (aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
            raise CloudError(
                f"No tokens are issued at {service.token_url}. {remedy(error)}"
            ) from None
        clients = [
            Client(
                user,
                feed,
                service,
                http,
                settings=settings,
                received=totals.received,
                sent=totals.sent,
            )
            for user, feed in feeds.items()
        ]

        def line() -> str:
            connected = sum(client.connected for client in clients)
            return f"{connected} of {len(clients)} athletes connected, {totals.line()}"

        await _until_stopped(run_clients(clients, LINGER_SECONDS), line, show)
    failures = [client.failure for client in clients if client.failure]
    if failures and not any(client.connects for client in clients):
        raise CloudError(f"Nobody could connect to {service.websocket_url}. {failures[0]}")
    if all(client.refused for client in clients):
        raise CloudError(f"The server takes no more from these athletes. {failures[0]}")
    return sum(max(0, client.connects - 1) for client in clients)


async def by_kinesis(
    feeds: dict[str, Feed], address: str, stream: str, region: str, totals: Totals, show: bool
) -> None:
    """Plays the feeds by PutRecords until they end or Ctrl-C. CloudError, ProducerError."""
    kinesis = boto3.client(
        "kinesis",
        endpoint_url=address,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local cloud asks for any
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    try:
        await _until_stopped(
            produce(Producer(kinesis, stream, totals.sent), feeds),
            lambda: f"{len(feeds)} athletes, {totals.samples_sent:,} samples sent",
            show,
        )
    except (BotoCoreError, ClientError) as error:
        raise CloudError(
            f"Stream {stream!r} at {address} takes no records: {error}. {remedy(error)}"
        ) from None
    finally:
        kinesis.close()


async def _until_stopped(
    work: Coroutine[Any, Any, None], line: Callable[[], str], show: bool
) -> None:
    """Awaits the work; Ctrl-C and SIGTERM end it early. Shows the line as it goes, if asked to."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows, where Ctrl-C raises by itself
            loop.add_signal_handler(number, task.cancel)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, disable=not show, transient=True) as progress:
        shown = progress.add_task(line(), total=None)
        while not task.done():
            await asyncio.wait({task}, timeout=0.5)
            progress.update(shown, description=line())
    if not task.cancelled():
        task.result()
