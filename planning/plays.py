"""What it takes to keep what was played, and to tell it: apart, as a stage may keep it for less."""

from math import ceil

from lambdas.adapters import plays as table
from lambdas.domain.line import MINUTE_MS
from lambdas.domain.played import HELD_SECONDS
from planning import quotas
from planning.capacity import Metered
from planning.load import Load
from planning.sizes import PLAY_BYTES, SONG_END_BYTES
from planning.work import LOG_BYTES, SOCKET_SECONDS

NAME = " plays"
"""With which the lines end that stand for this."""
HISTORIES, ENDS = 1, 1
"""Of a workout, how often somebody looks at those before it, and ends it. Assumed."""
ANSWERS = 2
"""Each is a message in, and one out: a page of twenty workouts is less than 32 KB."""
YEAR_HOURS = 8_760
ITEM_OVERHEAD_BYTES = 100
"""DynamoDB: "Pricing for on-demand capacity". Storage is metered with this for each item."""


def plays(load: Load, memory_mb: float) -> list[Metered]:
    """An hour of this load, in the units of AWS's prices; storage after a year of it."""
    songs = 3600 * load.songs_per_second
    looks, ends = (3600 * load.starts_per_second * often for often in (HISTORIES, ENDS))
    calls = looks + ends
    kept_gb = songs * YEAR_HOURS * (PLAY_BYTES + ITEM_OVERHEAD_BYTES) / 1e9
    # A query is not strongly consistent; the song end beside it is.
    page_units = ceil(table.QUERY_ITEMS * PLAY_BYTES / quotas.READ_UNIT_BYTES) / 2
    end_units = ceil(SONG_END_BYTES / quotas.READ_UNIT_BYTES)
    writes_of_item = ceil(PLAY_BYTES / quotas.WRITE_UNIT_BYTES)
    writes_of_end = ceil(SONG_END_BYTES / quotas.WRITE_UNIT_BYTES)
    minutes = 1 + (load.song_seconds + HELD_SECONDS) * 1000 / MINUTE_MS
    per_hour = [
        ("DynamoDB writes", "write unit", songs * writes_of_item + ends * writes_of_end),
        ("DynamoDB reads", "read unit", looks * page_units + calls * end_units),
        ("DynamoDB storage", "GB-hour", kept_gb),
        ("DynamoDB backups", "GB-hour", kept_gb),
        ("ElastiCache requests", "ECPU", songs * minutes),
        ("API Gateway messages", "message", ANSWERS * calls),
        ("Lambda requests", "request", calls),
        ("Lambda duration", "GB-second", calls * SOCKET_SECONDS["workout"] * memory_mb / 1024),
        ("CloudWatch logs", "GB", calls * LOG_BYTES / 1e9),
    ]
    return [Metered(f"{line}{NAME}", unit, quantity) for line, unit, quantity in per_hour]
