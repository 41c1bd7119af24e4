"""Requests a second of ``aggregator serve`` and of nginx, on the same files, while refreshes rewrite them.

    python -m benchmarks.serving [--seconds 20] [--posts 400]

Needs wrk and nginx. Both servers have one process and are asked by a hundred connections. Then ours is asked
while new posts are refreshed as fast as it goes, and one more client compares each answer with its ETag.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from lxml import etree

from benchmarks import archive

CATEGORIES = 20
_CONFIGURATION = "site: {url: 'https://feeds.example/'}\nsources: [{id: posts, type: jekyll, path: seeds}]\n"
_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush on;
  gzip on; gzip_types application/xml text/xml application/json text/css; gzip_comp_level 6;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass
class Check:
    """A client that reads all and compares; ``wrong`` stays empty."""

    port: int
    read: int = 0
    wrong: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    def run(self, ending: threading.Event) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not ending.is_set():
            connection.request("GET", "/all.xml", headers={"Host": "feeds.example"})
            answer = connection.getresponse()
            body, tag = answer.read(), answer.headers["ETag"]
            self.read += 1
            self.tags.add(tag)
            if tag != f'"{hashlib.sha256(body).hexdigest()[:32]}"':
                self.wrong.append(f"{tag} does not fit {len(body)} bytes")
            etree.fromstring(body)
        connection.close()


def refreshes(site: Path, count: int, ending: threading.Event, done: list[int]) -> None:
    """Bring a new post and refresh, again and again."""
    while not ending.is_set():
        archive.write(site / "seeds", count + len(done) + 1, CATEGORIES)
        aggregator(site, "-q", "refresh")
        done.append(1)


def aggregator(site: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "aggregator", *arguments], cwd=site, check=True, stderr=subprocess.DEVNULL
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def ours(site: Path, port: int) -> Iterator[int]:
    command = [sys.executable, "-m", "aggregator", "serve", "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=site, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.terminate()
        if process.wait(30):
            sys.exit("serve did not stop cleanly")


@contextmanager
def nginx(site: Path, port: int) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(_NGINX.format(folder=folder, root=site / "feeds", port=port))
        with subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(port)
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                yield int(children[0])
            finally:
                process.terminate()


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"nothing listens at {port}")


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def measure(pid: int, port: int, target: str, seconds: int, headers: dict[str, str]) -> tuple[float, float]:
    """Requests a second, and microseconds of processor time for one. Exits where there was any error."""
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    url = f"http://127.0.0.1:{port}{target}"
    before = processor(pid)
    command = ["wrk", "-t1", "-c100", f"-d{seconds}s", "--timeout", "30s", *options, url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = processor(pid) - before
    if "Socket errors" in told or "Non-2xx" in told:
        sys.exit(f"{target}: errors\n{told}")
    count = re.search(r"(\d+) requests in", told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert count
    assert rate
    return float(rate[1]), used / int(count[1]) * 1e6


def etag(port: int, target: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", target)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"]


def compare(site: Path, seconds: int) -> None:
    """Ask both servers in turn, files at rest."""
    a, b = free_port(), free_port()
    size = (site / "feeds" / "all.xml").stat().st_size
    with ours(site, a) as our_pid, nginx(site, b) as nginx_pid:
        for name, target, headers in (
            ("a small file", "/style.css", {}),
            (f"all.xml, {size // 1024} KiB", "/all.xml", {}),
            ("the same, gzip", "/all.xml", {"Accept-Encoding": "gzip"}),
            ("the same, 304", "/all.xml", {"If-None-Match": "*"}),
        ):
            asked = [
                headers if headers.get("If-None-Match") != "*" else {"If-None-Match": etag(port, target)}
                for port in (a, b)
            ]
            mine = measure(our_pid, a, target, seconds, asked[0])
            theirs = measure(nginx_pid, b, target, seconds, asked[1])
            print(
                f"{name:<20} {mine[0]:9,.0f}/s {mine[1]:5.0f} µs   nginx {theirs[0]:9,.0f}/s"
                f" {theirs[1]:5.0f} µs   {mine[0] / theirs[0]:4.0%}"
            )


def rewrite(site: Path, posts: int, seconds: int) -> None:
    """Ask ours while refreshes rewrite the files."""
    port, ending, done = free_port(), threading.Event(), list[int]()
    with ours(site, port) as pid:
        check = Check(port)
        threads = [
            threading.Thread(target=refreshes, args=(site, posts, ending, done)),
            threading.Thread(target=check.run, args=(ending,)),
        ]
        for thread in threads:
            thread.start()
        try:
            rate, _ = measure(pid, port, "/all.xml", seconds, {})
        finally:
            ending.set()
            for thread in threads:
                thread.join()
    if check.wrong:
        sys.exit(f"{len(check.wrong)} answers were wrong: {check.wrong[0]}")
    print(
        f"while {len(done)} refreshes rewrote it: {rate:,.0f}/s, no error;"
        f" {check.read:,} answers compared with their ETags ({len(check.tags)} different), none wrong"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--posts", type=int, default=400)
    options = parser.parse_args()
    if missing := [program for program in ("wrk", "nginx") if shutil.which(program) is None]:
        sys.exit(f"not installed: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        site = Path(folder)
        (site / "config").mkdir()
        (site / "config" / "aggregator.yaml").write_text(_CONFIGURATION)
        archive.write(site / "seeds", options.posts, CATEGORIES)
        aggregator(site, "-q", "refresh")
        compare(site, options.seconds)
        rewrite(site, options.posts, options.seconds)


if __name__ == "__main__":
    main()
