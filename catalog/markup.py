"""XML piece by piece, without what makes a small file large: entities of its own are refused."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from catalog.errors import FileError
from catalog.texts import CHUNK_BYTES, open_bytes

MAX_TEXT_LETTERS = 1 << 16
MAX_DEPTH = 100


class Piece(NamedTuple):
    """The start of an element with its attributes, or its end with the text inside it."""

    name: str
    starts: bool
    attributes: Mapping[str, str]
    text: str


def pieces(path: Path) -> Iterator[Piece]:
    """The elements of a file as they start and end. FileError when it is no XML or unsafe."""
    reader = _Reader(path)
    with open_bytes(path) as file:
        while chunk := file.read(CHUNK_BYTES >> 4):
            yield from reader.feed(chunk, final=False)
        yield from reader.feed(b"", final=True)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[Piece] = []
        self._text: list[str] = []
        self._depth = 0
        parser: Any = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.EntityDeclHandler = self._refuse
        self._parser = parser

    def feed(self, chunk: bytes, *, final: bool) -> list[Piece]:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            raise FileError(
                f"{self._path} is damaged in line {error.lineno:,}: "
                f"{expat.ErrorString(error.code)}. Export it again."
            ) from None
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FileError(f"{self._path} has elements inside each other {MAX_DEPTH} times.")
        self._text.clear()
        self._found.append(Piece(name, True, attributes, ""))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._found.append(Piece(name, False, {}, "".join(self._text)[:MAX_TEXT_LETTERS]))
        self._text.clear()

    def _add(self, letters: str) -> None:
        if len(self._text) < MAX_TEXT_LETTERS:
            self._text.append(letters)

    def _refuse(self, name: str, *_: Any) -> None:
        raise FileError(
            f"{self._path} declares the entity {name[:60]!r}, by which small files become large "
            "ones: no music program writes that, so nothing of it is read."
        )
