"""Publishers on loopback, one an address, so that none waits for the pauses of another."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

ITEM = (
    "<item><title>{title}</title><link>http://a.example/{title}</link><guid>http://a.example/{title}</guid>"
    "<pubDate>Sun, 15 Nov 2026 10:00:00 GMT</pubDate></item>"
)


def rss(*titles: str) -> bytes:
    """A feed of these entries."""
    items = "".join(ITEM.format(title=title) for title in titles)
    return f'<rss version="2.0"><channel><title>A feed</title>{items}</channel></rss>'.encode()


@dataclass
class Page:
    """What is answered at a path. ``slow``: the body stops in the middle until it is let go."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow: bool = False


class Origin:
    """A server at an address of its own; to be entered."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.pages: dict[str, Page] = {}
        self.asked: Counter[str] = Counter()
        self.let_go = threading.Event()
        self.reached = threading.Event()
        """A slow body is under way."""
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                origin.asked[self.path] += 1
                page = origin.pages.get(self.path, Page(status=404))
                self.send_response(page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                middle = len(page.body) // 2 if page.slow else 0
                try:
                    self.wfile.write(page.body[:middle])
                    if page.slow:
                        origin.reached.set()
                        origin.let_go.wait(60)
                    self.wfile.write(page.body[middle:])
                except OSError:
                    self.close_connection = True  # the other side hung up

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever was killed while asking says no goodbye."""

        self._server = Server((address, 0), Handler)
        self.url = f"http://{address}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
