"""XML made readable where it is broken in a usual way."""

from __future__ import annotations

import xml.sax
from xml.sax.handler import ContentHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import text
from aggregator.sources import repair


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<?xml version='1.0'?>\n<a/>", "\n<a/>"),
        ("  <?XML encoding='x'\n?><a/>", "<a/>"),
        ("<?xml-stylesheet href='x'?><a/>", "<?xml-stylesheet href='x'?><a/>"),
        ("<a/>", "<a/>"),
    ],
)
def test_the_declaration_goes(document: str, expected: str) -> None:
    assert repair.without_declaration(document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("a & b && c", "a &amp; b &amp;&amp; c"),
        ("&nbsp;&copy;&NotEqualTilde;", "&#160;&#169;&#8770;&#824;"),
        ("&amp;&lt;&gt;&quot;&apos;&#65;&#x41;", "&amp;&lt;&gt;&quot;&apos;&#65;&#x41;"),
        ("&nosuch; &x=1&y;z &#; &#xZZ;", "&amp;nosuch; &amp;x=1&amp;y;z &amp;#; &amp;#xZZ;"),
        ("<![CDATA[a & b &nbsp;]]>&", "<![CDATA[a & b &nbsp;]]>&amp;"),
        ("<!-- a & b -->&", "<!-- a & b -->&amp;"),
        (
            "<!DOCTYPE a [<!ENTITY own '&#65;'>]>&own;&other;",
            "<!DOCTYPE a [<!ENTITY own '&#65;'>]>&own;&amp;other;",
        ),
        ("<![CDATA[ & ", "<![CDATA[ & "),
    ],
)
def test_ampersands_become_what_was_meant(document: str, expected: str) -> None:
    assert repair.with_known_entities(document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("a&#0;b&#xD800;c&#xFFFE;d&#9999999999;e&#000031;&#65;&#10;&#x1F600;", "abcde&#65;&#10;&#x1F600;"),
        ("a & b", "a & b"),
    ],
)
def test_references_to_what_xml_forbids_go(document: str, expected: str) -> None:
    assert repair.without_impossible_references(document) == expected


@given(st.text(st.sampled_from("&#x;0123456789ABCDFabc ampltgnbsp\ud800\0"), max_size=60))
def test_any_text_becomes_what_an_xml_parser_accepts(words: str) -> None:
    possible = repair.without_impossible_references(text.xml_safe(words))

    document = f"<a>{repair.with_known_entities(possible)}</a>"

    xml.sax.parseString(document.encode(), ContentHandler())  # noqa: S317 - our own text
