"""The life of a site of remote feeds in any order: entries come, change, go, get other ids and dates; servers
answer all that servers answer; refreshes, and a daemon, die, are refused files, and are told what to do.

The invariants: no entry that was read is lost, none comes twice, an id once published stays, outputs are
valid and a function of the store; and after one plain refresh all is as if nothing had happened.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import tempfile
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from lxml import etree

from aggregator.app import App
from aggregator.app.running import Running
from aggregator.config import load
from aggregator.daemon.work import Work
from aggregator.errors import AggregatorError, LockedError
from aggregator.store import beside
from tests.daemon.sources import FakeAlarms
from tests.dying import REAPER, DyingClock, Killed
from tests.outputs.atom_rules import ATOM, violations
from tests.presses import MODES, Press, Presses, PressFeed, Written

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.contracts import Adapter

NAMES = ("a", "b", "c")
OLDEST = datetime(2026, 10, 1, tzinfo=UTC)
LIVES = int(os.environ.get("AGGREGATOR_LIVES", "12"))
"""How many are lived; a run by hand may well ask for a thousand."""
LONG = timedelta(days=8)
"""No source is next due later than this."""


class Bugs(logging.Handler):
    """What was logged as a bug."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "bug" in record.getMessage():
            self.found.append(self.format(record))


class Service:
    """The daemon but for its signals, doors and watcher: it sleeps on a clock that others move."""

    def __init__(self, app: App, clock: DyingClock) -> None:
        self._clock, self._loop, self._stack = clock, asyncio.new_event_loop(), ExitStack()
        try:
            self.running = Running(app, self._stack.enter_context(app.opened(wait=0)))
            self._loop.run_until_complete(self.running.__aenter__())
        except BaseException:
            self._stack.close()
            self._loop.close()
            raise
        self._alarms = FakeAlarms()
        self._news = True
        self._work = Work(self.running, self._alarms, self._finished)

    def _finished(self, changed: bool, local: bool) -> None:
        self._news = True

    def _run(self, do: Callable[[], object] = lambda: None) -> None:
        """Do it on the loop, and let everything end that it begins, publishing included."""

        async def main() -> None:
            do()
            while tasks := list(self._work._tasks.values()):
                await asyncio.wait(tasks)
            if self._news:
                self._news = False
                await self.running.publish(lambda: True)

        self._loop.run_until_complete(main())

    def begin(self) -> None:
        self._run(self._look)

    def _look(self) -> None:
        self._work.touch(self.running.sources)
        self._work.look()

    def pass_time(self, by: timedelta) -> None:
        until = self._clock.now + by
        while self._alarms.moment is not None and self._alarms.moment <= until:
            self._clock.now = max(self._alarms.moment, self._clock.now)
            self._alarms.moment = None
            self._run(self._work.look)
        self._clock.now = max(until, self._clock.now)
        self._run()

    def beat(self) -> None:
        """Take up what other processes left."""

        def do() -> None:
            done = self.running.do_commands()
            self._work.begin_anew([each.argument for each in done if each.action == "reset"])
            self._work.touch(each.argument for each in done)
            self._work.look()
            self._news = True

        self._run(do)

    def reload(self, app: App) -> None:
        def do() -> None:
            self.running.differing(app)
            self.running.use(app)
            self._work.follow()
            self._news = True

        self._run(do)

    def end(self) -> None:
        """Orderly, or as the system ends what was killed: nothing more is written."""
        try:
            self._loop.run_until_complete(self._work.stop(1.0))
            self._loop.run_until_complete(self.running.__aexit__(None, None, None))
        finally:
            self._stack.close()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


