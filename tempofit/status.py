"""`tempofit status`: what runs here, for a person in a hurry."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from local.lock import launcher
from tempofit import addresses
from tempofit.addresses import CloudError, running_addresses
from tempofit.operations.status import Status, ask


def status(
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say what runs here: parts, functions, streams, people, songs.

    Exits with 1 when no cloud runs, or a part does not answer.
    """
    try:
        known = running_addresses()
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    found = asyncio.run(ask(known, launcher(addresses.ADDRESSES.parent) or 0))
    typer.echo(msgspec.json.encode(found) if json else "\n".join(lines(found)))
    if not all(part.answers for part in found.parts):
        raise typer.Exit(1)


def lines(found: Status) -> Iterator[str]:
    """What was found, the shortest way."""
    yield f"TempoFit runs as process {found.process}."
    for part in found.parts:
        does = "answers" if part.answers else "does not answer"
        yield f"  {part.name:8}  {part.address:28}  {does}"
    workers = (f"{name} {count}" for name, count in sorted(found.functions.items()))
    yield f"Functions and their workers: {', '.join(workers) or 'not known'}."
    for one in found.mappings:
        shards = found.shards.get(one.stream, 0)
        yield (
            f"  {one.stream} ({shards} {'shard' if shards == 1 else 'shards'}) to {one.function}: "
            f"{one.lag:,} records wait, {one.delivered:,} delivered, {one.discarded:,} given up, "
            f"{one.failures:,} invocations failed"
        )
    counts = {
        "people connected": found.people,
        "songs stored": found.songs,
        "dead letters": found.dead_letters,
    }
    yield ", ".join(
        f"{name}: {'not known' if count is None else format(count, ',')}"
        for name, count in counts.items()
    )
    folder = addresses.ADDRESSES.parent / "logs"
    for part in found.parts:
        if not part.answers:
            yield f"The part {part.name!r} does not answer: {folder / part.name}.log may say why."
