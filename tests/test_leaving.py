from __future__ import annotations

from aggregator.leaving import Leaving, decide
from aggregator.model import Listing

LISTED = Listing(present=frozenset())


def test_what_vanished_leaves() -> None:
    assert decide(LISTED, ["b", "a"], {1, 2}, live=4, keep=False, accept=False) == Leaving(
        frozenset({1, 2}), ("a", "b")
    )


def test_more_than_half_at_once_is_held_back_and_told() -> None:
    held = decide(LISTED, ["a", "b", "c"], {1, 2, 3}, live=5, keep=False, accept=False)

    assert not held.items
    assert held.forgotten == ()
    assert held.notice == ("3 of 5 items vanished at once; none was removed (--accept-removals lets them go)")


def test_more_than_half_leaves_when_the_operator_says_so() -> None:
    assert decide(LISTED, ["a"], {1, 2, 3}, live=3, keep=False, accept=True).items == {1, 2, 3}


def test_a_missing_folder_removes_nothing() -> None:
    missing = Listing(present=frozenset(), missing=("posts",))

    held = decide(missing, ["posts/a"], {1}, live=9, keep=False, accept=False)

    assert held == Leaving(
        notice="posts: not there; nothing was removed (--accept-removals lets its items go)"
    )
    assert decide(missing, ["posts/a"], {1}, live=9, keep=False, accept=True).items == {1}


def test_kept_items_stay_when_their_documents_go() -> None:
    assert decide(LISTED, ["a"], {1}, live=1, keep=True, accept=False) == Leaving(forgotten=("a",))
