"""How long each target is tried: a second or two among the tests, its share under `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

SECONDS = float(os.environ.get("TEMPOFIT_FUZZ_SECONDS", "0"))
"""For all targets of this folder together; each has the same share of it."""

fuzzed = settings(
    max_examples=100,
    derandomize=not SECONDS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Goes in front of every target: among the tests, what fails fails again. Without a deadline, as
the machine may be busy."""
