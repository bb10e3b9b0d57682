"""`tempofit tail`: the records of a stream as they come."""

from itertools import islice
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from local.addresses import Addresses
from tempofit.addresses import CloudError, running_addresses
from tempofit.operations import tail as operation
from tempofit.operations.here import client_here

WORDS = {
    "heart-rate": operation.heart_rate,
    "average-heart-rate": operation.averages,
    "song-requests": operation.song_request,
}


def tail(
    stream: Annotated[str, typer.Argument(help=f"One of {', '.join(WORDS)}.")],
    json: Annotated[bool, typer.Option("--json", help="Print each record as JSON.")] = False,
    count: Annotated[
        int | None, typer.Option(min=1, help="End after so many records, not at Ctrl-C.")
    ] = None,
) -> None:
    """Print the records of one of the local cloud's streams as they come, until Ctrl-C.

    Exits with 1 when no cloud runs, or it ends.
    """
    if stream not in WORDS:
        raise typer.BadParameter(
            f"{stream!r} is no stream: there are {', '.join(WORDS)}", param_hint="STREAM"
        )
    try:
        _print(running_addresses(), stream, json, count)
    except KeyboardInterrupt:
        return
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _print(known: Addresses, stream: str, json: bool, count: int | None) -> None:
    kinesis = client_here("kinesis", known.kinesis_url)
    name = _names(known)[stream]
    try:
        for record in islice(operation.follow(kinesis, name), count):
            words = WORDS[stream]
            typer.echo(operation.as_json(record) if json else operation.sentence(record, words))
    except (BotoCoreError, ClientError) as error:
        raise CloudError(f"The stream {stream} at {known.kinesis_url} ended: {error}.") from None
    finally:
        kinesis.close()


def _names(known: Addresses) -> dict[str, str]:
    """The streams, by what they are called in the documentation."""
    names = (known.heart_rate_stream, known.averages_stream, known.requests_stream)
    return dict(zip(WORDS, names, strict=True))
