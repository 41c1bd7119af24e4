from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aggregator.model import Bookmark
from aggregator.sources import changed
from tests.builders import NOW
from tests.sources.posts import HEAD, LONG_AGO, Pauses, a_folder_source, fetch, write

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.model import Source

JUST_NOW = NOW.timestamp() - 1


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "seeds").mkdir()
    return a_folder_source(tmp_path)


def test_the_first_fetch_lists_and_hands_over_everything(source: Source) -> None:
    write(source.root / "seeds/b.md", HEAD)
    write(source.root / "seeds/a/c.txt", "plain")

    fetched = fetch(source)

    assert fetched.listing.present == {"seeds/b.md", "seeds/a/c.txt"}
    assert [*fetched.documents] == ["seeds/a/c.txt", "seeds/b.md"]
    assert fetched.documents["seeds/b.md"].body == HEAD.encode()


def test_what_is_to_be_read_is_read_in_the_order_of_its_names_whatever_the_disk_says(source: Source) -> None:
    """So that the same posts are the same items on every machine."""
    names = [f"seeds/{number:02}.md" for number in range(40)]
    for name in (*names[1::2], *reversed(names[::2])):
        write(source.root / name, HEAD)

    assert [*fetch(source).documents] == names


def test_unchanged_files_are_not_even_read(source: Source) -> None:
    path = write(source.root / "seeds/a.md", "one")
    bookmark = fetch(source).bookmark()
    write(path, "two")

    again = fetch(source, bookmark)

    assert again.batches == []
    assert again.listing.present == {"seeds/a.md"}


@pytest.mark.parametrize(
    ("content", "at"), [("longer", LONG_AGO), ("two", LONG_AGO + 5), ("two", LONG_AGO - 5)]
)
def test_changed_files_are_handed_over(source: Source, content: str, at: float) -> None:
    path = write(source.root / "seeds/a.md", "one")
    bookmark = fetch(source).bookmark()
    write(path, content, at)

    assert [*fetch(source, bookmark).documents] == ["seeds/a.md"]


def test_the_same_bytes_under_a_new_time_are_only_touched(source: Source) -> None:
    path = write(source.root / "seeds/a.md", "one")
    bookmark = fetch(source).bookmark()
    write(path, "one", LONG_AGO + 60)

    again = fetch(source, bookmark)

    assert again.documents == {}
    assert again.touched["seeds/a.md"].mtime_ns == (LONG_AGO + 60) * 1e9
    assert fetch(source, again.bookmark()).batches == []


def test_a_file_changed_a_moment_ago_is_compared_by_its_bytes_next_time(source: Source) -> None:
    path = write(source.root / "seeds/a.md", "one", JUST_NOW)
    first = fetch(source)
    write(path, "two", JUST_NOW)

    assert first.documents["seeds/a.md"].stamp.mtime_ns == 0
    assert fetch(source, first.bookmark()).documents["seeds/a.md"].body == b"two"


def test_nothing_is_said_of_a_recent_file_that_is_still_the_same(source: Source) -> None:
    write(source.root / "seeds/a.md", "one", JUST_NOW)

    assert fetch(source, fetch(source).bookmark()).batches == []


def test_the_time_of_a_recent_file_that_did_not_change_for_a_pause_is_trusted(source: Source) -> None:
    path = write(source.root / "seeds/a.md", "one", JUST_NOW + 0.25)
    first = fetch(source)
    stamp = first.documents["seeds/a.md"].stamp

    assert stamp.mtime_ns == path.stat().st_mtime_ns
    assert fetch(source, first.bookmark()).batches == []


# ── files being written ──


def test_a_recent_file_is_read_after_a_pause(source: Source) -> None:
    write(source.root / "seeds/a.md", "one", JUST_NOW)
    pauses = Pauses()

    fetched = fetch(source, sleep=pauses)

    assert [*fetched.documents] == ["seeds/a.md"]
    assert pauses.seconds == [changed.PAUSES[0]]


@pytest.mark.parametrize(("passed", "pause"), [(0.05, 0.15), (5, 0.0), (-5, 0.2)])
def test_what_passes_since_files_were_found_is_part_of_the_pause(
    source: Source, passed: float, pause: float
) -> None:
    write(source.root / "seeds/a.md", "one", JUST_NOW)
    pauses = Pauses()
    times = iter([NOW, NOW])
    later = NOW + timedelta(seconds=passed)

    fetched = fetch(source, sleep=pauses, clock=lambda: next(times, later))

    assert [*fetched.documents] == ["seeds/a.md"]
    assert pauses.seconds == [pytest.approx(pause)]


