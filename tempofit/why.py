"""`tempofit why`: why a person's song was chosen."""

import asyncio
from typing import Annotated

import aiohttp
import msgspec
import typer

from events.messages import Error, Workout, WorkoutQuery, encode
from events.session import SongPush
from simulator.client import (
    ANSWER_SECONDS,
    REFUSALS,
    Refusal,
    Service,
    decode_message,
    fetch_token,
    open_http,
)
from tempofit.addresses import UNWELL, CloudError, read_addresses, remedy, require

QUESTION = "why"


def why(
    user: Annotated[str, typer.Argument(help="Who listens, e.g. athlete-001.")],
    slot: Annotated[
        int | None, typer.Argument(min=0, help="Which song of the session; else the last.")
    ] = None,
    websocket_url: Annotated[str, typer.Option(envvar="TEMPOFIT_WEBSOCKET_URL")] = "",
    token_url: Annotated[str, typer.Option(envvar="TEMPOFIT_TOKEN_URL")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the song's push as JSON.")] = False,
) -> None:
    """Say why a song of the running session was chosen: average, target, tempo, and what decided.

    Asks the local cloud in the person's name. Exits with 1 when there is no such song.
    """
    try:
        known = read_addresses()
        service = Service(websocket_url or known.websocket_url, token_url or known.token_url)
        require(service.websocket_url, service.token_url)
        push = find(asyncio.run(ask(service, user)), user, slot)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(msgspec.json.encode(push) if json else sentence(push))


async def ask(service: Service, user: str) -> Workout:
    """The session so far of a person. CloudError when the cloud does not answer."""
    try:
        async with open_http() as http, asyncio.timeout(ANSWER_SECONDS):
            token = await fetch_token(http, service, user)
            async with http.ws_connect(service.websocket_url, params={"token": token}) as socket:
                await socket.send_str(encode(WorkoutQuery(id=QUESTION)).decode())
                while True:
                    message = decode_message(await socket.receive_str())
                    if isinstance(message, Refusal):
                        raise CloudError(
                            f"Asked about {user!r}, {service.websocket_url} answered "
                            f"{message.message!r}. {UNWELL}"
                        )
                    if message.id == QUESTION and isinstance(message, Workout):
                        return message
                    if isinstance(message, Error) and message.code in REFUSALS:
                        raise CloudError(message.message)
    except (aiohttp.ClientError, OSError, TypeError, TimeoutError, msgspec.MsgspecError) as error:
        raise CloudError(
            f"Nothing about {user!r} was answered at {service.websocket_url} within "
            f"{ANSWER_SECONDS:g} s. {remedy(error)}"
        ) from None


def find(workout: Workout, user: str, slot: int | None) -> SongPush:
    """The song of a slot, by default the last. CloudError when there is none."""
    songs = {song.slot: song for song in workout.songs}
    if not songs:
        raise CloudError(f"{user!r} has no song yet: a song needs a heart rate first.")
    wanted = max(songs) if slot is None else slot
    if wanted not in songs:
        raise CloudError(f"{user!r} has songs {min(songs)} to {max(songs)}, and none at {wanted}.")
    return songs[wanted]


def sentence(push: SongPush) -> str:
    """Why this song: what was measured, what was aimed at, how near it is, and what decided."""
    song, reasons = push.song, push.why
    heard = {2.0: f", felt at {reasons.tempo * 2:.0f}", 0.5: f", felt at {reasons.tempo / 2:.0f}"}
    terms = ", ".join(f"{name} {value:+.3f}" for name, value in reasons.terms.items())
    return (
        f"{song.title} by {song.artist} (song {push.slot}): the heart rate averaged "
        f"{reasons.average:.0f}, so mode {reasons.mode} aimed at {reasons.target_tempo:.0f} beats "
        f"a minute; this song has {reasons.tempo:.0f}{heard.get(reasons.octave, '')}, "
        f"{reasons.distance:.1%} away.\n{reasons.decided_by}\nScore, smaller is better: {terms}."
    )
