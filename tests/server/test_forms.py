"""The forms of a file, and their header fields."""

from __future__ import annotations

from itertools import product

import pytest

from aggregator.server.forms import compressible, form, http_date, lines
from aggregator.server.media import media
from aggregator.server.negotiation import Coding
from tests.builders import NOW

CODINGS: tuple[Coding, ...] = ("", "gzip", "br")


def test_no_two_forms_have_the_same_tag() -> None:
    feed = media("all.xml")

    tags = {
        form(feed, digest * 32, 1000, NOW, readable=readable, coding=coding).etag
        for digest, readable, coding in product(("ab", "cd"), (True, False), CODINGS)
    }

    assert len(tags) == 12


def test_a_tag_depends_on_nothing_but_the_bytes_and_the_form() -> None:
    early = form(media("all.xml"), "ab" * 32, 1000, None, readable=False, coding="")
    late = form(media("all.xml"), "ab" * 32, 1000, NOW, readable=False, coding="")

    assert early.etag == late.etag
    assert b"Last-Modified" not in early.fields + early.brief
    assert b"Last-Modified: Sun, 22 Nov 2026 12:00:00 GMT\r\n" in late.fields
    assert b"Last-Modified: Sun, 22 Nov 2026 12:00:00 GMT\r\n" in late.brief


def test_pictures_and_small_bodies_are_not_compressed() -> None:
    assert not compressible(media("icon.png"), 10_000)
    assert not compressible(media("all.xml"), 255)
    assert compressible(media("all.xml"), 256)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "a\nb", "a\0b", "宏", "\x7f"])
def test_a_value_that_would_be_more_than_a_field_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a header field: Location"):
        lines([("Location", value)])


def test_dates_are_written_as_http_has_them() -> None:
    assert http_date(NOW) == "Sun, 22 Nov 2026 12:00:00 GMT"
