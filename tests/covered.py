"""How much of each room the fast tests ran, by what pytest-cov wrote down.

python -m tests.covered
"""

from collections import Counter
from pathlib import Path

from coverage import Coverage

from local.project import PROJECT


def main() -> None:
    """Prints the share of lines that were run: of all rooms together and of each."""
    lines, run = _count()
    rooms = ", ".join(f"{room} {run[room] / lines[room]:.0%}" for room in lines)
    print(f"Lines that the fast tests ran: {run.total() / lines.total():.1%} ({rooms})")


def _count() -> tuple[Counter[str], Counter[str]]:
    """By room, in the order of the alphabet: its lines, and those that were run."""
    coverage = Coverage()
    coverage.load()
    lines: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for file in sorted(coverage.get_data().measured_files()):
        room = Path(file).relative_to(PROJECT).parts[0]
        _, statements, _, missing, _ = coverage.analysis2(file)
        lines[room] += len(statements)
        run[room] += len(statements) - len(missing)
    return lines, run


if __name__ == "__main__":
    main()
