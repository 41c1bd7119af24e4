"""What is fuzzed, each a function of bytes that raises where a promise is broken."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from xml.parsers import expat
from zoneinfo import ZoneInfo

from aggregator import dates, markup, orderly, sanitised, sourcekeys, text, urls
from aggregator.errors import ParseError
from aggregator.model import Document, Item, Stamp, Text
from aggregator.passing import GarbledError, pack_read, unpack_read
from aggregator.sources import decoding, frontmatter, outlines, recognise, scalars, strict, tolerant
from aggregator.sources.entries import FeedDocument
from aggregator.sources.feed import Feed
from aggregator.sources.recognise import Format
from aggregator.sources.volatile import _END, _HEAD, stable_hash
from aggregator.wire import Wire
from tests.builders import a_source, an_entry, an_item
from tests.fuzz.checks import check_entries, check_items, check_safe, is_of_the_web
from tests.sources.feeds import URL, a_feed_source
from tests.sources.feeds import a_document as a_feed_document
from tests.sources.posts import reading as a_posts_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST = 4096
"""Bytes of an input."""
BASE = "https://n.example/d/x.html"
CONTENT_TYPES = (
    None, "text/xml", "text/xml; charset=utf-8", "text/xml; charset=gb2312", "text/html; charset=iso-8859-1",
    "application/xml; charset=utf-7", "text/plain; charset=hz-gb-2312", "a; charset=shift_jis",
    "a; charset=iso-2022-jp", "a; charset=big5", "a; charset=\"windows-1251\"", "a; charset=utf-16",
    "a; charset=nonsense", "a; charset=idna", "a; charset=undefined", "a; charset=rot13",
)  # fmt: skip
ZONES = (UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), timezone(timedelta(hours=-14)))


def decode(data: bytes) -> None:
    """Any bytes are text; what is UTF-8 is what it says; and who knows it already is told the same."""
    content_type, body = CONTENT_TYPES[data[0] % len(CONTENT_TYPES) if data else 0], data[1:]
    decoded = decoding.decode(body, content_type)

    assert isinstance(decoded.text, str)
    assert len(decoded.text) <= len(body)
    assert "\n" not in decoded.assumed
    known = text.strictly(body, "utf-8")
    if known is not None:
        assert decoding.decode(body, content_type, known) == decoded
    text.xml_safe(decoded.text).encode()


def feed(data: bytes) -> None:
    """Any bytes are a feed or a ParseError; what is read at once is what is read otherwise."""
    content_type, body = CONTENT_TYPES[data[0] % len(CONTENT_TYPES) if data else 0], data[1:]
    document = a_feed_document(body, content_type=content_type)
    at_once = Feed().parse_at_once(a_feed_source(), document)
    try:
        reading = Feed().parse(a_feed_source(), document)
    except ParseError as error:
        if at_once is not None:
            raise AssertionError("read at once and refused otherwise") from error
        return
    assert at_once is None or at_once == reading
    check_items(reading.items)


def date(data: bytes) -> None:
    """Any text is a moment or none; the quick way says what the other does; what is written is read again."""
    zone, written = ZONES[data[0] % len(ZONES) if data else 0], data[1:].decode("utf-8", "replace")
    moment = dates.parse(written, zone)

    # A blank at the end has it read in the way for what is unusual.
    if len(written) < dates.MAX_LENGTH:
        again = dates.parse(f"{written} ", zone)
        assert (moment, moment and moment.utcoffset()) == (again, again and again.utcoffset()), written
    if moment is None:
        return
    assert moment.utcoffset() is not None
    shown = dates.rfc3339(moment)
    assert datetime.fromisoformat(shown) == moment
    assert dates.parse(shown, zone) == moment, shown
    assert dates.from_micros(dates.to_micros(moment)) == moment
    dates.to_the_second(moment)
    check_items([an_item(published=moment, updated=moment)])


def strictly(data: bytes) -> None:
    """The strict reader says what the tolerant one says, or nothing."""
    document = data.decode("utf-8", "replace")
    told = recognise.recognise(document)
    if told.format not in (Format.RSS, Format.ATOM):
        return
    family = "atom" if told.format is Format.ATOM else "rss"
    whole = document[told.start :]
    found = strict.read(whole, "atom" if family == "atom" else "rss", told.root, URL)
    if found is not None:
        assert isinstance(found, FeedDocument)
        other = tolerant.read(whole, "atom" if family == "atom" else "rss", told.root, URL)
        assert found == other, (found, other)


def post(data: bytes) -> None:
    """Any file is a post or told; its head and body are its own lines; its item makes a valid feed."""
    written = data.decode("utf-8", "replace")
    found = frontmatter.read(written)
    if found is not None:
        lines = written.replace("\r\n", "\n").count("\n") + written.count("\r") + 1
        assert 1 <= found.body_line <= lines + 1
        assert all(1 <= repair.line <= lines for repair in found.repairs)
        assert all(1 <= field.line <= lines for field in found.fields.values())
        assert not found.body or found.body.split("\n")[-1] in written
        for field in found.fields.values():
            assert all(isinstance(each, str) for each in scalars.texts(field.value))
    with suppress(ParseError):
        check_items(a_posts_reading(data).items)


def scalar(data: bytes) -> None:
    """Any value is texts, lists and mappings of texts."""
    keys = ("title", "date", "tags", "category", "x")
    written = data[1:].decode("utf-8", "replace")
    first, *rest = written.split("\n")
    notes: list[str] = []
    value = scalars.read_value(keys[data[0] % len(keys) if data else 0], first, rest, notes.append)

    def check(value: scalars.Value) -> None:
        if isinstance(value, list):
            for each in value:
                check(each)
        elif isinstance(value, dict):
            for key, each in value.items():
                assert isinstance(key, str)
                check(each)
        else:
            assert isinstance(value, str)

    check(value)
    scalars.texts(value)


def clean(data: bytes) -> None:
    """What was cleaned is safe by another parser and clean; text that was taken out stays as it is."""
    base, html = (BASE, None)[data[0] % 2 if data else 0], data[1:].decode("utf-8", "replace")
    once = markup.clean(html, base)

    check_safe(once)
    assert sanitised.is_safe(once)
    assert markup.clean(once, base) == once
    assert markup.clean(once, None) == once
    plain = markup.to_text(html)
    assert "\n\n" not in plain
    check_safe(markup.clean(markup.paragraphs(plain)))
    check_items([an_item(title=Text(html, "html"), content=Text(html, "html"), link=base)])


def orderly_html(data: bytes) -> None:
    """The quick way with orderly HTML comes to what the slow one comes to."""
    base, html = (BASE, None)[data[0] % 2 if data else 0], data[1:].decode("utf-8", "replace")
    html = markup._read(html)
    at_once = orderly.cleaned(html, base)
    if at_once is None:
        return
    check_safe(at_once)
    slowly = html
    for _ in range(markup._ROUNDS):
        cleaned = markup._cleaned_once(slowly, base)
        if cleaned == slowly:
            break
        slowly = cleaned
    else:
        raise AssertionError("never the same")
    assert at_once == slowly


def stable(data: bytes) -> None:
    """Well-formed documents of one stable hash hold the same entries; a change inside of one is noticed."""
    before = stable_hash(data)
    first = _HEAD.search(data)
    if before is None or first is None:
        return
    head, rest = data[: first.start()], data[first.start() :]
    root = head.find(b">", head.rfind(b"?>") + 2) + 1
    if is_well_formed(data):
        items = _items(data)
        for changed in (
            head + b"<!-- made anew -->" + rest,
            data.rstrip() + b"<!-- made anew -->",
            head[:root] + b"<!-- made anew -->" + head[root:] + rest,
            head + b"<pubDate>Mon, 13 Jun 2022 11:03:16 GMT</pubDate>" + rest,
            head + b"<updated>2022-06-13T11:03:16Z</updated>" + rest,
        ):
            if stable_hash(changed) == before and is_well_formed(changed):
                assert _items(changed) == items, changed
    for end in list(_END.finditer(rest))[:3]:
        inside = rest[: end.start()] + b"x" + rest[end.start() :]
        assert stable_hash(head + inside) != before


def is_well_formed(body: bytes) -> bool:
    try:
        expat.ParserCreate().Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError):
        return False
    return True


def _items(body: bytes) -> tuple[Item, ...]:
    try:
        return Feed().parse(a_feed_source(), a_feed_document(body)).items
    except ParseError:
        return ()


SOURCE = a_source()
DOCUMENT = Document(Stamp("https://example.org/feed", 4, 0, "abc"), b"\0\n\xff\n", None, "text/xml")


def message(data: bytes) -> None:
    """What a child says is values of the model or refused; once packed it is the same again."""
    try:
        read = unpack_read(data, SOURCE, DOCUMENT)
    except GarbledError:
        return
    assert unpack_read(pack_read(read), SOURCE, DOCUMENT) == read
    check_items(replace(item, cleaner=0) for pair in read.items for item in pair)
    # As it claims to be clean: what it shows is its own affair, but its feed is one for every reader.
    check_entries(
        an_entry(clean, item_id=number, id=f"urn:example:{number}")
        for number, (_, clean) in enumerate(read.items, 1)
    )


def wire(data: bytes) -> None:
    """Whatever comes over a wire is whole messages, too much, or the end."""
    one, other = Wire.pair()
    try:
        one._end.sendall(data)
        one.close()
        got = 0
        with suppress(ValueError, EOFError):
            while True:
                got += 8 + len(other.receive(1000, 5))
        assert got <= len(data)
    finally:
        one.close()
        other.close()


def outline(data: bytes) -> None:
    """Any text is a list of feeds or a ParseError; each of its feeds has an address, and comes once."""
    try:
        told = outlines.read(decoding.decode(data).text, "feeds.opml")
    except ParseError:
        return
    keys = [sourcekeys.same_feed(each.url) for each in told.sources]
    assert len(set(keys)) == len(keys)
    assert all("\n" not in problem.what for problem in told.problems)
    for each in told.sources:
        assert sourcekeys.address(each.url) == each.url
        assert each.title == text.plain(each.title or "")
        assert all(each.categories)


def address(data: bytes) -> None:
    """Any text is an absolute address in ASCII or none, and stays as it is."""
    base, written = (BASE, None)[data[0] % 2 if data else 0], data[1:].decode("utf-8", "replace")
    found = urls.absolute(written, base)
    for each in (urls.absolute_set(written, base) or "").split(", "):
        assert not each or is_of_the_web(each.split(" ")[0]), each
    if found is None:
        return
    assert found.isascii()
    assert found.isprintable()
    assert " " not in found
    assert is_of_the_web(found)
    assert urls.absolute(found) == found
    assert urls.absolute(found, base) == found
    assert urls.canonical(urls.canonical(found)) == urls.canonical(found)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "address": address,
    "clean": clean,
    "date": date,
    "decode": decode,
    "feed": feed,
    "message": message,
    "outline": outline,
    "orderly": orderly_html,
    "post": post,
    "scalar": scalar,
    "stable": stable,
    "strict": strictly,
    "wire": wire,
}
