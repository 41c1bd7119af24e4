"""What a judge of the one-off command asks besides: other clocks, other configurations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.app import App
from tests.judge.clients.contract import Feed
from tests.judge.clients.ours import Site
from tests.judge.evidence import Asked, Seen
from tests.judge.judging import feeds_of
from tests.judge.replies import Reply, conditional, error, feed
from tests.judge.rule import Pace, Rule
from tests.judge.rules.validators import not_sent
from tests.judge.server import Loopback

DAY = 86_400


class _Plain(Rule):
    """A feed that never changes and says nothing of how long it is good for."""

    area = source = broken_by = "-"

    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, feed(asked.target), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        del seen
        yield from ()


class _Patient(_Plain):
    """Asks for a year."""

    def answer(self, asked: Asked) -> Reply:
        return error(503, ("Retry-After", str(365 * DAY)))


class _PatientByDate(_Plain):
    """Asks for a date in twenty years."""

    def answer(self, asked: Asked) -> Reply:
        return error(429, ("Retry-After", "Sun, 01 Jan 2046 00:00:00 GMT"))


def feeds(loopback: Loopback) -> list[Feed]:
    return [each for served in loopback.served.values() for each in feeds_of(served)]


@pytest.mark.parametrize("jitter", ["0%", "10%"])
def test_an_hourly_cron_and_an_interval_of_an_hour_agree(tmp_path: Path, jitter: str) -> None:
    rules = [type(f"_Plain{number}", (_Plain,), {}) for number in range(10)]
    start = datetime(2026, 11, 2, 10, 7, tzinfo=UTC)
    with Loopback(rules, network=130) as loopback:
        site = Site(tmp_path / "site", Pace(beat=3600.0))
        site.configure(
            feeds(loopback), schedule={"interval": "1h", "min": "15m", "max": "24h", "jitter": jitter}
        )
        for hour in range(24):
            # cron starts within its minute; the machine is sometimes busy.
            now = start + timedelta(hours=hour, seconds=(hour * 7) % 50)
            app = App.open(site.folder / "aggregator.yaml", site.environ, {})
            replace(app, clock=Standing(now)).refresh()

    asked = {name: len(served.seen.exchanges) for name, served in loopback.served.items()}
    assert asked == dict.fromkeys(asked, 24)


class Standing:
    """A clock that stands."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("rule", [_Patient, _PatientByDate])
def test_retry_after_is_capped_at_seven_days(tmp_path: Path, rule: type[Rule]) -> None:
    with Loopback([rule, _Plain], network=134) as loopback:
        site = Site(tmp_path / "site", Pace(beat=60.0))
        site.configure(feeds(loopback))
        first, *_ = site.run("refresh")["sources"]
        site.run("refresh", "--force")

    next_check = datetime.fromisoformat(first["next_check"]).timestamp()
    assert 7 * DAY - 120 < next_check - time.time() <= 7 * DAY
    assert len(loopback.served[rule.__name__].seen.exchanges) == 1
    assert len(loopback.served["_Plain"].seen.exchanges) == 2


def test_a_changed_url_is_asked_without_the_validators_of_the_old_one(tmp_path: Path) -> None:
    with Loopback([_Plain], network=138) as loopback:
        (old,) = feeds(loopback)
        new = replace(old, url=old.url.replace("/feed", "/other"))
        site = Site(tmp_path / "site", Pace(beat=60.0))
        for each in (old, new, new):
            site.configure([each])
            site.run("refresh", "--force")

    seen = loopback.served["_Plain"].seen
    assert list(not_sent(seen.of("/other")[:1], None, None)) == []
    assert list(not_sent(seen.of("/other")[1:], '"v1"', None)) == []
    assert [len(seen.of(target)) for target in ("/feed", "/other")] == [1, 2]
    assert set(site.titles().popitem()[1]) == {"/feed", "/other"}
