"""The words that an expression may not use as names, as they stand in DynamoDB's developer guide
under "Reserved words in DynamoDB"."""

from pathlib import Path

WORDS = frozenset(Path(__file__).with_name("reserved.txt").read_text().split())
