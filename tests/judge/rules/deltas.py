"""Deltas: only the entries that are new (RFC 3229, with the instance manipulation ``feed``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.evidence import too_late
from tests.judge.replies import Reply as _Reply
from tests.judge.replies import conditional, document, feed
from tests.judge.rule import Rule
from tests.judge.rules.validators import not_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

IM_USED = 226


def accepts(asked: Asked) -> bool:
    """Whether a request says that it understands deltas of feeds."""
    return any(
        part.split(";")[0].strip().lower() == "feed"
        for value in asked.all("A-IM")
        for part in value.split(",")
    )


class AsksForDeltas(Rule):
    """A conditional request says A-IM: feed."""

    area = "deltas"
    source = "RFC 3229, 10.5.3"
    broken_by = "knows no deltas"

    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, feed(), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in self.main(seen)[1:]:
            if not accepts(each.asked):
                yield f"request {each.asked.number + 1} came with A-IM: {each.asked.header('A-IM')!r}"


class _Delta(Rule):
    area = "deltas"
    source = "RFC 3229, 10.4.1"
    broken_by = "takes a 226 for a failure"

    def answer(self, asked: Asked) -> Reply:
        tag = f'"v{asked.number}"'
        if asked.number and accepts(asked) and asked.header("If-None-Match") == f'"v{asked.number - 1}"':
            headers = (("Content-Type", "application/rss+xml"), ("ETag", tag), ("IM", "feed"))
            return _Reply(IM_USED, headers, document(f"Number {asked.number}"))
        titles = (f"Number {number}" for number in range(asked.number + 1))
        return feed(*titles).with_(("ETag", tag))

    def deltas(self, seen: Seen) -> int:
        return sum(each.reply.status == IM_USED for each in seen.exchanges)


class DeltaTag(_Delta):
    """The ETag of a 226 is kept and sent back, and the feed is asked at its interval."""

    def verdict(self, seen: Seen) -> Iterator[str]:
        if self.deltas(seen) < 3:
            yield f"was given {self.deltas(seen)} deltas only"
        for each in self.main(seen)[1:]:
            yield from not_sent([each], f'"v{each.asked.number - 1}"', None)
        yield from too_late(self.main(seen), self.pace.soon)


class DeltaAdds(_Delta):
    """The entries of a 226 are added to the known ones."""

    source = "RFC 3229, 10.4.1"
    broken_by = "takes a delta for everything"
    needs = frozenset({"titles"})

    def verdict(self, seen: Seen) -> Iterator[str]:
        if self.deltas(seen) < 3:
            yield f"was given {self.deltas(seen)} deltas only"
        # The last answer may have come when the client was being stopped.
        due = {f"Number {number}" for number in range(len(self.main(seen)) - 1)}
        if missing := due - (seen.titles or frozenset()):
            yield f"does not have {', '.join(sorted(missing))}"
