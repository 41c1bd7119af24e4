"""Preconditions and ranges."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.server.conditions import FIELDS, Part, evaluate, part

TAG = '"abc"'
CHANGED = datetime(2026, 11, 15, 10, 0, 0, tzinfo=UTC)
THEN, BEFORE, AFTER = (
    "Sun, 15 Nov 2026 10:00:00 GMT",
    "Sun, 15 Nov 2026 09:59:59 GMT",
    "Sun, 15 Nov 2026 10:00:01 GMT",
)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, "go on"),
        ({"If-None-Match": TAG}, "not modified"),
        ({"If-None-Match": 'W/"abc"'}, "not modified"),
        ({"If-None-Match": '"x", W/"y","abc"'}, "not modified"),
        ({"If-None-Match": "*"}, "not modified"),
        ({"If-None-Match": '"x"'}, "go on"),
        ({"If-None-Match": "abc"}, "go on"),
        ({"If-None-Match": '"ABC"'}, "go on"),
        ({"If-None-Match": ""}, "go on"),
        ({"If-None-Match": '"a,b", "abc"'}, "not modified"),
        ({"If-Modified-Since": THEN}, "not modified"),
        ({"If-Modified-Since": AFTER}, "not modified"),
        ({"If-Modified-Since": BEFORE}, "go on"),
        ({"If-Modified-Since": "Sunday, 15-Nov-26 10:00:00 GMT"}, "not modified"),
        ({"If-Modified-Since": "Sun Nov 15 10:00:00 2026"}, "not modified"),
        ({"If-Modified-Since": "yesterday"}, "go on"),
        # The tag decides where there is one (RFC 9110, 13.1.3).
        ({"If-None-Match": '"x"', "If-Modified-Since": AFTER}, "go on"),
        ({"If-None-Match": TAG, "If-Modified-Since": BEFORE}, "not modified"),
        ({"If-Match": TAG}, "go on"),
        ({"If-Match": "*"}, "go on"),
        ({"If-Match": '"x"'}, "failed"),
        ({"If-Match": 'W/"abc"'}, "failed"),
        ({"If-Match": '"x"', "If-None-Match": TAG}, "failed"),
        ({"If-Match": TAG, "If-None-Match": TAG}, "not modified"),
        ({"If-Unmodified-Since": BEFORE}, "failed"),
        ({"If-Unmodified-Since": THEN}, "go on"),
        ({"If-Match": TAG, "If-Unmodified-Since": BEFORE}, "go on"),
    ],
)
def test_conditions_are_judged_in_their_order(fields: dict[str, str], verdict: str) -> None:
    assert evaluate(fields, TAG, CHANGED) == verdict


def test_without_a_date_of_change_dates_decide_nothing() -> None:
    assert evaluate({"If-Modified-Since": AFTER}, TAG, None) == "go on"
    assert evaluate({"If-Unmodified-Since": BEFORE}, TAG, None) == "go on"


@pytest.mark.parametrize(
    ("asked", "given_"),
    [
        ("bytes=0-4", Part(0, 4)),
        ("bytes=5-", Part(5, 9)),
        ("bytes=5-100", Part(5, 9)),
        ("bytes=-3", Part(7, 9)),
        ("bytes=-100", Part(0, 9)),
        ("BYTES=0-0", Part(0, 0)),
        ("bytes=9-9", Part(9, 9)),
        ("bytes=10-", "unsatisfiable"),
        ("bytes=10-20", "unsatisfiable"),
        ("bytes=-0", "unsatisfiable"),
        ("bytes=" + "9" * 900 + "-", "unsatisfiable"),
        ("bytes=5-4", "whole"),
        ("bytes=-", "whole"),
        ("bytes=0-1,3-4", "whole"),
        ("bytes=a-b", "whole"),
        ("bytes=+1-2", "whole"),
        ("bytes=١-٢", "whole"),
        ("items=0-1", "whole"),
        ("bytes", "whole"),
        ("", "whole"),
    ],
)
def test_a_single_range_is_answered_and_nonsense_is_not(asked: str, given_: Part | str) -> None:
    assert part({"Range": asked}, TAG, 10) == given_


@pytest.mark.parametrize(
    ("condition", "holds"), [(TAG, True), ('"x"', False), ('W/"abc"', False), (THEN, False), ("", False)]
)
def test_a_range_holds_only_for_the_very_same_bytes(condition: str, holds: bool) -> None:
    assert (part({"Range": "bytes=0-1", "If-Range": condition}, TAG, 10) == Part(0, 1)) is holds


def test_of_nothing_no_part_can_be_had() -> None:
    assert part({"Range": "bytes=0-"}, TAG, 0) == "unsatisfiable"
    assert part({"Range": "bytes=-5"}, TAG, 0) == "unsatisfiable"


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)), st.integers(0, 100))
def test_whatever_is_asked_a_part_lies_within(fields: dict[str, str], length: int) -> None:
    found = part(fields, TAG, length)

    assert evaluate(fields, TAG, CHANGED) in ("go on", "not modified", "failed")
    assert not isinstance(found, Part) or 0 <= found.start <= found.end < length


@pytest.mark.parametrize(
    "asked", ["bytes=" + " " * 8000 + "x", "bytes=1" + " " * 8000 + "x", "bytes=" + "1" * 8000]
)
def test_a_long_range_is_read_in_no_long_time(asked: str) -> None:
    before = process_time()

    assert part({"Range": asked}, TAG, 10) == "whole"

    assert process_time() - before < 0.05
