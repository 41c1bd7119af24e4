"""Validators: opaque, sent back as they came, and only while they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.judge.replies import DAY, Manner, conditional, document, error, failing, feed, page
from tests.judge.replies import Reply as _Reply
from tests.judge.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.judge.evidence import Asked, Exchange, Seen
    from tests.judge.replies import Reply


def not_sent(exchanges: Iterable[Exchange], tag: str | None, day: str | None) -> Iterator[str]:
    """Complain of requests whose validators are not exactly these; None: there must be none."""
    for each in exchanges:
        for name, due in (("If-None-Match", tag), ("If-Modified-Since", day)):
            sent = each.asked.header(name)
            if sent != due:
                yield f"request {each.asked.number + 1} came with {name}: {sent!r}, where {due!r} was due"


class _Verbatim(Rule):
    area = "validators"
    source = "RFC 9110, 8.8 and 13.1"
    broken_by = "sends no validators"
    tag: ClassVar[str | None] = None
    day: ClassVar[str | None] = None

    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, feed(), tag=self.tag, day=self.day)

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from not_sent(self.main(seen)[:1], None, None)
        yield from not_sent(self.main(seen)[1:], self.tag, self.day)


class StrongTag(_Verbatim):
    """An ETag is sent back in If-None-Match, and no date is made up beside it."""

    source = "RFC 9110, 8.8.3 and 13.1.2"
    broken_by = "makes up validators"
    tag = '"v1"'


class WeakTag(_Verbatim):
    """A weak ETag is sent back with its W/."""

    source = "RFC 9110, 8.8.3 and 13.1.2"
    broken_by = "tidies validators"
    tag = 'W/"v1"'


class UnquotedTag(_Verbatim):
    """An ETag without its quotation marks is sent back without them."""

    source = "practice: validators are opaque"
    broken_by = "tidies validators"
    tag = "v1-no-quotes"


class TagWithBlanks(_Verbatim):
    """An ETag with commas, blanks and apostrophes is sent back byte for byte."""

    source = "RFC 9110, 8.8.3"
    broken_by = "tidies validators"
    tag = '"a, b  c\';d\\"'


class TagBeyondAscii(_Verbatim):
    """An ETag with bytes beyond ASCII is sent back byte for byte."""

    source = "RFC 9110, 8.8.3 (obs-text)"
    broken_by = "tidies validators"
    tag = '"v-\xe9\xa9\xac"'


class DateAlone(_Verbatim):
    """Last-Modified alone is sent back in If-Modified-Since, and no ETag is made up beside it."""

    source = "RFC 9110, 8.8.2 and 13.1.3"
    broken_by = "makes up validators"
    day = DAY


class ObsoleteDate(_Verbatim):
    """Last-Modified in an obsolete form is sent back as it came."""

    source = "RFC 9110, 5.6.7 and 13.1.3"
    broken_by = "tidies validators"
    day = "Sunday, 01-Mar-26 08:00:00 GMT"


class OddDate(_Verbatim):
    """Last-Modified in a form of no standard is sent back as it came."""

    source = "practice: validators are opaque"
    broken_by = "tidies validators"
    day = "2026-03-01 08:00:00 +0800"


class BothSent(_Verbatim):
    """When an ETag and a date came, both are sent back."""

    source = "RFC 9110, 13.1.3"
    broken_by = "sends one validator"
    tag, day = '"v1"', DAY


class NoneInvented(_Verbatim):
    """No validator is sent where none came."""

    source = "RFC 9110, 13.1"
    broken_by = "makes up validators"


class NewReplaceOld(_Verbatim):
    """The validators of the newest answer replace the former ones."""

    broken_by = "keeps the first validators"

    def answer(self, asked: Asked) -> Reply:
        return feed("One", f"Number {asked.number}").with_(("ETag", f'"v{asked.number}"'))

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in self.main(seen)[1:]:
            yield from not_sent([each], f'"v{each.asked.number - 1}"', None)


class DroppedWithout(_Verbatim):
    """Validators are dropped when a good answer comes without them."""

    source = "RFC 9111, 4.3.3"
    broken_by = "keeps the first validators"
    tag, day = '"v1"', DAY

    def answer(self, asked: Asked) -> Reply:
        good = feed("One", f"Number {asked.number}")
        return good.with_(("ETag", '"v1"'), ("Last-Modified", DAY)) if asked.number == 0 else good

    def verdict(self, seen: Seen) -> Iterator[str]:
        first, *others = self.main(seen)[1:]
        yield from not_sent([first], '"v1"', DAY)
        yield from not_sent(others, None, None)


class OneDropped(_Verbatim):
    """The date is dropped when a good answer comes with an ETag alone."""

    source = "RFC 9111, 4.3.3"
    broken_by = "keeps the first validators"

    def answer(self, asked: Asked) -> Reply:
        good = feed("One", f"Number {asked.number}").with_(("ETag", f'"v{asked.number}"'))
        return good.with_(("Last-Modified", DAY)) if asked.number == 0 else good

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in self.main(seen)[1:]:
            yield from not_sent(
                [each], f'"v{each.asked.number - 1}"', DAY if each.asked.number == 1 else None
            )


class RefreshedByNotModified(_Verbatim):
    """A 304 that brings a new ETag refreshes the stored one."""

    source = "RFC 9111, 3.2 and 4.3.4"
    broken_by = "reads nothing in a 304"

    def answer(self, asked: Asked) -> Reply:
        tag = ("ETag", f'W/"v{asked.number}"')
        return feed().with_(tag) if asked.number == 0 else _Reply(304, (tag,))

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in self.main(seen)[1:]:
            yield from not_sent([each], f'W/"v{each.asked.number - 1}"', None)


class KeptByNotModified(_Verbatim):
    """A 304 without validators leaves the stored ones in force."""

    source = "RFC 9111, 3.2 and 4.3.4"
    broken_by = "takes a 304 for a new answer"
    tag, day = '"v1"', DAY

    def answer(self, asked: Asked) -> Reply:
        good = feed().with_(("ETag", '"v1"'), ("Last-Modified", DAY))
        return good if asked.number == 0 else _Reply(304)


class _KeptThrough(_Verbatim):
    area = "validators"
    source = "practice: an error says nothing of the feed"
    broken_by = "forgets validators when it fails"
    tag, day = '"v1"', DAY

    def failure(self) -> Reply:
        return error(500)

    def answer(self, asked: Asked) -> Reply:
        if asked.number in (1, 3):
            return self.failure()
        return feed("One", f"Number {asked.number}").with_(("ETag", '"v1"'), ("Last-Modified", DAY))


class KeptThroughErrors(_KeptThrough):
    """Validators are kept through an answer of 500."""


class KeptThroughSilence(_KeptThrough):
    """Validators are kept when no answer comes in time."""

    def failure(self) -> Reply:
        return failing(Manner.SILENT)


class KeptThroughReset(_KeptThrough):
    """Validators are kept when the connection is reset."""

    def failure(self) -> Reply:
        return failing(Manner.RESET)


class NotOfPages(_KeptThrough):
    """The validators of a page that is no feed are not taken."""

    source = "practice: else the feed would be missed for good"
    broken_by = "believes any 200"

    def failure(self) -> Reply:
        return page(("ETag", '"page"'), ("Last-Modified", "Mon, 02 Mar 2026 08:00:00 GMT"))


class NotOfTruncated(_KeptThrough):
    """The validators of an answer that was cut off are not taken."""

    source = "RFC 9112, 8"
    broken_by = "believes any 200"

    def failure(self) -> Reply:
        headers = (("Content-Type", "application/rss+xml"), ("ETag", '"cut"'))
        return _Reply(200, headers, document("One", "Two"), Manner.CUT)


class NotOfErrors(_KeptThrough):
    """The validators of an error page are not taken."""

    source = "RFC 9111, 4.3.3"
    broken_by = "believes any answer"

    def failure(self) -> Reply:
        return error(404, ("ETag", '"error"'))


class OfTheirUrl(_Verbatim):
    """Validators go only to the URL that gave them: not to another one that a redirect leads to."""

    source = "RFC 9110, 8.8.3; RFC 9111, 4.3.1"
    broken_by = "sends validators anywhere"
    hosts = 3

    def answer(self, asked: Asked) -> Reply:
        if asked.host == 0:
            to = 1 if asked.number < 2 else 2
            return _Reply(302, (("Location", self.url("/here", to)),))
        # The same tag for different feeds: a client that sends it to the other host would miss that one's.
        return conditional(asked, feed(f"Of host {asked.host}"), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        there = seen.of("/here", 2)
        if not there:
            yield "never asked where the redirect led later"
        yield from not_sent(there[:1], None, None)
        if seen.titles is not None and "Of host 2" not in seen.titles:
            yield "the feed of the other host was missed"