class RemoteLife(RuleBasedStateMachine):
    """What can happen to a site of feeds."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.clock = DyingClock()
        self.presses = {name: Press(name) for name in NAMES}
        self.web = Presses(list(self.presses.values()), lambda: self.clock.now)
        self.numbers: dict[int, Written] = {}
        self.dropped: str | None = None
        self.known: set[int] = set()
        """Entries that were read for certain: they were there when all was healed."""
        self.pending: set[int] = set()
        """Entries that changed since, and may not change in another way before that was read."""
        self.ids: dict[int, str] = {}
        self.hidden: set[int] = set()
        self.service: Service | None = None
        self.bugs = Bugs()
        logging.getLogger("aggregator").addHandler(self.bugs)

    def teardown(self) -> None:
        if self.service is not None:
            self.service.end()
        logging.getLogger("aggregator").removeHandler(self.bugs)
        shutil.rmtree(self.root)

    @initialize()
    def start(self) -> None:
        self.configure()
        for name in NAMES:
            self.publish(name, count=2, start="x", named=True, dated=True)
            self.publish(name, count=2, start="y", named=name != "b", dated=name != "c")
        self.heal()

    def configure(self, interval: str = "1h") -> None:
        configuration = {
            "site": {"url": "https://feeds.example/"},
            "schedule": {"interval": interval},
            "output": {"entries": 1000, "max_entries": 10_000},
            "sources": [
                {"id": name, "type": "feed", "url": press.url, "category": name}
                for name, press in self.presses.items()
            ],
        }
        if self.dropped is not None:
            configuration["filters"] = [{"drop": {"title_matches": f"^{self.dropped}"}}]
        (self.root / "aggregator.yaml").write_text(json.dumps(configuration))

    @property
    def app(self) -> App:
        adapters: dict[str, Adapter] = {"feed": PressFeed(self.web)}
        return App(load(self.root / "aggregator.yaml", adapters, {}, {}), adapters, {}, clock=self.clock)

    # ── what publishers do ──

    @rule(
        name=st.sampled_from(NAMES),
        count=st.integers(1, 4),
        start=st.sampled_from("xy"),
        named=st.booleans(),
        dated=st.booleans(),
    )
    def publish(self, name: str, count: int, start: str, named: bool, dated: bool) -> None:
        for _ in range(count):
            number = len(self.numbers) + 1
            date = OLDEST + timedelta(hours=number) if dated else None
            entry = Written(number, start, f"tag:{name},{number}" if named else None, date)
            self.numbers[number] = entry
            self.presses[name].entries.insert(0, entry)

    @rule(name=st.sampled_from(NAMES), at=st.integers(0, 3), words=st.sampled_from(["title", "body", "both"]))
    def edit(self, name: str, at: int, words: str) -> None:
        for entry in self.presses[name].entries[at : at + 1]:
            if entry.number in self.pending:
                continue
            self.pending.add(entry.number)
            entry.body += words != "title"
            entry.revision += words != "body" and not entry.renamed

    @rule(name=st.sampled_from(NAMES), at=st.integers(0, 3), by=st.integers(-3, 3))
    def restamp(self, name: str, at: int, by: int) -> None:
        for entry in self.presses[name].entries[at : at + 1]:
            if entry.published and entry.number not in self.pending and not entry.renamed:
                self.pending.add(entry.number)
                entry.published += timedelta(minutes=by)

    @rule(name=st.sampled_from(NAMES))
    def give_other_ids(self, name: str) -> None:
        """As when a site moves; told apart are those with a date alone (docs/why-ids-are-believed.md)."""
        for entry in self.presses[name].entries:
            if entry.guid and entry.published and entry.number not in self.pending:
                self.pending.add(entry.number)
                entry.renamed += 1

    @rule(name=st.sampled_from(NAMES), count=st.integers(1, 3))
    def drop_the_oldest(self, name: str, count: int) -> None:
        del self.presses[name].entries[-count:]

    @rule(name=st.sampled_from(NAMES), number=st.integers(1, 20))
    def bring_back(self, name: str, number: int) -> None:
        entry = self.numbers.get(number)
        press = self.presses[name]
        if entry and (entry.guid or "").startswith(f"tag:{name},") and entry not in press.entries:
            press.entries.append(entry)

    @rule(name=st.sampled_from(NAMES))
    def build_anew(self, name: str) -> None:
        self.presses[name].built += 1

    @rule(name=st.sampled_from(NAMES), mode=st.sampled_from(MODES))
    def answer(self, name: str, mode: str) -> None:
        self.presses[name].mode = mode

    # ── what operators do ──

    @precondition(lambda self: self.service is None)
    @rule(hours=st.sampled_from([0, 1, 3, 30]), forced=st.booleans(), healed=st.booleans())
    def refresh(self, hours: int, forced: bool, healed: bool) -> None:
        self.clock.now += timedelta(hours=hours)
        self.app.refresh(force=forced)
        self.check()
        if healed:
            self.heal()

    @precondition(lambda self: self.service is None)
    @rule(after=st.integers(0, 40), healed=st.booleans())
    def refresh_and_die(self, after: int, healed: bool) -> None:
        self.clock.now += timedelta(hours=2)
        self.clock.left = after
        with suppress(Killed):
            self.app.refresh()
        self.clock.left = None
        if healed:
            self.heal()

    @precondition(lambda self: self.service is None)
    @rule(after=st.integers(0, 40), full=st.booleans(), healed=st.booleans())
    def refresh_and_fail_at_a_file(self, after: int, full: bool, healed: bool) -> None:
        self.clock.now += timedelta(hours=2)
        REAPER.left, REAPER.full, REAPER.folder = after, full, str(self.root)
        try:
            with suppress(Killed, AggregatorError):
                self.app.refresh()
        finally:
            REAPER.folder, REAPER.full = None, False
        if healed:
            self.heal()

    @rule(start=st.sampled_from([None, "x", "y"]), interval=st.sampled_from(["1h", "2h", "30m"]))
    def change_rules(self, start: str | None, interval: str) -> None:
        self.dropped = start
        self.configure(interval)
        if self.service is not None:
            self.service.reload(self.app)

    @rule(action=st.sampled_from(["pause", "resume", "reset"]), name=st.sampled_from(NAMES))
    def command(self, action: str, name: str) -> None:
        self.leave(action, name)

    @rule(number=st.integers(1, 20), hide=st.booleans())
    def hide_or_show(self, number: int, hide: bool) -> None:
        if number not in self.ids:
            return
        with self.app.library() as library:
            (record,) = library.find(self.ids[number])
        self.leave("hide" if hide else "show", str(record.item_id))
        (self.hidden.add if hide else self.hidden.discard)(number)

    def leave(self, action: str, argument: str) -> None:
        path = self.root / "var" / "aggregator.db"
        if not path.exists():
            return
        with suppress(AggregatorError), beside(path) as store:
            store.leave(action, argument, self.clock())
        if self.service is not None:
            self.service.beat()

    # ── the daemon ──

    @precondition(lambda self: self.service is None)
    @rule()
    def begin_service(self) -> None:
        self.service = Service(self.app, self.clock)
        self.service.begin()
        self.check()

    @precondition(lambda self: self.service is not None)
    @rule(hours=st.sampled_from([1, 3, 30]), healed=st.booleans())
    def pass_time(self, hours: int, healed: bool) -> None:
        assert self.service is not None
        self.service.pass_time(timedelta(hours=hours))
        self.check()
        if healed:
            self.heal()

    @precondition(lambda self: self.service is not None)
    @rule(after=st.integers(0, 20), healed=st.booleans())
    def pass_time_on_a_full_disk(self, after: int, healed: bool) -> None:
        assert self.service is not None
        REAPER.left, REAPER.full, REAPER.folder = after, True, str(self.root)
        try:
            with suppress(AggregatorError):
                self.service.pass_time(timedelta(hours=3))
        finally:
            REAPER.folder, REAPER.full = None, False
        if healed:
            self.heal()

    @precondition(lambda self: self.service is not None)
    @rule(after=st.integers(0, 30), healed=st.booleans())
    def kill_service(self, after: int, healed: bool) -> None:
        assert self.service is not None
        self.clock.left = after
        try:
            with suppress(Killed):
                self.service.pass_time(timedelta(hours=3))
        finally:
            self.clock.left = None
            self.end_service()
        if healed:
            self.heal()

    @precondition(lambda self: self.service is not None)
    @rule()
    def end_service(self) -> None:
        assert self.service is not None
        try:
            self.app.refresh()
        except LockedError:
            pass
        else:
            raise AssertionError("two at work")
        service, self.service = self.service, None
        service.end()

    # ── what must hold ──

    @rule()
    def heal(self) -> None:
        """Every server is well again; after one plain refresh, or some days of the daemon, so is the site."""
        for press in self.presses.values():
            press.mode = "ok"
        for name in NAMES:
            self.leave("resume", name)
            self.leave("reset", name)
        if self.service is not None:
            self.service.pass_time(LONG)
        else:
            self.clock.now += LONG
            report = self.app.refresh()
            assert not report.failed
            assert not report.generated.errors
        self.known |= {each.number for press in self.presses.values() for each in press.entries}
        self.pending.clear()
        self.check()
        for press in self.presses.values():
            shown = dict(self.entries(f"category/{press.name}.xml"))
            for each in press.entries:
                if self.is_shown(each):
                    assert shown[self.ids[each.number]] == each.title
        if self.service is None:
            assert list(self.app.check_outputs()) == []
            before = self.outputs()
            assert self.app.generate(every=True).written == ()
            assert self.outputs() == before

    def outputs(self) -> dict[str, bytes]:
        feeds = self.root / "feeds"
        return {
            str(path.relative_to(feeds)): path.read_bytes() for path in feeds.rglob("*") if path.is_file()
        }

    def is_shown(self, entry: Written) -> bool:
        return entry.number not in self.hidden and entry.start != self.dropped

    def entries(self, path: str) -> list[tuple[str, str]]:
        file = self.root / "feeds" / path
        if not file.exists():
            return []
        found = etree.fromstring(file.read_bytes()).iterfind(f"{ATOM}entry")
        return [(each.findtext(f"{ATOM}id") or "", each.findtext(f"{ATOM}title") or "") for each in found]

    def check(self) -> None:
        assert self.bugs.found == []
        for name, body in self.outputs().items():
            if name.endswith(".xml"):
                assert violations(body) == [], name
            elif name.endswith(".json"):
                json.loads(body)
        found: dict[int, str] = {}
        for id_, title in self.entries("all.xml"):
            told = re.fullmatch(r"[xy](\d+)\.\d+", title)
            assert told, title
            number = int(told[1])
            assert number not in found, f"{title} comes twice"
            found[number] = id_
            assert self.ids.setdefault(number, id_) == id_
            assert self.is_shown(self.numbers[number])
        assert len(set(self.ids.values())) == len(self.ids)
        missing = {each for each in self.known - found.keys() if self.is_shown(self.numbers[each])}
        assert not missing


RemoteLife.TestCase.settings = settings(max_examples=LIVES, stateful_step_count=25, deadline=None)
TestRemoteLife = RemoteLife.TestCase
