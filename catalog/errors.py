"""What reading songs may come to: no songs, a file that cannot be used, a row that is none.

FileError
└── NoSongsError
"""

from msgspec import Struct


class FileError(Exception):
    """A file cannot be used at all; the text is a sentence for the person who gave it."""


class NoSongsError(FileError):
    """The file is something else than a list of songs; in a folder of many files it is passed."""


class Refused(Struct, frozen=True, omit_defaults=True):
    """A row that was not taken: its number, the value that was wrong, why, and of which file.

    The file is named where several are read. Of a music file the number is 0, the value its name.
    """

    row: int
    value: str
    reason: str
    file: str = ""
