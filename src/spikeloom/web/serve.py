"""The page over HTTP, for this machine alone: the models that were named, and trainings as they go; nothing else."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from spikeloom.training.files import METRICS_FILE
from spikeloom.web.bundle import Link, page_html, policy, run_html, run_policy

REQUEST_BYTES = 16 * 1024  # of a request's head; none has a body
_METRICS_BYTES = 2**24
FOOTER = "spikeloom, on this machine alone"


@dataclass(frozen=True)
class Shown:
    """A model with its packed form, or a run folder where that is None."""

    title: str
    packed: bytes | None
    run: Path | None = None


def application(shown: Sequence[Shown]) -> Any:
    """Give the web application: a page a model and a run, by their numbers, and the metrics of runs."""
    links = [Link(one.title, f"/{number}/") for number, one in enumerate(shown)]

    def index(request: Request) -> Response:
        return RedirectResponse("/0/", headers=_headers("default-src 'none'"))

    def page(request: Request) -> Response:
        one = _at(shown, request.path_params["number"])
        if one is None:
            return _missing()
        if one.packed is None:
            return HTMLResponse(run_html(one.title, FOOTER), headers=_headers(run_policy()))
        text = page_html(one.title, one.packed, FOOTER, links)
        return HTMLResponse(text, headers=_headers(policy()))

    def metrics(request: Request) -> Response:
        one = _at(shown, request.path_params["number"])
        if one is None or one.run is None:
            return _missing()
        return JSONResponse(read_metrics(one.run), headers=_headers("default-src 'none'"))

    routes = [
        Route("/", index),
        Route("/{number:int}/", page),
        Route("/{number:int}/metrics", metrics),
    ]
    return _Guard(Starlette(routes=routes))


def configured(shown: Sequence[Shown], host: str, port: int) -> uvicorn.Config:
    """Give the settings of the server: requests with a head of bounded length, and no word on what serves them."""
    return uvicorn.Config(
        application(shown), host=host, port=port, log_level="critical", server_header=False,
        h11_max_incomplete_event_size=REQUEST_BYTES,
    )  # fmt: skip


def serve(shown: Sequence[Shown], host: str, port: int) -> None:
    """Serve until stopped; OSError where the address is taken."""
    with socket.create_server((host, port)) as taken:  # uvicorn itself would only log that it cannot
        uvicorn.Server(configured(shown, host, port)).run([taken])


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """Give the epochs of a training so far; none while there is no line, and none of a line that is half written."""
    try:
        with (run / METRICS_FILE).open("rb") as file:
            lines = file.read(_METRICS_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    epochs = []
    for line in lines:
        try:
            epochs.append(json.loads(line))
        except ValueError:
            break
    return [epoch for epoch in epochs if isinstance(epoch, dict)]


class _Guard:
    """Lets nothing through but a request to read, without a body, and with a head of bounded length."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        refused = _refusal(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": refused, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _refusal(scope: Any) -> int | None:
    """Give the status by which a request is refused, or None."""
    headers = dict(scope["headers"])
    if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
        return 413
    if scope["method"] not in ("GET", "HEAD"):
        return 405
    head = len(scope["raw_path"]) + len(scope["query_string"]) + sum(map(len, (*headers, *headers.values())))
    return 431 if head > REQUEST_BYTES else None


def _at(shown: Sequence[Shown], number: int) -> Shown | None:
    return shown[number] if 0 <= number < len(shown) else None


def _missing() -> Response:
    return PlainTextResponse("there is no such page", 404, headers=_headers("default-src 'none'"))


def _headers(content_policy: str) -> Mapping[str, str]:
    return {
        "content-security-policy": f"{content_policy}; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
