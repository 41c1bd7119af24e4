"""What whoever leaves commands, and whoever does them, may count on, whichever store it is."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aggregator.commands import Command
from aggregator.errors import StoreError
from aggregator.polls import Outcome, Times
from aggregator.store import beside, open_store
from tests.builders import NOW, a_source
from tests.store.changes import save

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.contracts import CommandStore, ScheduleStore
    from tests.store.conftest import Store

HOUR = timedelta(hours=1)


def test_commands_are_kept_in_order_until_they_are_done(store: Store) -> None:
    commands: CommandStore = store
    first = commands.leave("pause", "a\udcff\0", NOW)
    second = commands.leave("hide", "7", NOW + HOUR)

    assert list(commands.commands()) == [
        Command(id=first, at=NOW, action="pause", argument="a\udcff\0"),
        Command(id=second, at=NOW + HOUR, action="hide", argument="7"),
    ]
    commands.done([first])
    assert [each.id for each in commands.commands()] == [second]


def test_no_number_is_given_twice_so_that_one_is_known_to_be_done(store: Store) -> None:
    first = store.leave("pause", "a", NOW)
    store.done([first])

    assert store.leave("pause", "a", NOW) > first


def test_when_sources_may_be_read_is_told_without_the_rest(store: Store) -> None:
    schedule: ScheduleStore = store
    store.sync([a_source("posts"), a_source("other", location="other")], NOW)
    store.set_paused("other", True, NOW)
    kept = Times(
        id="posts",
        attempted=NOW,
        next_check=NOW + HOUR,
        due_from=NOW + HOUR / 2,
        held_until=NOW + 2 * HOUR,
        status=410,
        why="because",
        location="posts",
        url="https://new.example/",
        gone_since=NOW,
    )
    asked = {each.name: getattr(kept, each.name) for each in fields(kept)}
    told = {name: asked[name] for name in ("next_check", "due_from", "held_until", "status", "why", "url")}
    save(store, outcome=Outcome(at=NOW, error="gone", is_gone=True, **told))

    times = {each.id: each for each in schedule.times()}

    assert times == {"posts": kept, "other": Times(id="other", paused=True, location="other")}


def test_some_sources_can_be_asked_about_alone(store: Store) -> None:
    store.sync([a_source(name, location=name) for name in "abc"], NOW)

    assert store.states(["c", "a", "unknown"]) == [each for each in store.states() if each.id in "ac"]
    assert store.states([]) == []


def test_when_the_clock_is_set_distances_stay(store: Store) -> None:
    schedule: ScheduleStore = store
    store.sync([a_source("posts"), a_source("other", location="other")], NOW)
    save(store, outcome=Outcome(at=NOW, next_check=NOW + HOUR, held_until=NOW + 2 * HOUR))

    schedule.shift(timedelta(days=-3650, microseconds=1))

    other, posts = sorted(store.states(), key=lambda state: state.id)
    moved = NOW - timedelta(days=3650) + timedelta(microseconds=1)
    assert (posts.next_check, posts.held_until) == (moved + HOUR, moved + 2 * HOUR)
    assert (other.next_check, other.held_until) == (None, None)


def test_a_command_can_be_left_beside_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "aggregator.db"
    with open_store(path) as writer:
        with beside(path) as store:
            store.leave("pause", "posts", NOW)

        assert [each.argument for each in writer.commands()] == ["posts"]


def test_no_command_can_be_left_where_there_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `aggregator refresh` first"), beside(tmp_path / "none.db"):
        pass
