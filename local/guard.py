"""Who may ask a part of the local cloud: the programs of this machine and its own page.

Any page that a browser shows can send requests to loopback, but not choose what the browser says
of it: Host holds the name by which the page reached this machine (another one after DNS
rebinding), Origin where the page is from, and Sec-Fetch-Site that it is from elsewhere where there
is no Origin. Programs send Host alone.
"""

from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

NAMES = ("127.0.0.1", "localhost", "[::1]")
HTTP_PORT = 80
"""A browser leaves it out of Host and Origin."""
ELSEWHERE = ("cross-site", "same-site")
"""Sec-Fetch-Site of other pages; those of another port of this machine are of the same site."""
HEADERS = {"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}


def guard(port: int, *page_ports: int, open_to_pages: Collection[str] = ()) -> Middleware:
    """Answers 403 with a sentence to whatever is not for this machine or from another page.

    `port` is the part's own; pages of it, and of `page_ports`, may ask. The paths `open_to_pages`
    any page may: what they answer is known by a token, which no browser adds by itself.
    """
    hosts = _hosts(port)
    origins = {f"http://{host}" for each in (port, *page_ports) for host in _hosts(each)}

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        sentence = _wrong_host(request, hosts)
        if not sentence and request.path not in open_to_pages:
            sentence = _wrong_page(request, origins)
        if sentence:
            return web.Response(status=403, text=f"{sentence}\n", headers=HEADERS)
        return await handler(request)

    return guarded


def _hosts(port: int) -> list[str]:
    return [*(f"{name}:{port}" for name in NAMES), *(NAMES if port == HTTP_PORT else ())]


def _wrong_host(request: web.Request, hosts: list[str]) -> str | None:
    said = request.headers.getall("Host", [])
    if len(said) == 1 and said[0].lower() in hosts and request.raw_path.startswith("/"):
        return None
    return (
        f"This server answers only as {' or '.join(hosts)}: name one of these in the address, "
        "and leave out proxies."
    )


def _wrong_page(request: web.Request, origins: set[str]) -> str | None:
    said = request.headers.getall("Origin", [])
    if said and origins.issuperset(said):
        return None
    followed_a_link = request.headers.get("Sec-Fetch-Mode") == "navigate"
    if said or (request.headers.get("Sec-Fetch-Site") in ELSEWHERE and not followed_a_link):
        return (
            f"This server answers programs, and pages of {' or '.join(sorted(origins))} only: "
            "open the page there."
        )
    return None
