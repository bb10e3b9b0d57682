"""What the lake adds to the bill of a stage that has one (`-c lake=on`), by the same model."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from msgspec import Struct, structs

from events.lake import AverageRow, PlayRow, encode
from lambdas.adapters.lake import RECORD_BYTES
from planning.capacity import Metered, capacity
from planning.cost import members
from planning.load import Load, average_period
from planning.prices import HOURS_OF_A_MONTH, price_of
from planning.sizes import AT_MS, AVERAGE, typical_song
from planning.template import settings_of
from planning.work import INVOKE_SECONDS, KINESIS_SECONDS, LOG_BYTES

WINDOW_SECONDS, KEPT_DAYS, FILE_SECONDS = 10, 400, 900
"""As infra/lake.py and infra/stack.py have them; a test compares."""
ROUNDED_BYTES = 5 << 10
"""Firehose: "Pricing". A record is metered as whole units of so many bytes."""
PARQUET = 0.1
"""Bytes in a file for each of JSON, measured: 21 of 209 for averages that differ."""
ROW_SECONDS = 10e-6
"""To decode an average, hash whose it is, and write the row: measured, 3.6 us without decoding."""
HOURS_OF_A_DAY = 24
PERSON = "p" * 32


class Lake(Struct, frozen=True):
    """What it costs more, by line."""

    lines: dict[str, float]
    per_month_usd: float
    per_1000_user_hours_usd: float
    one_row_a_record_usd: float
    """What the deliveries would cost a month if each row were a record of its own."""


def lake(load: Load, template: Mapping[str, Any], mean: float = 1.0) -> Lake:
    """The lake of `load.users` at the peak, `mean` of them on average; storage when it is full."""
    settings = settings_of(template)
    needed = capacity(structs.replace(load, members=members(load, mean)), settings)
    shards = settings.readers["schedule"].shards
    averages = load.users * mean / average_period(load, settings)
    songs = load.songs_per_second * mean
    (requests,) = (hop for hop in needed.hops if hop.stream == "song-requests")
    calls = shards / WINDOW_SECONDS
    average, play = (len(encode(row)) for row in (_average(), _play()))
    delivered = _rounded(averages, average, calls) + _rounded(
        songs, play, requests.invocations_per_second * mean
    )
    alone = averages * ROUNDED_BYTES + songs * ROUNDED_BYTES
    written = PARQUET * (averages * average + songs * play)
    seconds = calls * (INVOKE_SECONDS + KINESIS_SECONDS) + averages * ROW_SECONDS
    per_second = [
        ("Firehose", "GB", delivered / 1e9),
        ("Firehose conversion", "GB", delivered / 1e9),
        ("S3 requests", "request", 2 / FILE_SECONDS),
        ("Lambda requests", "request", calls),
        ("Lambda duration", "GB-second", seconds * settings.memory_mb / 1024),
        ("CloudWatch logs", "GB", calls * LOG_BYTES / 1e9),
    ]
    metered = [Metered(line, unit, 3600 * quantity) for line, unit, quantity in per_second]
    kept = written * 3600 * HOURS_OF_A_DAY * KEPT_DAYS / 1e9
    metered += [Metered("S3 storage", "GB-hour", kept), Metered("Secrets", "secret-hour", 1)]
    lines = {one.line: _usd(one.line, one.unit, one.quantity) for one in metered}
    per_month = sum(lines.values())
    return Lake(
        lines,
        per_month,
        1000 * per_month / (load.users * mean * HOURS_OF_A_MONTH),
        sum(_usd(line, "GB", 3600 * alone / 1e9) for line in ("Firehose", "Firehose conversion")),
    )


def _usd(line: str, unit: str, per_hour: float) -> float:
    return price_of(line, unit).usd_of(per_hour * HOURS_OF_A_MONTH)


def _rounded(rows: float, row_bytes: int, calls: float) -> float:
    """Bytes a second that are metered of so many rows a second, delivered in so many calls."""
    if not calls:
        return 0.0
    size = rows / calls * row_bytes
    records = max(1, ceil(size / RECORD_BYTES))
    return calls * records * ceil(size / records / ROUNDED_BYTES) * ROUNDED_BYTES


def _average() -> AverageRow:
    mean = round(AVERAGE, 2)
    return AverageRow(PERSON, AT_MS, 142, mean, 139, 144, mean, 900, AT_MS, AT_MS)


def _play() -> PlayRow:
    pushed = typical_song()
    song, why = pushed.song, pushed.why
    return PlayRow(
        person=PERSON,
        session=pushed.session,
        slot=pushed.slot,
        library=pushed.library,
        song=song.id,
        title=song.title,
        artist=song.artist,
        genre=song.genre,
        mode=why.mode,
        target_tempo=round(AVERAGE, 2),
        tempo=why.tempo,
        starts_at_ms=pushed.starts_at_ms,
        ends_at_ms=pushed.ends_at_ms,
        measured_seconds=223.6,
        average=141.7,
        highest=152.0,
        zone_1_seconds=0.0,
        zone_2_seconds=0.0,
        zone_3_seconds=12.4,
        zone_4_seconds=211.2,
        zone_5_seconds=0.0,
        fit=0.9312,
        skipped=False,
        arrived_ms=AT_MS,
    )
