"""The text of a file, whatever encoding it was saved in and whether it is packed."""

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from catalog.errors import FileError

CHUNK_BYTES = 1 << 20
MAX_LINE_LETTERS = 1 << 20
"""Of a table: a line that is longer belongs to something else."""
MIN_BOMB_BYTES = 256 << 20
MAX_UNPACKED = 100
"""Times its size that a packed file may become, once it is large; tables become some ten times."""

GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, as long as it does not grow out of all proportion."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._limit = max(MIN_BOMB_BYTES, MAX_UNPACKED * path.stat().st_size)
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed with this
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        read = self._file.readinto(buffer)
        self._count += read
        if self._count > self._limit:
            raise FileError(
                f"{self._path} unpacks to more than {self._limit >> 20:,} MB, over "
                f"{MAX_UNPACKED} times its size: no table does. Unpack it yourself if it is one."
            )
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where it is packed with gzip, which its first two tell.

    FileError when it unpacks to a hundred times its size and more than 256 MB.
    """
    with path.open("rb") as plain:
        packed = plain.read(2) == GZIP
        plain.seek(0)
        if not packed:
            yield plain
            return
    with io.BufferedReader(_Unpacked(path), CHUNK_BYTES) as file:
        yield file


@contextmanager
def open_text(path: Path, encoding: str = "utf-8-sig") -> Iterator[TextIO]:
    """The text of a file, UTF-8 with or without a byte order mark unless another is named."""
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding, _errors(encoding), "") as text:
        yield text


def read_head(path: Path, count: int) -> bytes:
    """The first bytes of what the file holds, unpacked."""
    with open_bytes(path) as file:
        return file.read(count)


def encoding_of(path: Path) -> str:
    """The encoding of a text: by its mark or its zeros UTF-16; UTF-8 where it is valid, else
    Windows-1252, in which everything can be read.

    A few damaged letters do not make Windows-1252 of a text in UTF-8.
    """
    with open_bytes(path) as file:
        head = file.read(CHUNK_BYTES)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return encoding
        if b"\0" in head and (unmarked := without_mark(head)):
            return unmarked
        return _eight_bits(file, head)


def lines_of(text: TextIO, path: Path) -> Iterator[str]:
    """The lines of a table's text. FileError when one is longer than a line of a table is."""
    number = 0
    while line := text.readline(MAX_LINE_LETTERS):
        number += 1
        if len(line) == MAX_LINE_LETTERS:
            raise FileError(
                f"{path} is no table: line {number:,} has more than {MAX_LINE_LETTERS:,} letters."
            )
        yield line


def _errors(encoding: str) -> str:
    return "strict" if encoding == "utf-8-sig" else "replace"


def without_mark(head: bytes) -> str | None:
    """The UTF-16 that a text without a mark is in: nearly half of its bytes are zeros, on one side.

    None when it is not in UTF-16.
    """
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 3 < len(head) or min(even, odd) * 20 > len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _eight_bits(file: BinaryIO, head: bytes) -> str:
    """`utf-8-sig` when it is all UTF-8, `utf-8` when that is damaged, else Windows-1252."""
    decoder, valid = codecs.getincrementaldecoder("utf-8")(), 0
    chunk = head
    try:
        while chunk:
            if not chunk.isascii():
                valid += sum(letter > "\x7f" for letter in decoder.decode(chunk))
            elif decoder.getstate()[0]:
                decoder.decode(chunk)
            chunk = file.read(CHUNK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        text = error.object.decode("utf-8", "replace")
        damaged = text.count("\N{REPLACEMENT CHARACTER}")
        valid += sum(letter > "\x7f" for letter in text) - damaged
        return "utf-8" if valid > damaged else "cp1252"
    return "utf-8-sig"
