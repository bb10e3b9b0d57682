"""A WebSocket server of the size of a test: it issues tokens, takes samples, and breaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web
from msgspec import UNSET

from events.messages import Started, TracePoint, Workout, encode
from events.samples import Sample
from events.session import Settings
from simulator.client import Service

SONG = {
    "type": "song",
    "session": 0,
    "slot": 0,
    "song": {
        "id": "s",
        "title": "t",
        "artist": "a",
        "tempo": 120.0,
        "duration_seconds": 200.0,
    },
    "starts_at_ms": 0,
    "ends_at_ms": 200_000,
    "tempo_range": [115.2, 124.8],
    "opinion": {},
    "why": {
        "mode": "pulse",
        "at_ms": 0,
        "heart_rate": 120.0,
        "average": 120.0,
        "target_tempo": 120.0,
        "tempo": 120.0,
        "octave": 1.0,
        "distance": 0.0,
        "terms": {"tempo": 0.0},
        "decided_by": "It fits.",
    },
}


class Cloud:
    """Takes each sample once, by its user's watermark, as the pipeline does."""

    def __init__(self) -> None:
        self.taken: dict[str, list[Sample]] = {}
        self.actions: dict[str, list[str]] = {}
        self.settings: list[Settings] = []
        self.tokens = 0
        self.break_after: list[int] = []
        """For each connection in turn: lose the message after so many heart-rate messages."""
        self.deny = 0
        """How many connections to refuse with 403."""
        self.refusals = 0
        self.sampled = asyncio.Event()
        """Set when samples came."""
        self.denied = asyncio.Event()
        """Set when a second connection was refused."""
        self.answer = ""
        """Sent back to every heart-rate message."""
        self.notices: list[str] = []
        """Pushed before a question is answered."""

    async def token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        return web.json_response({"access_token": request.query["user"], "expires_in": 3600})

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        if self.deny:
            self.deny -= 1
            self.refusals += 1
            if self.refusals == 2:
                self.denied.set()
            raise web.HTTPForbidden
        user = request.query["token"]
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        left = self.break_after.pop(0) if self.break_after else None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            message = json.loads(frame.data)
            self.actions.setdefault(user, []).append(message["action"])
            if message["action"] == "heartrate":
                if left == 0:
                    await socket.close(code=1001)
                    break
                left = None if left is None else left - 1
            for answer in self._answers(user, message):
                await socket.send_str(answer)
        return socket

    def _answers(self, user: str, message: dict[str, Any]) -> list[str]:
        taken = self.taken.setdefault(user, [])
        match message["action"]:
            case "heartrate":
                self.sampled.set()
                latest_ms = taken[-1][0] if taken else -1
                taken.extend((t, heart) for t, heart in message["samples"] if t > latest_ms)
                return [self.answer] if self.answer else []
            case "start":
                settings = Settings(**message["settings"])
                self.settings.append(settings)
                started = Started(message["at_ms"], settings, message["id"])
                return [json.dumps(SONG), *self.notices, encode(started).decode()]
            case _:
                latest = TracePoint(*taken[-1], taken[-1][1]) if taken else None
                workout = Workout(
                    None, 0, Settings(), latest, [], [], 10_000, id=message.get("id", UNSET)
                )
                return [*self.notices, encode(workout).decode()]


@asynccontextmanager
async def serving(cloud: Cloud) -> AsyncIterator[Service]:
    """The addresses of a server on a free port, which stops at the end."""
    app = web.Application()
    app.add_routes([web.get("/token", cloud.token), web.get("/dev", cloud.connect)])
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield Service(f"ws://{host}:{port}/dev", f"http://{host}:{port}/token")
    finally:
        await runner.cleanup()
