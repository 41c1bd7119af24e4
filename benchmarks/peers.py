"""Other clients, run as their users run them, for a comparison by the judge of ``tests/judge``."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import feedparser
from reader import make_reader

from tests.judge.clients.ours import every

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.judge.clients.contract import Feed
    from tests.judge.rule import Pace


def each_host(feeds: Sequence[Feed], pace: Pace, ask: Callable[[Feed], None]) -> None:
    """Ask every feed at every beat: those of one host one after another, hosts side by side."""
    hosts = defaultdict(list)
    for feed in feeds:
        hosts[feed.host].append(feed)

    def follow(host: str) -> None:
        every(pace.beat, pace.beats, lambda: list(map(ask, hosts[host])))

    with ThreadPoolExecutor(len(hosts)) as pool:
        list(pool.map(follow, hosts))


@dataclass
class Curl:
    """curl from cron, with all that it has for asking only for what is new."""

    name: str = "curl"
    offers: frozenset[str] = frozenset({"headers"})

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Keep the documents in a folder."""
        self.folder, self.feeds, self.pace = folder, feeds, pace

    def run(self) -> None:
        """One curl a feed and beat."""
        each_host(self.feeds, self.pace, self._ask)

    def _ask(self, feed: Feed) -> None:
        kept, tag = self.folder / f"{feed.id}.xml", self.folder / f"{feed.id}.etag"
        command = ["curl", "--silent", "--fail", "--location", "--compressed", "--remote-time"]
        command += ["--max-time", f"{self.pace.timeout:g}", "--max-filesize", str(self.pace.max_bytes)]
        command += ["--output", str(kept), "--etag-save", str(tag)]
        command += ["--etag-compare", str(tag)] if tag.exists() else []
        command += ["--time-cond", str(kept)] if kept.exists() else []
        for name, value in feed.headers.items():
            command += ["--header", f"{name}: {value}"]
        subprocess.run([*command, feed.url], check=False, capture_output=True)

    def titles(self) -> Mapping[str, frozenset[str]]:
        """None: it keeps documents, not entries."""
        return {}


@dataclass
class Newsboat:
    """``newsboat -x reload`` from cron."""

    name: str = "newsboat"
    offers: frozenset[str] = frozenset({"titles"})

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Write its files."""
        self.folder, self.feeds, self.pace = folder, feeds, pace
        (folder / "urls").write_text("".join(f"{feed.url}\n" for feed in feeds))
        (folder / "config").write_text(f"reload-threads 64\ndownload-timeout {round(pace.timeout)}\n")

    def run(self) -> None:
        """One reload at every beat; one that takes longer delays the next."""
        files = ["-u", "urls", "-C", "config", "-c", "cache.db"]
        command = ["newsboat", *files, "-x", "reload"]
        every(
            self.pace.beat,
            self.pace.beats,
            lambda: subprocess.run(command, cwd=self.folder, check=True, capture_output=True),
        )

    def titles(self) -> Mapping[str, frozenset[str]]:
        """What is in its cache."""
        connection = sqlite3.connect(self.folder / "cache.db")
        rows = connection.execute("select feedurl, title from rss_item").fetchall()
        connection.close()
        found = defaultdict(set)
        for url, title in rows:
            found[url].add(title)
        return {feed.id: frozenset(found[feed.url]) for feed in self.feeds}


@dataclass
class Reader:
    """lemon24/reader, with updates as it schedules them."""

    name: str = "reader"
    offers: frozenset[str] = frozenset({"titles"})
    beat = 60.0
    """Its intervals are whole minutes."""

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Fill a database."""
        self.feeds, self.pace, self.path = feeds, pace, str(folder / "reader.sqlite")
        with self._open() as reader:
            reader.set_tag((), ".reader.update", {"interval": round(pace.beat / 60), "jitter": 0})
            for feed in feeds:
                reader.add_feed(feed.url)

    def _open(self) -> Any:
        return make_reader(self.path, session_timeout=(self.pace.timeout, self.pace.timeout))

    def run(self) -> None:
        """Let it update what is due, every other second; begin with a minute, as it counts by them."""
        threading.Event().wait(60.5 - time.time() % 60)
        with self._open() as reader:
            every(2, round(self.pace.beats * self.pace.beat / 2), lambda: self._update(reader))

    def _update(self, reader: Any) -> None:
        for _ in reader.update_feeds_iter(scheduled=True, workers=64):
            pass

    def titles(self) -> Mapping[str, frozenset[str]]:
        """What is in its database."""
        with self._open() as reader:
            return {
                feed.id: frozenset(str(entry.title) for entry in reader.get_entries(feed=feed.url))
                for feed in self.feeds
            }


@dataclass
class Feedparser:
    """feedparser's own client, given back what it said of the last answer, as its documentation has it."""

    name: str = "feedparser"
    offers: frozenset[str] = frozenset({"headers"})

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Remember nothing yet."""
        del folder
        self.feeds, self.pace = feeds, pace
        self.known: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        """One parse a feed and beat."""
        each_host(self.feeds, self.pace, self._ask)

    def _ask(self, feed: Feed) -> None:
        known = self.known.get(feed.id, {})
        result = feedparser.parse(feed.url, request_headers=dict(feed.headers), **known)
        if result.get("status") in (200, 301, 302) and not result.bozo:
            self.known[feed.id] = {key: result[key] for key in ("etag", "modified") if key in result}

    def titles(self) -> Mapping[str, frozenset[str]]:
        """None: it keeps nothing."""
        return {}
