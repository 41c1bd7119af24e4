"""A server on loopback for commands that read the web."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

RSS = (
    '<rss version="2.0"><channel><title>Called so</title><link>http://a.example/</link>'
    "<item><title>One</title><link>http://a.example/1</link><guid>http://a.example/1</guid>"
    "<pubDate>Sun, 15 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
)


class _Quiet(ThreadingHTTPServer):
    """Says nothing of who went away before the answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the base's own names


class Server:
    """Answers each path with what it is told."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.redirect_status = 302
        self.asked: list[str] = []
        """Paths, in order."""
        self.retry_after: dict[str, str] = {}
        """By path: it answers 503."""
        self.gone: set[str] = set()
        """Paths: it answers 410."""
        self.etag = ""
        self.date = ""
        pages, redirects, asked, told = self.pages, self.redirects, self.asked, self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = pages.get(self.path, "").encode()
                if self.path in redirects:
                    self.send_response(told.redirect_status)
                    self.send_header("Location", redirects[self.path])
                elif self.path in told.retry_after:
                    self.send_response(503)
                    self.send_header("Retry-After", told.retry_after[self.path])
                elif self.path in told.gone:
                    self.send_response(410)
                elif told.etag and self.headers["If-None-Match"] == told.etag:
                    body = b""
                    self.send_response(304)
                else:
                    self.send_response(200 if body else 404)
                if told.etag:
                    self.send_header("ETag", told.etag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return told.date or super().date_time_string(timestamp)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
                """Say nothing."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
