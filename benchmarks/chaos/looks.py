"""What all parts of a local cloud hold, from time to time."""

from collections.abc import Sequence
from statistics import median

import msgspec
import psutil

from local.launcher import Cloud


class Look(msgspec.Struct, frozen=True):
    """What all parts together hold at a moment."""

    rss_mb: float
    file_handles: float
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


def by_quarter(looks: Sequence[Look]) -> list[Look]:
    """The medians of memory and handles, as some parts are killed now and then; logs at its end."""
    quarters = [
        looks[len(looks) * part // 4 : max(len(looks) * (part + 1) // 4, 1)] or looks[-1:]
        for part in range(4)
    ]
    return [
        Look(
            median(each.rss_mb for each in part),
            median(each.file_handles for each in part),
            part[-1].log_mb,
        )
        for part in quarters
    ]
