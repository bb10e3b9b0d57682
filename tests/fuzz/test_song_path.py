"""One song a slot, told, and nobody unanswered: whatever comes twice, late, in part or not at all.

People send heart rates, skip, start and change; records are delivered in batches of any size,
again, and again from earlier on; functions die, and stores fail, at any call. The handlers are the
real ones.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis as RealRedis
from redis.exceptions import RedisError

from catalog.store import store_songs
from events import stream
from events.messages import decode_song_push
from events.session import Settings, Song, SongPush
from lambdas import average, change, end, recommend, schedule, skip, start, workout
from lambdas.adapters import (
    batch_get,
    clients,
    connections,
    floods,
    playlists,
    plays,
    push,
    song_ends,
    songs,
    statements,
    streams,
    telemetry,
)
from lambdas.adapters.batch_writes import BusyError
from lambdas.domain.due import PLAYED_MS
from lambdas.domain.played import Ending, carried, cut_ms, last_song
from lambdas.domain.session import Session
from tests.adapters.conftest import (
    NAMES,
    START_MS,
    Context,
    kinesis_event,
    tables,
    websocket_event,
)
from tests.fuzz.faults import REDIS, Crash, Fault, Faults, Kind, Unsteady, UnsteadyRedis
from tests.fuzz.profile import fuzzed
from tests.fuzz.stores import Connections, Lane, Record, Redis, Streams, Tables

USERS = ["ann", "bob"]
DEVICES = {"phone": START_MS - 2_000, "watch": START_MS - 1_000}
"""Of each person, and when it connected."""
GAP_MS = int(NAMES["SESSION_GAP_SECONDS"]) * 1000
CATALOG = [
    Song(f"song-{tempo}", "A song", f"Artist {tempo}", tempo, 45 + tempo % 100)
    for tempo in range(60, 201, 3)
]
HANDLERS = {
    "heart-rate": average.handler,
    "average-heart-rate": schedule.handler,
    "song-requests": recommend.handler,
}
CALLS = {
    "heart-rate": [REDIS, "put_records"],
    "average-heart-rate": ["batch_get_item", "put_records"],
    "song-requests": [
        *("batch_get_item", REDIS, "batch_execute_statement", "post_to_connection"),
        *("batch_execute_statement", REDIS, "batch_execute_statement", "update_item", "query"),
        "batch_write_item",
    ],
    "skip": ["get_item", "put_item", "update_item", REDIS, "put_records"],
    "end": ["get_item", REDIS, "batch_write_item", "update_item", "put_item"],
    "start": ["get_item", "batch_get_item", "put_item", "put_records"],
    "change": ["get_item", "put_item", "put_records"],
}
OF_STORES = (BotoCoreError, ClientError, RedisError, BusyError, streams.RefusedError)


FAULTS = {
    handler: [
        Fault(call, kind, nth, times)
        for nth, times in [(1, 1), (1, 1), (2, 1), (3, 1), (1, 9)]
        for call in calls
        for kind in [*Kind, Kind.MEANWHILE]
    ]
    for handler, calls in CALLS.items()
}


def faults_of(handler: str) -> st.SearchStrategy[Fault]:
    """What happens to one of the calls that a handler makes."""
    return st.sampled_from(FAULTS[handler])


users = st.sampled_from(USERS)
stream_names = st.sampled_from(list(HANDLERS))
lanes = st.integers(0, 1)
pauses_s = st.sampled_from([120, 840, 960, 2_400])
heart_rates = st.sampled_from([60.0, 95.0, 130.0, 131.5, 165.0, 200.0])
chosen = st.builds(
    Settings, mode=st.sampled_from(["pulse", "zone", "hold"]), responsive=st.booleans()
)


class Write(NamedTuple):
    """What a handler made of a person's session."""

    user: str
    before: Session | None
    after: Session
    by: str


