"""A small HTTP server that speaks Watchman's interface, version 2, as its documentation has it: for tests."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rapidfuzz import fuzz

from activities.ports.screening import ListEntry

KNOWN = {"name", "minMatch", "limit", "type", "altNames"}
"""It refuses what it does not know."""


class Watchman:
    """What it has loaded, and what it was asked."""

    def __init__(self, entries: Sequence[ListEntry]) -> None:
        self.entries = entries
        self.asked: list[dict[str, list[str]]] = []
        self.answers: dict[str, tuple[int, bytes]] = {}
        """By path, instead of what it would say."""

        self.hangs = threading.Event()
        """Set: it may answer."""

        self.hangs.set()
        self.url = ""

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        """Status and body."""
        if path in self.answers:
            return self.answers[path]
        if path == "/v2/listinfo":
            lists = {"us_csl": len(self.entries)} if self.entries else {}
            return 200, _json(
                {"lists": lists, "listHashes": dict.fromkeys(lists, "0a1b2c3d4e5f"), "version": "v0.66.0"}
            )
        self.asked.append(query)
        if path != "/v2/search" or query.keys() - KNOWN:
            return 400, _json({"error": "extra/unused query parameters in request"})
        least, limit = float(query["minMatch"][0]), int(query["limit"][0])
        found = sorted(
            (one for one in map(self._entity(query["name"][0]), self.entries)), key=lambda one: -one["match"]
        )
        return 200, _json({"query": {}, "entities": [one for one in found if one["match"] >= least][:limit] or None})

    def _entity(self, name: str) -> Callable[[ListEntry], dict[str, Any]]:
        def of(entry: ListEntry) -> dict[str, Any]:
            names = (entry.name, *entry.aliases)
            return {
                "name": entry.name,
                "entityType": "business",
                "sourceList": "us_csl",
                "sourceID": entry.entry,
                "business": {"name": entry.name, "altNames": list(entry.aliases) or None},
                "person": None,
                "addresses": [{"line1": "", "country": country} for country in entry.countries] or None,
                "match": max(fuzz.token_sort_ratio(name.lower(), one.lower()) for one in names) / 100,
                "sourceData": {"anything": 1},
            }

        return of


def _json(answer: object) -> bytes:
    return json.dumps(answer).encode()


@contextmanager
def serving(entries: Sequence[ListEntry]) -> Iterator[Watchman]:
    """On a free port of this machine."""
    watchman = Watchman(entries)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            watchman.hangs.wait(60)
            url = urlsplit(self.path)
            status, body = watchman.answer(url.path, parse_qs(url.query))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    watchman.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield watchman
    finally:
        watchman.hangs.set()
        server.shutdown()
        thread.join()
        server.server_close()
