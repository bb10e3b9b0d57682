"""Recorded workouts, from Parquet, CSV and FitRec files."""

import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from catalog.cells import CellError, number, shown, text
from catalog.errors import FileError, Refused
from catalog.tables import read_rows
from events.samples import MAX_HEART_RATE, MIN_HEART_RATE, Sample
from simulator import fitrec

HOLE_SECONDS = 30.0
"""A longer silence is a hole: no heart rate is made up for it."""
SILENCE_SECONDS = 86_400.0
"""After a longer one it is another workout, or the watch did not know the time yet."""
EPOCH_MS = 1e11
"""A larger time is epoch milliseconds: no workout lasts 3,000 years."""
LATEST_MS = 253_402_300_800_000.0
"""The end of the year 9999."""

_SYNONYMS = {
    "user": ("user_id", "userid", "athlete", "athlete_id", "person"),
    "workout": ("workout_id", "workoutid", "activity", "activity_id", "session"),
    "sport": ("sport_type", "activity_type"),
    "t": ("time", "time_s", "seconds", "secs", "elapsed", "elapsed_s", "timestamp", "datetime"),
    "t_ms": ("time_ms", "timestamp_ms", "elapsed_ms"),
    "heart_rate": ("heartrate", "hr", "heart_rate_bpm", "pulse", "bpm"),
}
_NEEDED = (("t", "t_ms"), ("heart_rate",))


@dataclass(slots=True)
class Workout:
    """One recorded workout: `seconds` from its start, rising, and a heart rate for each."""

    user: str
    workout: str
    sport: str | None = None
    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    heart_rates: "array[float]" = field(default_factory=lambda: array("d"))

    @property
    def duration_seconds(self) -> float:
        """From the start to the last sample."""
        return self.seconds[-1] if self.seconds else 0.0

    def samples(self, start_ms: int) -> Iterator[Sample]:
        """`[epoch ms, beats a minute]` of a workout that starts at `start_ms`."""
        for second, heart_rate in zip(self.seconds, self.heart_rates, strict=True):
            yield start_ms + round(second * 1000), heart_rate


