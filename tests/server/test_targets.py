"""Targets of requests, and the paths they name."""

from __future__ import annotations

from urllib.parse import quote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.server.targets import path_of, reference

NAMED = {
    "/": "index.html",
    "/all.xml": "all.xml",
    "/all.xml?from=reader": "all.xml",
    "/?x": "index.html",
    "/category/": "category/index.html",
    "/category/a%20b(c).xml": "category/a b(c).xml",
    "/%61ll.xml": "all.xml",
    "/category/%E5%AE%8F.xml": "category/宏.xml",
    "/category/\udce5\udcae\udc8f.xml": "category/宏.xml",  # bytes sent as they are
    "http://feeds.example/all.xml": "all.xml",
    "HTTPS://feeds.example": "index.html",
    "http://feeds.example?x": "index.html",
    "/a%2520b": "a%20b",  # decoded once
}
NOTHING = [
    "", "*", "all.xml", "feeds.example:443", "ftp://feeds.example/all.xml",
    "/..", "/../secret.txt", "/category/../../secret.txt", "/./all.xml", "/category/..",
    "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt", "/..%2fsecret.txt", "/category/%2e%2e/all.xml",
    "/..\\secret.txt", "/..%5csecret.txt", "/category%2Fmacro.xml",
    "/.aggregator.json", "/%2eaggregator.json", "/category/.hidden.xml", "/.git/config",
    "//etc/passwd", "//feeds.example/all.xml", "/category//macro.xml", "http://feeds.example//etc/passwd",
    "/all.xml%00", "/all.xml\x00.html", "/a%0d%0aSet-Cookie:x", "/\x7f", "/%ff.xml", "/\udcff.xml",
    "/" + "a" * 256, "/" + "a/" * 3000, "/%C0%AE%C0%AE/secret.txt",
]  # fmt: skip


@pytest.mark.parametrize("target", NAMED)
def test_a_target_names_a_path(target: str) -> None:
    assert path_of(target) == NAMED[target]


@pytest.mark.parametrize("target", NOTHING)
def test_what_may_lead_elsewhere_names_nothing(target: str) -> None:
    assert path_of(target) is None


@given(st.text(st.characters(codec=None, max_codepoint=0x2FF), max_size=60).map("/".__add__))
def test_a_path_stays_below_the_folder(target: str) -> None:
    path = path_of(target)

    assert path is None or all(
        part and not part.startswith(".") and not set(part) & set("\0\\\r\n") for part in path.split("/")
    )


@given(
    st.lists(st.sampled_from(["..", ".", "", "%2e%2e", "%252e", "a", "\\", "%5c", "%00", "~"]), max_size=8)
)
def test_no_mixture_of_steps_leads_out(parts: list[str]) -> None:
    path = path_of("/" + "/".join(parts))

    assert path is None or not {"..", ".", ""} & set(path.split("/"))


NAMES = st.text(
    st.characters(
        min_codepoint=32, max_codepoint=0x9FFF, exclude_characters="/\\\x7f", exclude_categories=["Cs", "Cc"]
    ),
    min_size=1,
    max_size=12,
).filter(lambda name: not name.startswith("."))


@given(NAMES, NAMES)
def test_a_former_slug_leads_to_the_new_one_also_below_another_path(old: str, new: str) -> None:
    origin, to = f"category/{old}.xml", f"category/{new}.xml"

    found = urljoin(f"https://feeds.example/below/{quote(origin)}", reference(origin, to))

    assert found == f"https://feeds.example/below/category/{quote(new + '.xml', safe='()')}"


def test_a_reference_climbs_where_it_must() -> None:
    assert reference("category/old/2022-06.html", "category/new/2022-06.html") == "../new/2022-06.html"
    assert reference("all.xml", "category/new.xml") == "category/new.xml"
