"""What the tables of song ends and songs are asked for under a load."""

from math import ceil

from msgspec import Struct

from lambdas.adapters import songs
from planning import quotas
from planning.load import Load, average_period
from planning.page import questions
from planning.shards import Hop
from planning.sizes import SONG_END_BYTES, SONG_ITEM_BYTES
from planning.template import Settings

SETTINGS_UNITS = 1
"""Of settings that are kept for the next session; more where a person keeps opinions of songs."""
TEMPI = 130
"""Whole beats a minute between 60 and 190 from which people's songs are looked for."""


class DynamoDB(Struct, frozen=True):
    """Units a second of song-ends and kept settings; queries and units of the songs' index."""

    read_units_per_second: float
    write_units_per_second: float
    queries_per_second: float
    query_units_per_second: float


def dynamodb(load: Load, settings: Settings, recommend: Hop) -> DynamoDB:
    """Song ends by averages and songs, queries by what the warm functions of `recommend` cache."""
    units_of_item = ceil(SONG_END_BYTES / quotas.READ_UNIT_BYTES)
    writes_of_item = ceil(SONG_END_BYTES / quotas.WRITE_UNIT_BYTES)
    averages_per_second = load.users / average_period(load, settings)
    asked_per_second = load.starts_per_second * (1 + questions(load))
    reads_per_second = averages_per_second + load.songs_per_second + asked_per_second
    # Each warm function reads each run of songs again after five minutes.
    runs = 2 * TEMPI / songs.CACHE_SECONDS
    lanes = recommend.shards * settings.readers["recommend"].parallelization
    queries = min(2 * load.songs_per_second, lanes * runs)
    page_units = ceil(songs.PAGE * SONG_ITEM_BYTES / quotas.READ_UNIT_BYTES) / 2
    return DynamoDB(
        read_units_per_second=reads_per_second * units_of_item,
        write_units_per_second=(load.songs_per_second + load.starts_per_second) * writes_of_item
        + load.starts_per_second * SETTINGS_UNITS,
        queries_per_second=queries,
        query_units_per_second=queries * page_units,
    )
