"""What header fields ask for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.server.wishes import wishes


def test_fields_of_one_name_count_as_one() -> None:
    found = wishes(
        (
            (b"Host", b"a"),
            (b"ACCEPT", b"text/html"),
            (b"accept", b"*/*;q=0.1"),
            (b"Accept-Encoding", b"gzip"),
            (b"Accept-Encoding", b"br"),
            (b"If-None-Match", b'"a"'),
            (b"if-none-match", b'"b"'),
        )
    )

    assert (found.hosts, found.html, found.coding) == (1, True, "br")
    assert found.conditions == {"If-None-Match": '"a","b"'}


def test_head_knows_no_parts() -> None:
    found = wishes(((b"Range", b"bytes=0-1"), (b"If-None-Match", b"*")))

    assert found.without_range().conditions == {"If-None-Match": "*"}
    assert wishes(()).without_range() == wishes(())


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20))).map(tuple))
def test_whatever_is_sent_can_be_read(fields: tuple[tuple[bytes, bytes], ...]) -> None:
    assert wishes(fields).coding in ("", "gzip", "br")
