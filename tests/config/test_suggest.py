from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.suggest import closest, hint, shown


def test_slips_lead_to_what_was_meant() -> None:
    known = ["max_entries", "entries", "pages"]

    assert closest("max-entires", known) == "max_entries"
    assert closest("PAGES", known) == "pages"
    assert closest("colour", known) is None
    assert hint("page", known) == " (did you mean pages?)"
    assert hint("pages", known) == ""


@given(st.text(max_size=200), st.lists(st.text(max_size=10)))
def test_what_is_meant_is_among_what_is_known(word: str, known: list[str]) -> None:
    assert closest(word, known) in {None, *known}


@given(st.text())
def test_a_quoted_value_is_short_and_holds_nothing_that_hides(value: str) -> None:
    quoted = shown(value)

    assert quoted.isprintable()
    assert len(value) < 80 or "…" in quoted
