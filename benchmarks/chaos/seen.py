"""What the streams, the tables and the parts say while faults run, read past the faults."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Collection
from typing import Any

import aiohttp
import msgspec

from benchmarks.chaos.ledger import Put, Songs, Told
from benchmarks.kinesis import Kinesis, Record
from benchmarks.ledger import decode_asked
from events.messages import decode_song_push
from events.stream import HeartRateBatch, decode_averages, decode_sent, message_of
from lambdas.domain.voice import voice_in
from local.launcher import Cloud
from local.streams import Report as StreamsReport
from simulator.pace import clock_ms

READ_SECONDS = 0.5
RECENT = 100
"""Records of a stream that may be delivered again."""
MAX_KEYS = 100
OPEN_MS = 5_000
"""How long a request may wait for its song where all is well, and a person for the next one."""
HEARD_MS = 20_000
"""How long ago everybody's last average is at most: samples go out every 5 s, and are told of when
they are 5 s after those before; and this may be seen late."""


class Seen:
    """What is known of some people, from outside."""

    def __init__(self, cloud: Cloud, http: aiohttp.ClientSession, users: list[str]) -> None:
        self.puts: defaultdict[str, list[Put]] = defaultdict(list)
        self.averages: defaultdict[str, list[Told]] = defaultdict(list)
        self.songs = Songs()
        self.recent: dict[str, deque[Record]] = {}
        self.lag = 0
        """Records that no function is done with."""
        self._asked_ms: dict[tuple[str, int, int], int] = {}
        self._cloud = cloud
        self._http = http
        self._kinesis = Kinesis(http, cloud.addresses.kinesis_url)
        self._users = users
        self._known = set(users)

    async def follow(self) -> None:
        """Read on and on, until cancelled."""
        addresses = self._cloud.addresses
        readers = [
            (stream, note, await self._kinesis.reader(stream))
            for stream, note in (
                (addresses.heart_rate_stream, self._note_heart_rates),
                (addresses.averages_stream, self._note_averages),
                (addresses.requests_stream, self._note_request),
            )
        ]
        self.recent.update({stream: deque(maxlen=RECENT) for stream, _, _ in readers})
        while True:
            for stream, note, reader in readers:
                for record in await reader.read():
                    try:
                        note(record, clock_ms())
                    except (msgspec.MsgspecError, RecursionError, ValueError):
                        continue  # poison
                    self.recent[stream].append(record)
            await asyncio.to_thread(self._read_songs)
            self.lag = await self._read_lag()
            await asyncio.sleep(READ_SECONDS)

    def _note_heart_rates(self, record: Record, at_ms: int) -> None:
        sent = decode_sent(record.data)
        batch = message_of(sent)
        if record.partition_key in self._known and isinstance(batch, HeartRateBatch):
            # As `average` reads it, which takes whole milliseconds off what it is told.
            arrived_ms = int(record.approximate_arrival_timestamp * 1000)
            times_ms = [time_ms for time_ms, _ in batch.samples]
            self.puts[record.partition_key].append(Put(arrived_ms, times_ms, at_ms, voice_in(sent)))

    def _note_averages(self, record: Record, at_ms: int) -> None:
        for average in decode_averages(record.data).averages:
            if average.user in self._known:
                told = Told(average.pulse.at_ms, average.samples, at_ms)
                self.averages[average.user].append(told)

    def _note_request(self, record: Record, at_ms: int) -> None:
        asked = decode_asked(record.data)
        if record.partition_key in self._known:
            slot = record.partition_key, asked.session, asked.slot
            self.songs.asked.add(slot)
            self._asked_ms.setdefault(slot, at_ms)

    def _read_songs(self) -> None:
        table, at_ms = self._cloud.addresses.song_ends_table, clock_ms()
        for start in range(0, len(self._users), MAX_KEYS):
            users = self._users[start : start + MAX_KEYS]
            keys: Any = [{"user_id": {"S": user}} for user in users]
            answer = self._cloud.client("dynamodb").batch_get_item(
                RequestItems={table: {"Keys": keys, "ConsistentRead": True}}
            )
            for item in answer["Responses"][table]:
                if "song" in item:
                    song = decode_song_push(item["song"]["S"])
                    slot = item["user_id"]["S"], song.session, song.slot
                    self.songs.store(*slot, song.song.id, song.ends_at_ms, at_ms)

    async def _read_lag(self) -> int:
        url = f"{self._cloud.addresses.kinesis_url}/_status"
        async with self._http.get(url) as answer:
            report = msgspec.json.decode(await answer.read(), type=StreamsReport)
        return sum(mapping.lag for mapping in report.mappings)

    def unwell(self, excused: Collection[str]) -> str:
        """What is not as it should be, of those who are not excused; empty where all is well."""
        now_ms = clock_ms()
        for (user, session, slot), asked_ms in self._asked_ms.items():
            if asked_ms < now_ms - OPEN_MS and self.songs.waits(user, session, slot):
                waits_s = (now_ms - asked_ms) / 1000
                return f"{user} waits {waits_s:.0f} s for the song of slot {slot}"
        for user in sorted(self._known.difference(excused)):
            if sentence := self._unserved(user, now_ms):
                return sentence
        return f"{self.lag} records wait" if self.lag > 2 * len(self._users) else ""

    def _unserved(self, user: str, now_ms: int) -> str:
        """How somebody was not heard lately, or their last song ended a while ago.

        Who was heard at a time to come, by clocks that were off together, is not heard until then.
        """
        last = self.averages[user][-1] if self.averages[user] else Told(0, 0, 0)
        if last.seen_ms <= now_ms - HEARD_MS and last.at_ms <= now_ms:
            return f"{user} was heard {_ago(last.seen_ms, now_ms)}, at {_ago(last.at_ms, now_ms)}"
        _, slot, ends_ms = self._last(user)
        if ends_ms > now_ms - OPEN_MS:
            return ""
        return (
            f"song {slot} of {user} ended {_ago(ends_ms, now_ms)}; they were heard "
            f"{_ago(last.seen_ms, now_ms)}, at {_ago(last.at_ms, now_ms)}"
        )

    def _last(self, user: str) -> tuple[int, int, int]:
        return self.songs.last.get(user, (0, -1, 0))


def _ago(at_ms: int, now_ms: int) -> str:
    return f"{(now_ms - at_ms) / 1000:.0f} s ago" if at_ms else "never"
