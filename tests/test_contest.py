from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.contest import Candidate, Contest, rank
from aggregator.model import KnownDocument, Stamp
from aggregator.records import DocumentRecord
from tests.builders import NOW, an_item


def a_claim(name: str, published: datetime | None = NOW) -> Candidate:
    item = an_item("infocode:1", published=published)
    return Candidate(name, item, item, DocumentRecord(stamp=Stamp(name, 1, 1, "")))


def known(**published: datetime) -> dict[str, KnownDocument]:
    return {
        name: KnownDocument(Stamp(name, 1, 1, ""), 1, "infocode:1", moment)
        for name, moment in published.items()
    }


def test_the_newest_date_then_the_first_path_ranks_best() -> None:
    later = NOW.replace(year=2027)

    assert min([rank(NOW, "a"), rank(later, "b"), rank(later, "c"), rank(None, "d")]) == rank(later, "b")


def test_without_rivals_a_claim_is_judged_at_once_and_only_a_better_one_after_it() -> None:
    contest = Contest({})
    first, worse, better = a_claim("b"), a_claim("c"), a_claim("a")

    assert all(contest.enter(each, None, frozenset()) for each in (first, worse, better))
    assert contest.judge(first) == (first, None)
    assert contest.judge(worse) is None
    assert contest.judge(better) == (better, None)


def test_a_claim_waits_for_rivals_that_were_not_read_yet_and_so_do_all_after_it() -> None:
    contest = Contest(known(a=NOW, b=NOW))
    contest.unread.discard("b")

    assert not contest.enter(a_claim("b"), None, {"a"})
    contest.unread.discard("a")
    assert not contest.enter(a_claim("a"), None, {"b"})

    assert [each.name for each in contest.waiting] == ["b", "a"]
    assert [each.name for each in contest.settle(lambda _: {"a", "b"})] == ["a"]


def test_a_document_that_was_not_read_again_may_be_the_better_one() -> None:
    contest = Contest(known(newer=NOW + timedelta(days=1)))
    contest.enter(a_claim("new"), None, {"newer"})

    assert list(contest.settle(lambda _: {"newer"})) == []
