"""What of a list is new to a library, what changes a song of it, and what is in it already."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from catalog.entries import Entry
from catalog.errors import Refused
from catalog.files import Read, same_song
from catalog.identity import Identity, Place, content_of

LIBRARY = Place("", 0)


class Counts(msgspec.Struct):
    """Songs of a list by what they are to the library."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    written: int = 0
    """Of the new and the updated ones, those that the table has taken."""

    @property
    def songs(self) -> int:
        """All of them, which are in the library when the import is done."""
        return self.new + self.updated + self.unchanged


def remember(identity: Identity, entries: Iterable[Entry]) -> None:
    """Makes the songs of a library known, so that they are found again in a list."""
    for entry in entries:
        identity.add(entry, LIBRARY, content_of(entry.song, entry.aliases))


def changes(
    reads: Iterable[Read],
    identity: Identity,
    counts: Counts,
    refused: Callable[[Refused], None],
) -> Iterator[Entry]:
    """The songs to write, under the ids that the library has them by; those unchanged are not.

    So what an interrupted import wrote is not written again. A song that an earlier row has is
    refused.
    """
    for read in reads:
        known = identity.find(read.entry)
        if known is not None and known.place.row:
            refused(same_song(read, known.place))
            continue
        entry = read.entry
        if known is not None:
            song = msgspec.structs.replace(entry.song, id=known.id)
            entry = Entry(song, (*entry.ids, *known.aliases))
        content = content_of(entry.song, entry.aliases)
        identity.add(entry, read.place, content)
        if known is None:
            counts.new += 1
        elif known.content == content:
            counts.unchanged += 1
            continue
        else:
            counts.updated += 1
        yield entry