class SongPath(RuleBasedStateMachine):
    """The song path with its stores, the people on it, and what they have been told."""

    def __init__(self, dynamodb: Any, redis: Any) -> None:
        super().__init__()
        self.dynamodb, self.redis = dynamodb, redis
        self.now_ms = START_MS
        self.people: list[str] = []
        self.faults = Faults()
        self.faults.written = self._note_writes
        self.connections = Connections()
        self.dead: list[tuple[str, Record]] = []
        self.running: list[str] = []
        self.sessions: dict[str, Session] = {}
        self.writes: list[Write] = []
        self.answers: list[tuple[stream.SongRequest, Session, set[int], bool]] = []
        self.deaf: set[str] = set()
        self.cutting: set[str] = set()
        """Who skipped or ended: a play may note it although the cloud crashed before it did it."""
        self.kept: list[tuple[Write, set[int]]] = []
        self.told: dict[str, list[SongPush]] = defaultdict(list)
        self.pushes: Counter[tuple[str, int, int]] = Counter()
        self.faults_at_push: dict[tuple[str, int, int], int] = {}
        self.faults_before = 0
        self.lost: set[tuple[str, int, int]] = set()
        self.unkept: set[int] = set()
        self.dead_letters: list[str] = []
        self.patch = pytest.MonkeyPatch()

    @initialize(people=st.integers(1, 2), lanes=st.integers(1, 2))
    def begin(self, people: int, lanes: int) -> None:
        self.people = USERS[:people]
        self.streams = Streams(HANDLERS, lanes)
        self.streams.now_ms = self.now_ms
        self._patch_stores()
        for user in self.people:
            self._connect(user)

    def _patch_stores(self) -> None:
        dynamodb = Unsteady(self.dynamodb, self.faults)
        stand_ins = {
            "dynamodb": dynamodb,
            "hasty_dynamodb": dynamodb,
            "redis": UnsteadyRedis(self.redis, self.faults),
            "kinesis": Unsteady(self.streams, self.faults),
            "management": Unsteady(self.connections, self.faults),
            "sqs": self,
        }
        for name, stand_in in stand_ins.items():
            self.patch.setattr(clients, name, lambda stand_in=stand_in: stand_in)
        self.patch.setattr(push, "_pool", lambda: AtOnce())
        for module in (batch_get, statements, streams):
            self.patch.setattr(module, "sleep", lambda seconds: None)
        self.patch.setattr(telemetry.logger, "error", lambda *_, **__: None)
        self.patch.setattr(telemetry.logger, "exception", lambda *_, **__: None)
        provider = telemetry.metrics.provider
        self.patch.setattr(provider, "flush_metrics", lambda **_: provider.clear_metrics())
        songs._runs.clear()
        for allowances in (floods.MESSAGES, floods.SONGS):
            allowances._felt_ms.clear()

    def send_message(self, **message: Any) -> None:
        """Stands where SQS is."""
        self.dead_letters.append(message["MessageBody"])

    def teardown(self) -> None:
        try:
            if self.people and sys.exc_info()[0] is None:
                self.all_is_quiet()
        finally:
            self.patch.undo()

    # What people do

    @rule(
        user=users,
        after_s=st.integers(1, 60) | pauses_s,
        heart_rate=heart_rates,
        device=st.sampled_from([*DEVICES, None]),
    )
    def hear(self, user: str, after_s: int, heart_rate: float, device: str | None) -> None:
        """By one of two devices, or past the sockets; everything else is heard by the newer one."""
        self._pass(after_s * 1000)
        self._hear(user, heart_rate, device)

    @rule(steps=st.integers(1, 12), heart_rate=heart_rates)
    def go_on(self, steps: int, heart_rate: float) -> None:
        """Everybody's heart is heard every ten seconds, and everything works."""
        for _ in range(steps):
            self._beat(heart_rate)
            self._deliver_all(*HANDLERS)

    @rule(
        user=users,
        back=st.sampled_from([0, 0, 0, 1, 1, 2, -1]),
        after_s=st.integers(-200, 60) | st.just(-100_000),
        fault=st.none() | faults_of("skip"),
    )
    def skip(self, user: str, back: int, after_s: int, fault: Fault | None) -> None:
        self.cutting.add(user)
        self.faults.meanwhile = self._deliver_requests
        self._skip(user, back, self.now_ms + after_s * 1000, fault)

    @rule(
        user=users,
        after_s=st.integers(-30, 60),
        settings=chosen,
        fault=st.none() | faults_of("start"),
    )
    def start(self, user: str, after_s: int, settings: Settings, fault: Fault | None) -> None:
        self.faults.meanwhile = self._deliver_requests
        self._start(user, self.now_ms + after_s * 1000, settings, fault)

    @rule(user=users, after_s=st.integers(-200, 60), fault=st.none() | faults_of("end"))
    def end(self, user: str, after_s: int, fault: Fault | None) -> None:
        self.cutting.add(user)
        self.faults.meanwhile = self._deliver_requests
        self._end(user, self.now_ms + after_s * 1000, fault)

    @rule(user=users, settings=chosen, fault=st.none() | faults_of("change"))
    def change(self, user: str, settings: Settings, fault: Fault | None) -> None:
        self.faults.meanwhile = self._deliver_requests
        self._change(user, settings, fault)

    @rule(user=users, comes=st.booleans())
    def connect(self, user: str, comes: bool) -> None:
        if comes:
            self._connect(user)
        else:
            self.connections.gone.add(user)
            self.deaf.add(user)

    # What the cloud does

    @rule(data=st.data(), heart_rate=heart_rates, count=st.integers(1, 3))
    def songs_fall_due(self, data: st.DataObject, heart_rate: float, count: int) -> None:
        """Everything works until somebody's request waits, and then it may not."""
        for _ in range(15 * count):
            if pending := self._pending("song-requests"):
                self._deliver_with(data, *pending[0], size=3)
                count -= 1
            if count == 0:
                break
            self._beat(heart_rate)
            self._deliver_all("heart-rate", "average-heart-rate")

    @rule(minutes=st.sampled_from([1, 4, 17]))
    def nobody_answers(self, minutes: int) -> None:
        """While hearts go on, and songs are asked for."""
        for _ in range(minutes * 3):
            self._beat(130, after_ms=20_000)
            self._deliver_all("heart-rate", "average-heart-rate")

    @precondition(lambda self: self._pending(*HANDLERS))
    @rule(data=st.data(), size=st.integers(1, 6))
    def deliver(self, data: st.DataObject, size: int) -> None:
        pending = data.draw(st.sampled_from(self._pending(*HANDLERS)))
        self._deliver_with(data, *pending, size)

    def _deliver_with(self, data: st.DataObject, name: str, lane: int, size: int) -> None:
        """A batch, and what happens to it; a function beside this one takes the same."""
        fault = data.draw(faults_of(name))
        self.faults.meanwhile = lambda: self._deliver(name, lane, size)
        if fault.kind is Kind.MEANWHILE and data.draw(st.booleans()):
            self.faults.meanwhile = self._message(data)
        self._deliver(name, lane, size, fault)

    def _message(self, data: st.DataObject) -> Callable[[], object]:
        """Something that somebody says."""
        user, settings = data.draw(users), data.draw(chosen)
        saying: list[Callable[[], object]] = [
            lambda: self._skip(user, back=0, at_ms=self.now_ms),
            lambda: self._skip(user, back=1, at_ms=self.now_ms),
            lambda: self._start(user, self.now_ms, settings),
            lambda: self._change(user, settings),
            lambda: self._end(user, self.now_ms),
        ]
        return saying[data.draw(st.integers(0, 4))]

    @rule(name=stream_names, lane=lanes, back=st.integers(1, 20), size=st.integers(0, 4))
    def deliver_again(self, name: str, lane: int, back: int, size: int) -> None:
        """A batch, by a function that was given up as too slow; or all from there on, for 0."""
        one = self._lane(name, lane)
        first = max(0, one.at - back)
        if size:
            self._invoke(name, one.records[first : min(first + size, one.at)])
        else:
            one.at = first

    @rule(name=stream_names, lane=lanes, size=st.integers(0, 4))
    def give_up(self, name: str, lane: int, size: int) -> None:
        """A batch, to the dead letters; or put all of these into their streams again, for 0."""
        one = self._lane(name, lane)
        self.dead += [(name, record) for record in one.records[one.at : one.at + size]]
        one.at = min(one.at + size, len(one.records))
        if size == 0:
            for stream_name, record in self.dead:
                self.streams.put(stream_name, record.key, record.data)
            self.dead.clear()

    @rule(redis=st.booleans())
    def forget(self, redis: bool) -> None:
        """All that Redis holds, so that of a session only its last song is known; or by TTL."""
        if not redis:
            self._sweep()
            return
        self.faults.fired += 1
        self.deaf |= set(self.people)
        self.redis.flushdb()
        self._note_lost()

    def _sweep(self) -> None:
        """Hours after a session, when no record of it is tried any more, where little is kept."""
        for user in self.people:
            item = self._item(user)
            if item and int(item["over_at"]["N"]) < self.now_ms // 1000:
                self.dynamodb.delete_item(TableName="song-ends", Key={"user_id": {"S": user}})
                self.sessions.pop(user, None)
                self.dead.clear()
                for lane in chain(*self.streams.lanes.values()):
                    lane.at = 0
                    lane.records.clear()

    def all_is_quiet(self) -> None:
        """Whatever has been, it is over: within ten minutes everybody has a song and knows it."""
        for user in self.people:
            self._connect(user)
        self._deliver_all(*HANDLERS)
        for _ in range(60):
            self._beat(130)
            self._deliver_all(*HANDLERS)
            if all(self._plays(user) for user in self.people):
                break
        for user in self.people:
            assert self._plays(user), f"{user} has no song: {self.sessions.get(user)}"
            self._knows_all(user)
        self.what_holds()
        self.a_session_is_named_by_its_first_sample_or_its_start()

    # What holds

    @invariant()
    def what_holds(self) -> None:
        self.a_slot_has_one_song()
        self.slots_are_filled_one_after_the_other()
        self.a_session_follows_another_that_is_over()
        self.a_version_is_never_there_twice()
        self.settings_stay_as_they_were_chosen()
        self.the_end_of_a_song_moves_back_only_by_a_skip()
        self.a_song_starts_when_the_one_before_has_ended_or_is_left()
        self.a_playlist_says_what_the_song_ends_said()
        self.a_playlist_has_the_song_that_was_chosen_and_the_one_before()
        self.whoever_asks_has_the_song_and_is_told()
        self.a_song_is_pushed_again_only_after_a_fault()
        self.no_record_is_given_up_by_a_handler()
        self.what_was_played_is_kept()

    def a_slot_has_one_song(self) -> None:
        found: dict[tuple[str, int, int], str] = {}
        for user in self.people:
            stored = [write.after.song for write in self.writes if write.user == user]
            pushed = self.told[user]
            for song in [*stored, *pushed, *self._played(user)]:
                if song is not None:
                    key = (user, song.session, song.slot)
                    assert found.setdefault(key, song.song.id) == song.song.id, key

    def slots_are_filled_one_after_the_other(self) -> None:
        for write in self.writes:
            before, end = write.before, write.after.end
            if before is None or before.end.session != end.session:
                assert end.slot == (-1 if write.by == "start" else 0), write
            else:
                assert end.slot - before.end.slot in (0, 1), write
                assert end.slot == before.end.slot or write.by == "recommend", write

    def a_session_follows_another_that_is_over(self) -> None:
        for write in self.writes:
            if write.before is None or write.before.end.session == write.after.end.session:
                continue
            before, end = write.before.end, write.after.end
            assert end.session > before.session, write
            ended_ms = before.ended_ms
            has_ended = ended_ms is not None and end.session > ended_ms
            is_over = has_ended or end.starts_at_ms > before.ends_at_ms + GAP_MS
            assert write.by == "start" or is_over, write

    def a_version_is_never_there_twice(self) -> None:
        versions = Counter((write.user, write.after.version) for write in self.writes)
        assert set(versions.values()) <= {1}, versions

    def settings_stay_as_they_were_chosen(self) -> None:
        for write in self.writes:
            before, after = write.before, write.after
            if before and before.end.session == after.end.session and write.by != "change":
                assert _said(after.settings) == _said(before.settings), write

    def the_end_of_a_song_moves_back_only_by_a_skip(self) -> None:
        for write in self.writes:
            if write.before is None:
                continue
            before, end = write.before.end, write.after.end
            same_slot = (before.session, before.slot) == (end.session, end.slot)
            if not same_slot or before.ends_at_ms == end.ends_at_ms:
                continue
            assert write.by in ("skip", "end"), write
            if write.by == "end":
                assert end.ended_ms == end.ends_at_ms < before.ends_at_ms, write
            elif end.starts_at_ms == before.starts_at_ms:
                assert before.starts_at_ms <= end.ends_at_ms < before.ends_at_ms, write
            else:
                assert end.starts_at_ms < before.starts_at_ms, write
                length_ms = before.ends_at_ms - before.starts_at_ms
                assert end.ends_at_ms - end.starts_at_ms == length_ms, write

    def a_song_starts_when_the_one_before_has_ended_or_is_left(self) -> None:
        for write in self.writes:
            if write.before is None or write.after.end.slot != write.before.end.slot + 1:
                continue
            before, end = write.before.end, write.after.end
            if before.session == end.session and end.starts_at_ms < before.ends_at_ms:
                assert end.starts_at_ms >= before.starts_at_ms + PLAYED_MS, write

    def a_playlist_says_what_the_song_ends_said(self) -> None:
        for user in self.people:
            said = {_times(write.after.song) for write in self.writes if write.user == user}
            assert {_times(song) for song in self._played(user)} <= said

    def a_playlist_has_the_song_that_was_chosen_and_the_one_before(self) -> None:
        for write, slots in self.kept:
            assert {max(0, write.after.end.slot - 1), write.after.end.slot} <= slots, write

    def whoever_asks_has_the_song_and_is_told(self) -> None:
        """Unless another session has begun, theirs was ended, or what plays is near enough.

        Who was ever not reached, or may not have been, is not pushed what their playlist tells.
        """
        for asked, session, held, heard in self.answers:
            end = session.end
            if asked.playing_tempo is None:
                assert session.version != asked.version, asked
                is_over = end.session != asked.session or end.ended_ms is not None
                assert is_over or end.slot >= asked.slot, (asked, end)
            if (end.session, end.slot, end.ended_ms) == (asked.session, asked.slot, None):
                assert asked.slot in held, (asked, end)
                assert heard, (asked, end)

    def a_song_is_pushed_again_only_after_a_fault(self) -> None:
        for key, count in self.pushes.items():
            assert count <= 1 + self.faults.fired - self.faults_at_push[key], (key, count)

    def no_record_is_given_up_by_a_handler(self) -> None:
        assert self.dead_letters == []

    def what_was_played_is_kept(self) -> None:
        """Every song that is over, as it was played, unless a store failed meanwhile."""
        kept = {
            (user, name): dict(self._plays_of(user, name))
            for user, name in {(one.user, one.after.end.session) for one in self.writes}
        }
        for number, write in enumerate(self.writes):
            if write.by == "start" and write.before is not None:
                song = carried(write.before, write.after.end.session)
                assert write.after.before == song, write
            over = _over(write)
            if over is None or number in self.unkept:
                continue
            song, _, ends_at_ms, skipped = over
            play = kept[write.user, song.session].get(song.slot)
            assert play is not None, write
            assert (play.song.id, play.skipped) == (song.song.id, skipped), (write, play)
            is_cut = write.user in self.cutting and play.ends_at_ms < ends_at_ms
            assert is_cut or play.ends_at_ms == ends_at_ms, (write, play)

    def a_session_is_named_by_its_first_sample_or_its_start(self) -> None:
        """So that all who ask for it ask for one; after a gap without a song, by the gap's end.

        Or by the moment after the end of one that was ended.
        """
        ended = {write.after.end.ended_ms or 0 for write in self.writes}
        started = {write.after.end.session for write in self.writes if write.by == "start"}
        for lane in self.streams.lanes["song-requests"]:
            for record in lane.records:
                asked = stream.decode_song_request(record.data)
                if asked.slot == 0 and asked.session not in started:
                    first = {asked.pulse.started_ms, *(ended_ms + 1 for ended_ms in ended)}
                    assert any((asked.session - ms) % GAP_MS == 0 for ms in first), asked

    # How it is done

    def _pass(self, ms: int) -> None:
        self.now_ms += ms
        if self.people:
            self.streams.now_ms = self.now_ms

    def _hear(self, user: str, heart_rate: float, device: str | None = "watch") -> None:
        if user in self.people:
            samples = stream.HeartRateBatch([(self.now_ms, heart_rate)])
            sent = stream.Sent(user, samples, DEVICES[device]) if device else samples
            self.streams.put("heart-rate", user, msgspec.json.encode(sent))

    def _ask(self, name: str, handler: Any, user: str, body: Any, fault: Fault | None) -> Any:
        if user not in self.people:
            return None
        event = websocket_event(user, {"action": name, **body}, self.now_ms)
        event["requestContext"]["connectionId"] = user
        return self._run(name, lambda: handler(event, Context), fault)

    def _beat(self, heart_rate: float, after_ms: int = 10_000) -> None:
        self._pass(after_ms)
        for user in self.people:
            self._hear(user, heart_rate)

    def _lane(self, name: str, lane: int) -> Lane:
        lanes = self.streams.lanes[name]
        return lanes[lane % len(lanes)]

    def _pending(self, *names: str) -> list[tuple[str, int]]:
        """The lanes in which records wait."""
        return [
            (name, number)
            for name in names
            for number, lane in enumerate(self.streams.lanes[name])
            if lane.at < len(lane.records)
        ]

    def _deliver_all(self, *names: str) -> None:
        for name in names:
            while pending := self._pending(name):
                self._deliver(*pending[0], size=100)

    def _deliver_requests(self) -> None:
        for pending in self._pending("song-requests"):
            self._deliver(*pending, size=3)

    def _deliver(self, name: str, number: int, size: int, fault: Fault | None = None) -> None:
        lane = self._lane(name, number)
        first, batch = lane.at, lane.records[lane.at : lane.at + size]
        answer = self._invoke(name, batch, fault)
        if answer is not None:
            failed = [int(one["itemIdentifier"]) for one in answer["batchItemFailures"]]
            assert fault or not failed, failed
            lane.at = first + min(failed, default=len(batch))
            if name == "song-requests" and (failed or _only_beside(fault)):
                self._note_answers(batch, min(failed, default=len(batch)))

    def _invoke(self, name: str, batch: list[Record], fault: Fault | None = None) -> Any:
        """Sequence numbers are places in the batch."""
        if not batch:
            return None
        raw = [
            kinesis_event((one.key, one.data), arrived_ms=one.arrived_ms)["Records"][0]
            for one in batch
        ]
        for number, one in enumerate(raw):
            one["kinesis"]["sequenceNumber"] = str(number)
        by = HANDLERS[name].__module__.rpartition(".")[2]
        return self._run(by, lambda: HANDLERS[name]({"Records": raw}, Context), fault)

    def _run(self, by: str, handler: Callable[[], Any], fault: Fault | None) -> Any:
        """What the handler answers; None when it did not live to answer."""
        before, written = self.faults.fired, len(self.writes)
        if not self.running:
            self.faults_before = before
        told = len(self.connections.taken)
        self.running.append(by)
        try:
            with self.faults.planned(fault):
                return handler()
        except (Crash, *OF_STORES):
            assert self.faults.fired > before, "a handler fails only when something else does"
            return None
        finally:
            self.running.pop()
            self._note_pushes(told)
            self.deaf |= self.connections.gone  # `average` closes those of a flood
            if fault and fault.kind is not Kind.MEANWHILE:
                self.unkept |= set(range(written, len(self.writes)))
            if fault and fault.kind not in (Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.MEANWHILE):
                self.deaf |= set(self.people)
            if by == "recommend":
                with self.faults.planned(None):
                    self._note_playlists(self.faults.fired > before, self.writes[written:])

    def _note_answers(self, batch: list[Record], taken: int) -> None:
        """What has become of those taken, of which only the newest of a person count.

        Where some were not taken, something failed, so who was reached is not looked at.
        """
        newest = {one.key: place for place, one in enumerate(batch)}
        for user, place in newest.items():
            if place >= taken or user not in self.sessions:
                continue  # it comes again, or was swept since it was asked for
            asked = stream.decode_song_request(batch[place].data)
            end = self.sessions[user].end
            held = {song.slot for song in playlists.read(user, asked.session)}
            heard = self.pushes[user, end.session, end.slot] > 0 or user in self.deaf
            if taken < len(batch):
                held, heard = {asked.slot}, True
            self.answers.append((asked, self.sessions[user], held, heard))

    def _note_playlists(self, failed: bool, writes: list[Write]) -> None:
        """What they hold after a batch."""
        if failed:
            self._note_lost()
            return
        for write in writes:
            songs = playlists.read(write.user, write.after.end.session)
            self.kept.append((write, {song.slot for song in songs}))

    def _note_lost(self) -> None:
        """Of the songs that playlists lack the next one brings back the last, and no other."""
        for user, session in self.sessions.items():
            name = session.end.session
            held = {song.slot for song in playlists.read(user, name)}
            self.lost |= {(user, name, slot) for slot in range(session.end.slot)} - {
                (user, name, slot) for slot in held
            }

    def _skip(self, user: str, back: int, at_ms: int, fault: Fault | None = None) -> None:
        """Of the song that was chosen last, or of one so many slots before it."""
        session = self.sessions.get(user)
        slot = max(0, session.end.slot - back) if session else 0
        self._ask("skip", skip.handler, user, {"slot": slot, "at_ms": at_ms}, fault)

    def _start(self, user: str, at_ms: int, settings: Settings, fault: Fault | None = None) -> None:
        body = {"at_ms": at_ms, "settings": _said(settings)}
        self._ask("start", start.handler, user, body, fault)

    def _change(self, user: str, settings: Settings, fault: Fault | None = None) -> None:
        self._ask("change", change.handler, user, {"settings": _said(settings)}, fault)

    def _end(self, user: str, at_ms: int, fault: Fault | None = None) -> None:
        self._ask("end", end.handler, user, {"at_ms": at_ms}, fault)

    def _plays_of(self, user: str, session: int) -> plays.Slots:
        """All that the table has, of which the path itself reads nothing."""
        if isinstance(self.dynamodb, Tables):
            prefix = f"{user}/{session:013d}#"
            items = self.dynamodb.items["plays"]
            return plays._readable(items[key] for key in sorted(items) if key.startswith(prefix))
        with self.faults.planned(None):
            return plays.of_session(user, session)

    def _connect(self, user: str) -> None:
        self.connections.gone.discard(user)
        connections.add(user, user)

    def _item(self, user: str) -> Any:
        key = {"user_id": {"S": user}}
        return self.dynamodb.get_item(TableName="song-ends", Key=key).get("Item")

    def _note_writes(self) -> None:
        for user in self.people:
            item = self._item(user)
            after = song_ends._session_of(item) if item else None
            if after is not None and after != self.sessions.get(user):
                self.writes.append(Write(user, self.sessions.get(user), after, self.running[-1]))
                self.sessions[user] = after

    def _note_pushes(self, since: int) -> None:
        taken = self.connections.taken[since:]
        del self.connections.taken[since:]
        for user, data in taken:
            if json.loads(data)["type"] != "song":
                continue  # a notice
            song = decode_song_push(data)
            self.told[user].append(song)
            key = (user, song.session, song.slot)
            self.pushes[key] += 1
            self.faults_at_push.setdefault(key, self.faults_before)

    def _played(self, user: str) -> list[SongPush]:
        """What the playlists of a person hold."""
        names = {write.after.end.session for write in self.writes if write.user == user}
        return [song for name in sorted(names) for song in playlists.read(user, name)]

    def _plays(self, user: str) -> bool:
        session = self.sessions.get(user)
        return (
            session is not None
            and session.song is not None
            and session.end.ended_ms is None
            and (
                session.end.starts_at_ms <= self.now_ms + 10_000
                and session.end.ends_at_ms > self.now_ms
            )
        )

    def _knows_all(self, user: str) -> None:
        """Every song of the session was pushed, or is told to whoever asks."""
        answer = self._ask("workout", workout.handler, user, {}, None)
        shown = json.loads(answer["body"])["songs"]
        end = self.sessions[user].end
        known = {song["slot"] for song in shown}
        known |= {song.slot for song in self.told[user] if song.session == end.session}
        for slot in range(end.slot + 1):
            assert slot in known or (user, end.session, slot) in self.lost, (user, end, known)


