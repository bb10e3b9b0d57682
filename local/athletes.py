"""Simulated athletes as one more part of the cloud on this machine."""

import sys
from pathlib import Path

import msgspec

from local.launcher import Cloud
from local.web import FLOOR

HOUR_SECONDS = 3600
"""How long faster athletes go on, in real time: their event time must not overtake the clock."""


def start_athletes(cloud: Cloud, athletes: int, speed: float, workouts: Path | None = None) -> None:
    """Let athletes work out against the cloud, on the demo floor and its board, as a part of it."""
    command = [sys.executable, "-m", "tempofit", "simulate", "--athletes", str(athletes)]
    command += ["--settings", msgspec.json.encode({"floor": FLOOR, "effort_points": True}).decode()]
    if speed != 1:
        command += ["--speed", f"{speed:g}", "--seconds", str(int(HOUR_SECONDS * speed))]
    if workouts is not None:
        command += ["--workouts", str(workouts)]
    addresses = cloud.addresses
    cloud.start(
        "athletes",
        command,
        environment={
            "TEMPOFIT_WEBSOCKET_URL": addresses.websocket_url,
            "TEMPOFIT_TOKEN_URL": addresses.token_url,
        },
    )