def read_workouts(
    path: Path, refused: Callable[[Refused], None], limit: int | None = None
) -> Iterator[Workout]:
    """The workouts of a file, one at a time; `.parquet`, `.csv`, or FitRec's `.json`, `.jsonl`.

    Rows with no heart rate, with one outside 30-230, or with no later time than the row before
    go to `refused`. After a silence of over a day it is another workout, under the same name.
    Raises FileError with a sentence when the file cannot be used.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix in (".json", ".jsonl", ".ndjson"):
        workouts = _fitrec_workouts(path, refused)
    else:
        workouts = _table_workouts(path, refused)
    parts = (part for workout in workouts for part in _without_silence(workout))
    for count, part in enumerate(parts, start=1):
        yield part
        if count == limit:
            return


def one_hertz(workout: Workout, hole_seconds: float = HOLE_SECONDS) -> Workout:
    """The workout at one sample a second, by linear interpolation; holes stay holes."""
    even = Workout(workout.user, workout.workout, workout.sport)
    seconds, hearts = workout.seconds, workout.heart_rates
    if len(seconds) == 1:
        return cut(workout, 0, math.inf)
    for index in range(len(seconds) - 1):
        left, right = seconds[index], seconds[index + 1]
        hole = right - left > hole_seconds
        last = index == len(seconds) - 2
        begin, end = math.ceil(left), math.floor(right)
        for second in range(begin, end + 1, max(1, end - begin) if hole else 1):
            inside = left < second < right
            if (hole and inside) or (second == right and not last):
                continue
            share = (second - left) / (right - left)
            even.seconds.append(float(second))
            even.heart_rates.append(hearts[index] + share * (hearts[index + 1] - hearts[index]))
    return even


def cut(workout: Workout, from_seconds: float, seconds: float) -> Workout:
    """`seconds` of the workout from `from_seconds` on, which becomes its second 0."""
    part = Workout(workout.user, workout.workout, workout.sport)
    for second, heart_rate in zip(workout.seconds, workout.heart_rates, strict=True):
        if from_seconds <= second < from_seconds + seconds:
            part.seconds.append(second - from_seconds)
            part.heart_rates.append(heart_rate)
    return part


def _without_silence(workout: Workout) -> Iterator[Workout]:
    seconds = workout.seconds
    steps = enumerate(pairwise(seconds), start=1)
    cuts = [index for index, (left, right) in steps if right - left > SILENCE_SECONDS]
    if not cuts:
        yield workout
        return
    for begin, end in pairwise([0, *cuts, len(seconds)]):
        part = Workout(workout.user, workout.workout, workout.sport)
        part.seconds.extend(second - seconds[begin] for second in seconds[begin:end])
        part.heart_rates.extend(workout.heart_rates[begin:end])
        yield part


def _table_workouts(path: Path, refused: Callable[[Refused], None]) -> Iterator[Workout]:
    seen: set[tuple[str, str]] = set()
    current: Workout | None = None
    start = 0.0
    for row_number, row in read_rows(path, _SYNONYMS, _NEEDED):
        user = text(row.get("user")) or path.stem
        key = (user, text(row.get("workout")) or user)
        if current is None or key != (current.user, current.workout):
            if current is not None and current.seconds:
                yield current
            if key in seen:
                raise FileError(
                    f"{path} holds rows of workout {shown(key[1])!r} of user {shown(user)!r} in "
                    f"two places, the second from row {row_number} on: sort it by user, workout "
                    "and time."
                )
            seen.add(key)
            current = Workout(*key, text(row.get("sport")) or None)
            start = math.nan
        try:
            second = _seconds_of(row)
            heart_rate = _heart_rate_of(row["heart_rate"])
            if math.isnan(start):
                start = second
            _append(current, second - start, heart_rate)
        except CellError as bad:
            refused(Refused(row_number, bad.value, bad.reason))
    if current is not None and current.seconds:
        yield current


def _fitrec_workouts(path: Path, refused: Callable[[Refused], None]) -> Iterator[Workout]:
    for line_number, line in fitrec.read_lines(path):
        if isinstance(line, str):
            refused(Refused(line_number, "", line))
            continue
        user = text(line.get("userId")) or path.stem
        workout_id = text(line.get("id")) or str(line_number)
        workout = Workout(user, workout_id, text(line.get("sport")) or None)
        start = math.nan
        for index, time in enumerate(line["timestamp"]):
            try:
                second = _plain_seconds(time)
                heart_rate = _heart_rate_of(line["heart_rate"][index])
                if math.isnan(start):
                    start = second
                _append(workout, second - start, heart_rate)
            except CellError as bad:
                refused(Refused(line_number, bad.value, f"{bad.reason}, point {index}"))
        if workout.seconds:
            yield workout


def _append(workout: Workout, second: float, heart_rate: float) -> None:
    if workout.seconds and second <= workout.seconds[-1]:
        raise CellError(second, f"no later than second {workout.seconds[-1]:g} of the row before")
    workout.seconds.append(second)
    workout.heart_rates.append(heart_rate)


def _seconds_of(row: dict[str, Any]) -> float:
    if "t_ms" in row and "t" not in row:
        return _time(row["t_ms"]) / 1000
    time = row["t"]
    if isinstance(time, str) and ":" in time:
        try:
            time = datetime.fromisoformat(time.strip())
        except ValueError:
            raise CellError(time, "the time is neither seconds nor an ISO 8601 date") from None
    if isinstance(time, datetime):
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return _plain_seconds(time)


def _plain_seconds(value: Any) -> float:
    time = _time(value)
    return time / 1000 if time > EPOCH_MS else time


def _time(value: Any) -> float:
    """As it stands there, seconds or milliseconds."""
    return number(value, "time", -LATEST_MS, LATEST_MS, "the years 1 to 9999")


def _heart_rate_of(value: Any) -> float:
    within = f"{MIN_HEART_RATE}-{MAX_HEART_RATE} beats a minute"
    return number(value, "heart rate", MIN_HEART_RATE, MAX_HEART_RATE, within)
