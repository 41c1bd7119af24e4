from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from aggregator.outputs.words import CHINESE, ENGLISH, Words, words


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", CHINESE),
        ("ZH-hans-CN", CHINESE),
        ("en", ENGLISH),
        ("fr", ENGLISH),
        ("", ENGLISH),
        ("zha", ENGLISH),
    ],
)
def test_chinese_sites_speak_chinese_and_all_others_english(language: str, expected: Words) -> None:
    assert words(language) is expected


@pytest.mark.parametrize("catalogue", [ENGLISH, CHINESE])
def test_no_word_is_missing(catalogue: Words) -> None:
    values = dataclasses.asdict(catalogue)

    assert [name for name, value in values.items() if not value] == []
    assert (len(catalogue.months), len(catalogue.weekdays)) == (12, 7)


def test_counts_are_said_in_words() -> None:
    assert [ENGLISH.items(count) for count in (0, 1, 1234)] == ["0 items", "1 item", "1,234 items"]
    assert CHINESE.items(1) == "1 篇文章"


def test_dates_are_said_in_words() -> None:
    day = date(2022, 6, 13)

    assert ENGLISH.on(day) == "Monday, 13 June 2022"
    assert CHINESE.on(day) == "2022年6月13日 星期一"
