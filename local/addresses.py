"""Where the parts of the running cloud answer; the launcher writes it down for the commands."""

import os
from pathlib import Path

import msgspec

from local.project import PROJECT, REGION

RUN = Path(os.environ.get("TEMPOFIT_RUN") or PROJECT / ".tempofit" / "run").absolute()
"""The folder of the cloud that runs; one runs in a folder at a time."""
FILE = "addresses.json"


class Addresses(msgspec.Struct, frozen=True):
    """Addresses, and what the template's things are called here; empty when nothing runs."""

    page_url: str = ""
    websocket_url: str = ""
    heart_rate_url: str = ""
    """Where heart rates are posted."""
    token_url: str = ""
    management_url: str = ""
    kinesis_url: str = ""
    dynamodb_url: str = ""
    sqs_url: str = ""
    redis_url: str = ""
    heart_rate_stream: str = ""
    averages_stream: str = ""
    requests_stream: str = ""
    songs_table: str = ""
    song_ends_table: str = ""
    dead_letters_queue_url: str = ""
    lake_url: str = ""
    """Of Firehose, where there is a lake."""
    region: str = REGION
