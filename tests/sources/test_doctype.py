from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.doctype import MAX_ENTITIES, MAX_VALUE, without_doctype

BOMB = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def test_a_document_without_one_stays_as_it_is() -> None:
    document = "<?pi?>\n<rss version='2.0'/>"

    assert without_doctype(document, "rss") == (document, {})


def test_entities_that_stand_for_plain_characters_stay() -> None:
    document = "<!DOCTYPE rss [<!ENTITY port \"Port &#233;\">\n<!ENTITY sea 'Sea'>]>\n<rss>&port;</rss>"

    found = without_doctype(document, "rss")

    assert found.entities == {"port": "Port &#233;", "sea": "Sea"}
    assert found.document.endswith("<rss>&port;</rss>")
    assert found.document.count("\n") == document.count("\n")


@pytest.mark.parametrize(
    "declarations",
    [
        f'<!ENTITY a "lol">{BOMB}'.replace('<!ENTITY a "lol">', ""),
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x PUBLIC "a" "http://127.0.0.1/x">',
        '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
        f'<!ENTITY x "{"a" * (MAX_VALUE + 1)}">',
        '<!ENTITY x "<rss>">',
        '<!ENTITY x "&y;"><!ENTITY y "&x;">',
    ],
)
@pytest.mark.parametrize("between", ["", "\n", "\n\t"])
def test_whatever_else_a_document_type_says_goes(declarations: str, between: str) -> None:
    found = without_doctype(f"<!DOCTYPE rss [{between}{declarations}]>{between}<rss>&x;</rss>", "rss")

    assert "ENTITY" not in found.document.partition("<rss")[0]
    assert found.entities == {}


def test_one_that_is_never_closed_goes_too() -> None:
    found = without_doctype("<!DOCTYPE rss [<!ENTITY a 'b'\n<rss>&a;</rss>", "rss")

    assert found == ("\n<rss>&a;</rss>", {})


def test_of_very_many_entities_the_first_stay() -> None:
    declared = "".join(f"<!ENTITY e{number} 'x'>" for number in range(10_000))

    assert len(without_doctype(f"<!DOCTYPE rss [{declared}]><rss/>", "rss").entities) == MAX_ENTITIES


@given(st.text(alphabet="<!ENTITYDOCP '\"[]%&;#>ax\n", max_size=200))
def test_any_head_leaves_the_root_and_the_lines(head: str) -> None:
    document = f"{head}<rss>x</rss>"

    found = without_doctype(document, "rss")

    assert found.document.endswith("<rss>x</rss>")
    assert found.document.count("\n") == document.count("\n")


@pytest.mark.parametrize(
    "part", ["<!ENTITY a '", "<!ENTITY ", "<!DOCTYPE rss [", "&#1;", "<!ENTITY a 'b", "<!--", "<!-- --"]
)
def test_it_takes_linear_time(part: str) -> None:
    started = time.process_time()

    without_doctype("<!ENTITY x '" + part * 20_000 + "<rss/>", "rss")

    assert time.process_time() - started < 2
