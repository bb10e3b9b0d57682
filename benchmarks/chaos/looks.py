"""What all parts of a local cloud hold, from time to time."""

from collections.abc import Sequence
from statistics import median

import msgspec
import psutil

from local.launcher import Cloud


class Look(msgspec.Struct, frozen=True):
    """What all parts together hold at a moment."""

    rss_mb: float
    file_handles: int
    log_mb: float


def look(cloud: Cloud) -> Look:
    """At all parts and their workers, and at all logs."""
    rss = handles = 0
    for process in psutil.Process().children(recursive=True):
        try:
            rss += process.memory_info().rss
            handles += process.num_fds()
        except psutil.Error:
            continue
    logged = sum(file.stat().st_size for file in cloud.logs.iterdir())
    return Look(rss / 2**20, handles, logged / 2**20)


def by_quarter(looks: Sequence[Look]) -> dict[str, list[float]]:
    """The medians of memory and handles, as some parts are killed now and then; logs at its end."""
    quarters = [
        looks[len(looks) * part // 4 : max(len(looks) * (part + 1) // 4, 1)] or looks[-1:]
        for part in range(4)
    ]
    return {
        "rss_mb_by_quarter": [round(median(each.rss_mb for each in part)) for part in quarters],
        "file_handles_by_quarter": [
            median(each.file_handles for each in part) for part in quarters
        ],
        "log_mb_by_quarter": [round(part[-1].log_mb, 2) for part in quarters],
    }
