"""The words of DynamoDB's expressions, one after the other, and the document paths among them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from local.tables.refused import Item, RefusedError, invalid
from local.tables.reserved import WORDS
from local.tables.values import Value

Path = tuple[str | int, ...]
"""An attribute's name, then names in maps and numbers in lists."""
MAX_BYTES = 4096
"""Of an expression."""
OPERATORS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|<>|[=<>(),.\[\]+-])")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Reader:
    """One expression being read; notes which names and values of the request it uses."""

    def __init__(self, kind: str, text: str, names: Mapping[str, str]) -> None:
        self.used_names: set[str] = set()
        self.used_values: set[str] = set()
        self._kind = kind
        self._names = names
        self._tokens = self._split(text)
        self._at = 0

    def _split(self, text: str) -> list[str]:
        tokens, at = [], 0
        text = text.rstrip()
        if not text:
            raise self.refused("The expression can not be empty;")
        if (size := len(text.encode())) > MAX_BYTES:
            raise self.refused(
                f"Expression size has exceeded the maximum allowed size; expression size: {size}"
            )
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                sign = text[at:].lstrip()[0]
                raise self.refused(f'Syntax error; token: "{sign}", near: "{text[at : at + 10]}"')
            tokens.append(match[1])
            at = match.end()
        return tokens

    def refused(self, why: str) -> RefusedError:
        return invalid(f"Invalid {self._kind}: {why}")

    def syntax_error(self) -> RefusedError:
        near = "".join(self._tokens[max(0, self._at - 1) : self._at + 2])
        return self.refused(f'Syntax error; token: "{self.peek() or "<EOF>"}", near: "{near}"')

    def peek(self, ahead: int = 0) -> str:
        """The next token as it stands; "" at the end."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def word(self) -> str:
        """The next token in capitals."""
        return self.peek().upper()

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise self.syntax_error()
        self._at += 1
        return token

    def takes(self, *tokens: str) -> bool:
        """Whether the next token is one of these, which it passes then."""
        if self.word() not in tokens:
            return False
        self._at += 1
        return True

    def expect(self, token: str) -> None:
        if not self.takes(token):
            raise self.syntax_error()

    def end(self) -> None:
        if self.peek():
            raise self.syntax_error()

    def is_value(self) -> bool:
        return self.peek().startswith(":")

    def value(self) -> str:
        """The name of a value of the request, with its colon."""
        if not self.is_value():
            raise self.syntax_error()
        name = self.take()
        self.used_values.add(name)
        return name

    def path(self) -> Path:
        """Raises RefusedError for a reserved word and for a name that the request does not give."""
        steps: list[str | int] = [self._name()]
        while True:
            if self.takes("."):
                steps.append(self._name())
            elif self.takes("["):
                index = self.take()
                if not index.isdecimal():
                    raise self.syntax_error()
                steps.append(int(index))
                self.expect("]")
            else:
                return tuple(steps)

    def _name(self) -> str:
        token = self.peek()
        if token.startswith("#"):
            self.used_names.add(token)
            if token not in self._names:
                raise self.refused(
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {token}"
                )
            self._at += 1
            return self._names[token]
        if not _NAME.fullmatch(token) or token.upper() in OPERATORS:
            raise self.syntax_error()
        if token.upper() in WORDS:
            raise self.refused(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return self.take()


def find(item: Item, path: Path) -> Value | None:
    """What is at the path, if anything is."""
    value: Any = item.get(path[0])  # type: ignore[arg-type]  # the first is a name
    for step in path[1:]:
        if value is None:
            return None
        if isinstance(step, str):
            value = value.get("M", {}).get(step)
        else:
            members = value.get("L", ())
            value = members[step] if step < len(members) else None
    found: Value | None = value
    return found


def check_overlaps(reader: Reader, paths: Sequence[Path]) -> None:
    """Raise RefusedError when one path is or holds another."""
    for at, one in enumerate(paths):
        for other in paths[at + 1 :]:
            if one[: len(other)] == other[: len(one)]:
                raise reader.refused(
                    "Two document paths overlap with each other; must remove or rewrite one of "
                    f"these paths; path one: {_told(one)}, path two: {_told(other)}"
                )


def _told(path: Path) -> str:
    return f"[{', '.join(step if isinstance(step, str) else f'[{step}]' for step in path)}]"