def test_older_files_do_not_wait(source: Source) -> None:
    write(source.root / "seeds/a.md")
    pauses = Pauses()

    fetch(source, sleep=pauses)

    assert pauses.seconds == []


def test_a_file_is_read_when_it_has_settled(source: Source) -> None:
    path = write(source.root / "seeds/a.md", "half", JUST_NOW)
    pauses = Pauses(lambda: write(path, "half and half", JUST_NOW))

    fetched = fetch(source, sleep=pauses)

    assert fetched.documents["seeds/a.md"].body == b"half and half"
    assert pauses.seconds == list(changed.PAUSES[:2])
    assert fetched.problems == []


def test_a_file_that_does_not_settle_is_left_for_the_next_time(source: Source) -> None:
    path = write(source.root / "seeds/a.md", "", JUST_NOW)
    write(source.root / "seeds/b.md", "settled")
    pauses = Pauses(*(lambda size=size: write(path, "x" * size, JUST_NOW) for size in range(1, 9)))

    fetched = fetch(source, sleep=pauses)

    assert [*fetched.documents] == ["seeds/b.md"]
    assert fetched.listing.present == {"seeds/a.md", "seeds/b.md"}
    assert [str(problem) for problem in fetched.problems] == [
        "seeds/a.md: still being written: left for the next time"
    ]
    assert sum(pauses.seconds) < 1


# ── documents that share an item ──


@pytest.fixture
def shared(source: Source) -> Bookmark:
    for name in ("a", "b", "c"):
        write(source.root / f"seeds/{name}.md", f"{HEAD}{name}")
    return fetch(source).bookmark({"seeds/a.md": 1, "seeds/b.md": 1, "seeds/c.md": 2})


def test_a_document_is_handed_over_again_when_another_of_its_item_vanished(
    source: Source, shared: Bookmark
) -> None:
    (source.root / "seeds/a.md").unlink()

    assert [*fetch(source, shared).documents] == ["seeds/b.md"]


def test_a_document_is_handed_over_again_when_another_of_its_item_changed(
    source: Source, shared: Bookmark
) -> None:
    write(source.root / "seeds/b.md", "changed")
    write(source.root / "seeds/c.md", "changed")

    again = fetch(source, shared)

    assert sorted(again.documents) == ["seeds/a.md", "seeds/b.md", "seeds/c.md"]
    assert sum(len(batch.documents) for batch in again.batches) == 3


def test_a_touched_document_is_handed_over_when_another_of_its_item_changed(
    source: Source, shared: Bookmark
) -> None:
    write(source.root / "seeds/a.md", f"{HEAD}a", LONG_AGO + 60)
    write(source.root / "seeds/b.md", "changed")

    assert sorted(fetch(source, shared).documents) == ["seeds/a.md", "seeds/b.md"]


def test_nothing_is_handed_over_again_while_a_folder_is_missing(tmp_path: Path, shared: Bookmark) -> None:
    (tmp_path / "seeds/a.md").unlink()

    fetched = fetch(a_folder_source(tmp_path, "seeds", "nowhere"), shared)

    assert fetched.documents == {}
    assert fetched.listing.missing == ("nowhere",)


# ── batches ──


def test_batches_hold_so_many_files(source: Source) -> None:
    for number in range(changed.BATCH_FILES + 1):
        write(source.root / f"seeds/{number}.md", "x")

    assert [len(batch.documents) for batch in fetch(source).batches] == [changed.BATCH_FILES, 1]


def test_batches_hold_so_many_bytes(source: Source) -> None:
    for number in range(5):
        path = write(source.root / f"seeds/{number}.md")
        os.truncate(path, 7 * 1024 * 1024)
        os.utime(path, (LONG_AGO, LONG_AGO))

    assert [len(batch.documents) for batch in fetch(source).batches] == [2, 2, 1]


def test_an_empty_folder_is_a_complete_listing(source: Source) -> None:
    fetched = fetch(source)

    assert (fetched.listing.present, fetched.listing.missing, fetched.batches) == (frozenset(), (), [])
