"""What is found from the beginning of a text is what the whole would give."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import markup, text
from aggregator.model import Text
from aggregator.outputs import texts
from tests.builders import an_entry, an_item
from tests.soup import soup
from tests.test_beginning import orderly_at_first

_MARKS = st.sampled_from(
    ["a", "中", " ", "\u0301", "e\u0301", "\u1100\u1161", "각\u11a8", "\u200b", "👩\u200d🚀", "x y"]
)
_RUNS = st.lists(st.tuples(_MARKS, st.integers(1, 60)), max_size=12).map(
    lambda runs: "".join(part * times for part, times in runs)
)
_CONTENTS = st.one_of(
    soup, st.integers(0, 2**32).map(orderly_at_first), _RUNS.map("<p>{}</p><p>more</p>".format)
)


def whole(value: Text, limit: int) -> str:
    written = markup.to_text(value.value) if value.type == "html" else value.value
    return text.plain(written.lstrip()[: 2 * limit], limit)


@settings(max_examples=300)
@given(_CONTENTS, st.sampled_from([20, 60, 280]))
def test_an_excerpt_is_that_of_the_whole_text(html: str, length: int) -> None:
    content = Text(html, "html")

    found = texts.excerpt(an_entry(an_item(content=html)), length)

    assert found == text.excerpt(whole(content, 2 * length), length)


@settings(max_examples=300)
@given(_CONTENTS, st.one_of(st.just(""), _CONTENTS, st.integers(0, 200)))
def test_a_summary_is_told_from_its_content_as_by_their_whole_texts(html: str, said: str | int) -> None:
    own = markup.to_text(html)[:said] if isinstance(said, int) else said
    content, summary = Text(html, "html"), Text(own, "text")

    found = texts.distinct_summary(an_entry(an_item(content=content, summary=summary)))

    stated = whole(summary, 2000)
    assert found == ("" if not texts.as_html(content) or stated == whole(content, 2000) else stated)


@pytest.mark.parametrize("kind", ["text", "html"])
@given(value=st.one_of(soup, _RUNS))
def test_blanks_make_no_difference_to_a_text(kind: str, value: str) -> None:
    stated = Text(value, "html" if kind == "html" else "text")

    assert texts.as_text(stated) == whole(stated, 2000)


def test_a_text_is_found_once_for_an_entry_and_whatever_is_made_of_it() -> None:
    entry = an_entry(an_item(title="One", content="<p>Two</p>"))

    assert texts.title(entry) is texts.title(entry)
    assert entry == an_entry(an_item(title="One", content="<p>Two</p>"))
