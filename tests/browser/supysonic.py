"""A real music server for the page: Supysonic, and what stands between the two."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from local.processes import HOST, free_port, start, stop
from local.project import PROJECT
from tests.browser.sign_in import serving

USER = "anna"
PASSWORD = "drums & bass"
PACKAGES = PROJECT / ".tempofit" / "supysonic"
CONFIGURATION = """[base]
database_uri = sqlite:///{folder}/supysonic.db
[webapp]
cache_dir = {folder}/cache
[daemon]
socket = {folder}/daemon
"""
CORS = {"Access-Control-Allow-Origin": "*"}

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextmanager
def supysonic(folder: Path, music: Path) -> Iterator[str]:
    """Serves `music` to USER from a folder of its own; gives the address."""
    installed = str((PACKAGES / ".installed").relative_to(PROJECT))
    subprocess.run(["make", "--silent", installed], check=True, cwd=PROJECT)
    (folder / ".supysonic").write_text(CONFIGURATION.format(folder=folder))
    environment = {"PYTHONPATH": str(PACKAGES), "HOME": str(folder)}

    def run(*words: str) -> None:
        command = [sys.executable, "-m", "supysonic.cli", *words]
        inherited = os.environ | environment
        said = subprocess.run(command, env=inherited, capture_output=True, text=True)
        assert said.returncode == 0, said.stderr

    run("user", "add", USER, "-p", PASSWORD)
    run("folder", "add", "music", str(music))
    run("folder", "scan", "-f", "music")
    port = free_port()
    command = [sys.executable, "-m", "supysonic.server", "-S", "waitress"]
    part = start(
        "supysonic",
        [*command, "-h", HOST, "-p", str(port)],
        environment=environment,
        logs=folder,
        address=(HOST, port),
    )
    try:
        part.wait_until_ready()
        yield f"http://{HOST}:{port}"
    finally:
        stop([part])


@dataclass(slots=True)
class Between:
    """What a reverse proxy does for a page: adds the CORS headers that Supysonic's songs lack.

    It has faults if a test says so, and notes what the page asked.
    """

    behind: str
    port: int
    fault: Fault | None = None
    """What answers in the server's place."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and query of each question."""
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append((request.method, request.path, request.query_string))
        self.forms.append(parse_qs(body.decode()))
        if self.fault:
            return await self.fault(request)
        status, kind, content = await self.fetch(request, body)
        return web.Response(status=status, body=content, headers=CORS | {"Content-Type": kind})

    async def fetch(self, request: web.Request, body: bytes) -> tuple[int, str, bytes]:
        kind = {"Content-Type": request.content_type}
        place = f"{self.behind}{request.path_qs}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, place, data=body, headers=kind) as response,
        ):
            return response.status, response.headers["Content-Type"], await response.read()


@contextmanager
def between(behind: str) -> Iterator[Between]:
    """Stands before the server at `behind`."""
    proxy = Between(behind, free_port())
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", proxy.answer)
    with serving(app, proxy.port):
        yield proxy