class AtOnce:
    """Stands where the threads are that push."""

    def submit(self, function: Callable[..., Any], *args: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(function(*args))
        return future


def _only_beside(fault: Fault | None) -> bool:
    return fault is None or (fault.kind is Kind.MEANWHILE and fault.times == 1)


def _over(write: Write) -> Ending | None:
    """The song that a write puts an end to, of which there has to be a play."""
    before, after = write.before, write.after.end
    if before is None or write.by not in ("recommend", "end"):
        return None
    if write.by == "end":
        return last_song(before, after.ended_ms or 0)
    if before.end.session == after.session:
        return last_song(before, after.starts_at_ms)
    return last_song(before, cut_ms(before, after.session))


def _said(settings: Settings) -> dict[str, Any]:
    return {"mode": settings.mode, "responsive": settings.responsive}


def _times(song: SongPush | None) -> tuple[int, ...] | None:
    """Of a song that plays in its slot."""
    return (song.session, song.slot, song.starts_at_ms, song.ends_at_ms) if song else None


def in_memory() -> SongPath:
    stored = Tables()
    stored.add_songs("demo", CATALOG)
    return SongPath(stored, Redis())


@pytest.fixture
def real(redis_url: str) -> Iterator[Callable[[], SongPath]]:
    """DynamoDB by moto and a real Redis, empty for each path."""
    with tables(), RealRedis.from_url(redis_url) as redis:
        dynamodb = clients.dynamodb()
        store_songs(dynamodb, "songs", "demo", CATALOG)

        def emptied() -> SongPath:
            redis.flushdb()
            for table in ("song-ends", "tastes"):
                for user in USERS:
                    dynamodb.delete_item(TableName=table, Key={"user_id": {"S": user}})
            for user in USERS:
                plays.delete_all(user)
            return SongPath(dynamodb, redis)

        yield emptied
        redis.flushdb()


def test_songs_come_one_by_one_whatever_fails() -> None:
    _try(in_memory, paths=150, steps=30)


def test_real_stores_let_songs_come_one_by_one(real: Callable[[], SongPath]) -> None:
    _try(real, paths=3, steps=20)


def _try(path: Any, *, paths: int, steps: int) -> None:
    settings = profile(fuzzed, max_examples=paths, stateful_step_count=steps)
    run_state_machine_as_test(path, settings=settings)
