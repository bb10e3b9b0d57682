"""A mutation run: which changes to the functions of a room do its tests not notice?

    python -m tests.mutants lambdas/domain tests/domain

mutmut works on a copy. It changes what stands in functions, never constants of a module.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter

from local.project import PROJECT

PACKAGES = [
    "events",
    "lambdas",
    "infra",
    "local",
    "simulator",
    "catalog",
    "evaluation",
    "planning",
    "benchmarks",
    "tempofit",
    "tests",
]
MUTMUT = PROJECT / ".tempofit" / "mutmut"
COPY = PROJECT / ".tempofit" / "mutants"
MOST_SECONDS = 3_600
"""A run that takes longer is ended; what it found so far is told."""
UNNOTICED = ("survived", "no tests")


def main(room: str, tests: str) -> int:
    """Mutate `room`, run `tests` on each mutant, print what survived and how many there were."""
    _copy(room, tests)
    _run("run", "--max-children", "2")
    verdicts = _verdicts(_run("results", "--all", "true", capture=True))
    if not verdicts:
        print(f"No mutants of {room!r} were run: see what mutmut said above.", file=sys.stderr)
        return 1
    for name, verdict in sorted(verdicts.items()):
        if verdict in UNNOTICED:
            print(f"{verdict}: {name}")
    counts = Counter(verdicts.values())
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    print(f"{room} by {tests}: {len(verdicts)} mutants, {told}")
    return 0


def _copy(room: str, tests: str) -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / package, COPY / package, ignore=ignored)
    shutil.copy(PROJECT / "pyproject.toml", COPY)
    others = "\n  ".join(PACKAGES)
    (COPY / "setup.cfg").write_text(
        f"[mutmut]\nsource_paths = {room}\nalso_copy =\n  {others}\n"
        f"pytest_add_cli_args_test_selection = {tests}\nuse_git_change_detection = false\n"
    )


def _run(*words: str, capture: bool = False) -> str:
    process = subprocess.Popen(
        [sys.executable, "-m", "mutmut", *words],
        cwd=COPY,
        env={**os.environ, "PYTHONPATH": str(MUTMUT)},
        stdout=subprocess.PIPE if capture else None,
        text=True,
        start_new_session=True,
    )
    try:
        told, _ = process.communicate(timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        return ""
    return told or ""


def _verdicts(told: str) -> dict[str, str]:
    lines = (line.strip().partition(": ") for line in told.splitlines())
    return {name: verdict for name, _, verdict in lines if "__mutmut_" in name}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
