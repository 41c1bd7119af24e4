"""The words of the interface: a file a language."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from aggregator.outputs import words as words_module
from aggregator.outputs.words import Words, languages, words
from aggregator.periods import Period
from aggregator.polls import Standing

ENGLISH, CHINESE = words("en"), words("zh-CN")
EVERY = sorted(languages())


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", CHINESE),
        ("ZH-hans-CN", CHINESE),
        ("zh-cn", CHINESE),
        ("en", ENGLISH),
        ("en-GB", ENGLISH),
        ("fr", ENGLISH),
        ("", ENGLISH),
        ("zha", ENGLISH),
    ],
)
def test_a_site_speaks_its_language_where_there_are_words_and_else_english(
    language: str, expected: Words
) -> None:
    assert words(language) is expected


@pytest.mark.parametrize("language", EVERY)
def test_no_word_is_missing(language: str) -> None:
    catalogue = languages()[language]
    values = dataclasses.asdict(catalogue)

    assert [name for name, value in values.items() if not value] == []
    assert {len(catalogue.months), len(catalogue.short_months)} == {12}
    assert len(catalogue.weekdays) == 7


@pytest.mark.parametrize("language", EVERY)
def test_every_language_fills_in_the_same_things(language: str) -> None:
    def filled(catalogue: Words) -> dict[str, set[str]]:
        values = dataclasses.asdict(catalogue)
        blanks = {name: set(re.findall("{(.*?)}", str(value))) for name, value in values.items()}
        # Not every language says a weekday with a date, or counts one thing apart from two.
        return {name: each for name, each in blanks.items() if name not in ("day", "short_day", "one_item")}

    assert filled(languages()[language]) == filled(ENGLISH)


def test_every_word_is_said_somewhere() -> None:
    outputs = Path(words_module.__file__).parent
    files = [*outputs.rglob("*.py"), *outputs.rglob("*.html")]
    said = " ".join(file.read_text("utf-8") for file in files)
    states = get_args(Standing)

    unsaid = [
        field.name
        for field in dataclasses.fields(Words)
        if not re.search(rf"\.{field.name}\b", said) and field.name not in states
    ]

    assert unsaid == []


def test_counts_are_said_in_words() -> None:
    assert [ENGLISH.items(count) for count in (0, 1, 1234)] == ["0 items", "1 item", "1,234 items"]
    assert CHINESE.items(1) == "1 篇文章"


def test_dates_are_said_in_words() -> None:
    day = date(2022, 6, 13)

    assert (ENGLISH.on(day), ENGLISH.briefly(day)) == ("Monday, 13 June 2022", "13 Jun 2022")
    assert (CHINESE.on(day), CHINESE.briefly(day)) == ("2022年6月13日 星期一", "2022年6月13日")


def test_months_and_days_have_names() -> None:
    month, day = Period(2022, 6), Period(2022, 6, 13)

    assert [ENGLISH.called(each) for each in (month, day)] == ["June 2022", "Monday, 13 June 2022"]
    assert [ENGLISH.in_its_year(each) for each in (month, day)] == ["Jun", "13 Jun"]
    assert [CHINESE.called(each) for each in (month, day)] == ["2022年6月", "2022年6月13日 星期一"]
    assert [CHINESE.in_its_year(each) for each in (month, day)] == ["6月", "6月13日"]
