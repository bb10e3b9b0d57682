"""`tempofit env`: what tools need to reach the local cloud."""

import shlex
from typing import Annotated

import msgspec
import typer

from local.addresses import Addresses
from local.launcher import CREDENTIALS
from tempofit.addresses import CloudError, running_addresses


def env(
    json: Annotated[bool, typer.Option("--json", help="Print names and values as JSON.")] = False,
) -> None:
    """Print what tools need to reach the local cloud, as lines for a shell.

    In a shell: eval "$(tempofit env)". Then aws, redis-cli and programs of one's own find what
    runs: endpoints, credentials, region, Redis, the page, the WebSocket API, the HTTP door,
    tokens, and the names of tables and streams. Exits with 1 when no cloud runs.
    """
    try:
        variables = of(running_addresses())
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if json:
        typer.echo(msgspec.json.encode(variables))
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def of(known: Addresses) -> dict[str, str]:
    """The variables by name; those of tables, streams and the queue are the functions' own."""
    lake = {"AWS_ENDPOINT_URL_FIREHOSE": known.lake_url} if known.lake_url else {}
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": known.dynamodb_url,
        "AWS_ENDPOINT_URL_KINESIS": known.kinesis_url,
        "AWS_ENDPOINT_URL_SQS": known.sqs_url,
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": known.management_url,
        **lake,
        **CREDENTIALS,
        "AWS_REGION": known.region,
        "REDIS_URL": known.redis_url,
        "TEMPOFIT_PAGE_URL": known.page_url,
        "TEMPOFIT_WEBSOCKET_URL": known.websocket_url,
        "TEMPOFIT_HEART_RATE_URL": known.heart_rate_url,
        "TEMPOFIT_TOKEN_URL": known.token_url,
        "HEART_RATE_STREAM": known.heart_rate_stream,
        "AVERAGES_STREAM": known.averages_stream,
        "REQUESTS_STREAM": known.requests_stream,
        "SONGS_TABLE": known.songs_table,
        "SONG_ENDS_TABLE": known.song_ends_table,
        "DEAD_LETTERS_QUEUE_URL": known.dead_letters_queue_url,
    }
