"""The page over HTTP, for this machine alone: the models that were named, and trainings as they go; nothing else."""

from __future__ import annotations

import math
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from spikeloom.reading import parse_json, read_bytes
from spikeloom.training.files import METRICS_FILE
from spikeloom.web.bundle import Link, page_html, policy, run_html, run_policy

REQUEST_BYTES = 16 * 1024  # of a request's head; none has a body
_METRICS_BYTES = 2**24
_WHOLE_MAX = 2**53  # what a browser's numbers hold
_DRAWN = ("epoch", "loss", "training_accuracy", "unsampled_validation_accuracy", "seconds")
_ANYWHERE, _OWN_NAMES = ("0.0.0.0", "::"), ("127.0.0.1", "localhost", "::1")
FOOTER = "served by spikeloom; nothing leaves this page"


@dataclass(frozen=True)
class Shown:
    """A model with its packed form, or a run folder where that is None."""

    title: str
    packed: bytes | None
    run: Path | None = None


def application(shown: Sequence[Shown], host: str = "127.0.0.1") -> Any:
    """Give the web application: a page a model and a run, by their numbers, and the metrics of runs.

    It answers those who ask for `host` or for this machine by a name of its own: a page from elsewhere that has its
    name lead here would read what is shown. An address that stands for all lets every name pass.
    """
    links = [Link(one.title, f"/{number}/") for number, one in enumerate(shown)]

    def index(request: Request) -> Response:
        return RedirectResponse("/0/", headers=_headers("default-src 'none'"))

    def page(request: Request) -> Response:
        one = _at(shown, request.path_params["number"])
        if one is None:
            return _missing()
        if one.packed is None:
            return HTMLResponse(run_html(one.title, FOOTER, links), headers=_headers(run_policy()))
        text = page_html(one.title, one.packed, FOOTER, links)
        return HTMLResponse(text, headers=_headers(policy()))

    def metrics(request: Request) -> Response:
        one = _at(shown, request.path_params["number"])
        if one is None or one.run is None:
            return _missing()
        return JSONResponse(read_metrics(one.run), headers=_headers("default-src 'none'"))

    routes = [
        Route("/", index),
        Route("/{number}/", page),
        Route("/{number}/metrics", metrics),
    ]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return _Guard(app, None if host in _ANYWHERE else {host, *_OWN_NAMES})


def configured(shown: Sequence[Shown], host: str, port: int) -> uvicorn.Config:
    """Give the settings of the server: requests with a head of bounded length, and no word on what serves them."""
    return uvicorn.Config(
        application(shown, host), host=host, port=port, log_level="critical", server_header=False,
        http="h11", h11_max_incomplete_event_size=REQUEST_BYTES, ws="none",
    )  # fmt: skip


def listening(host: str, port: int) -> socket.socket:
    """Give a socket that listens there, at a free port for 0; OSError where the address is taken or not ours."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def address(taken: socket.socket) -> str:
    """Give the address of a listening socket as a browser takes it."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(shown: Sequence[Shown], host: str, taken: socket.socket) -> None:
    """Serve on a listening socket until stopped."""
    uvicorn.Server(configured(shown, host, taken.getsockname()[1])).run([taken])


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """Give the epochs of a training so far; none while there is no line, and none of a line that is
    half written or has no numbers to draw.
    """
    try:
        lines = read_bytes(run / METRICS_FILE, _METRICS_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    epochs = []
    for line in lines:
        try:
            epochs.append(parse_json(line))
        except ValueError:
            break
    drawn = [{name: epoch.get(name) for name in _DRAWN} for epoch in epochs if isinstance(epoch, dict)]
    return [epoch for epoch in drawn if all(map(_is_number, epoch.values()))]


def _is_number(value: object) -> bool:
    return (isinstance(value, float) and math.isfinite(value)) or (isinstance(value, int) and abs(value) < _WHOLE_MAX)


class _Guard:
    """Lets only requests to read through, by a known name, without a body, with a head of bounded length."""

    def __init__(self, app: Any, hosts: set[str] | None) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        refused = _refusal(scope, self._hosts) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": refused, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _refusal(scope: Any, hosts: set[str] | None) -> int | None:
    """Give the status by which a request is refused, or None; `hosts` are the names to be asked by, None for any."""
    headers = dict(scope["headers"])  # of repeated ones the last; their length is that of all
    if hosts is not None and _host_of(headers.get(b"host", b"")) not in hosts:
        return 421
    if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
        return 413
    if scope["method"] not in ("GET", "HEAD"):
        return 405
    head = len(scope["raw_path"]) + len(scope["query_string"]) + sum(map(len, chain(*scope["headers"])))
    return 431 if head > REQUEST_BYTES else None


def _host_of(header: bytes) -> str | None:
    """Give the name by which a request asks; None where that cannot be read."""
    try:
        return urlsplit(f"//{header.decode('latin-1')}").hostname
    except ValueError:
        return None


def _at(shown: Sequence[Shown], number: str) -> Shown | None:
    numbered = {str(place): one for place, one in enumerate(shown)}
    return numbered.get(number)


def _missing() -> Response:
    return PlainTextResponse("there is no such page", 404, headers=_headers("default-src 'none'"))


def _headers(content_policy: str) -> Mapping[str, str]:
    return {
        "content-security-policy": f"{content_policy}; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
