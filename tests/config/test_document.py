from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.config.document import MAX_BYTES, parse
from aggregator.config.positions import Problems, python
from aggregator.errors import ConfigError
from tests.config.conftest import SOURCES

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder


def test_syntax_errors_have_a_place_and_a_hint(site: SiteFolder) -> None:
    cases = {
        "a: [1, 2\nb: 3": "2:2: is not YAML: did not find expected ',' or ']', while parsing a flow sequence"
        " that begins on line 1",
        "site:\n\ttitle: x": "2:1: is not YAML: found character that cannot start any token"
        " (indent with blanks, not tabs)",
        "site: {title: @x}": "1:15: is not YAML: found character that cannot start any token"
        " (quote values that begin with @, * or % or hold a colon and a blank)",
        "site:\n  title: a: b": "2:11: is not YAML: mapping values are not allowed in this context"
        " (quote values that begin with @, * or % or hold a colon and a blank)",
        "site: {url: ${URL}}": "1:14: is not YAML: did not find expected ',' or '}'"
        " (quote values that hold ${…})",
        "site: 'x": "1:9: is not YAML: found unexpected end of stream",
    }

    for text, problem in cases.items():
        assert site.problems(text) == [problem]


def test_duplicate_keys_are_all_told_with_the_first_one(site: SiteFolder) -> None:
    problems = site.wrong(
        "site: {title: a, title: b}\nsite: {author: x}\nfetch: {hosts: {a.lan: {}, a.lan: {}}}"
    )

    assert problems == [
        "1:18: site.title: is there twice; first on line 1",
        "2:1: site: is there twice; first on line 1",
        "3:28: fetch.hosts.a.lan: is there twice; first on line 3",
    ]


def test_tags_are_refused_and_harmless_ones_are_not(site: SiteFolder) -> None:
    assert site.wrong(
        "site: {title: !!python/object:os.system [ls], author: !env X}\nstore: !!binary eA=="
    ) == [
        "1:15: site.title: the YAML tag '!!python/object:os.system' is not supported; write a plain value",
        "1:55: site.author: the YAML tag '!env' is not supported; write a plain value",
        "2:8: store: the YAML tag '!!binary' is not supported; write a plain value",
    ]
    harmless = site.settings("site: !!map {title: !!str null, author: ! x, url: !!null anything}")
    assert (harmless.site.title, harmless.site.author, harmless.site_url) == ("null", "x", None)


def test_aliases_and_merge_keys_work_and_own_keys_win(site: SiteFolder) -> None:
    loaded = site.load("""
sources:
  - &first {id: a, type: web, url: "https://a.example/", category: macro, headers: &headers {X-A: "1"}}
  - <<: *first
    id: b
    headers: *headers
  - <<: [{id: c, title: C}, *first]
""")

    assert [(source.id, source.title, source.categories) for source in loaded.sources] == [
        ("a", None, ("macro",)),
        ("b", None, ("macro",)),
        ("c", "C", ("macro",)),
    ]
    assert loaded.sources[1].headers == (("X-A", "1"),)


def test_what_is_wrong_in_a_shared_part_is_told_where_it_stands(site: SiteFolder) -> None:
    problems = site.problems("""
sources:
  - &first {id: a, type: folder, path: x, interval: soon}
  - {<<: *first, id: b}
""")

    assert problems == [
        "3:53: sources[0].interval: must be a duration such as 90s, 30m, 1h, 1h30m or 7d, not 'soon'"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("site: {<<: x}", "1:8: site.<<: must be an alias of a mapping, or several"),
        ("site: {<<: []}", "1:8: site.<<: must be an alias of a mapping, or several"),
        ("site: {<<: {title: a}, <<: {title: b}}", "1:24: site.<<: is there twice"),
        ("site: {[a]: b}", "1:8: site: a key must be a plain word"),
    ],
)
def test_odd_keys_are_told(site: SiteFolder, text: str, problem: str) -> None:
    assert problem in site.wrong(text)


def test_an_alias_may_be_a_key_or_stand_for_one_value(site: SiteFolder) -> None:
    settings = site.settings(
        "site: {author: &name title, *name : News}\nfilters: [{drop: {title_in: *name}}]"
    )

    assert settings.site.title == "News"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("site: *gone", "1:7: site: there is no anchor &gone before this alias"),
        ("site: &a {title: *a}", "1:18: site.title: *a stands inside what it stands for"),
        ("a: 1\n---\nb: 2", "2:1: a second document begins; a configuration is one"),
        ("a: " + "[" * 1000, "1:43: a" + "[0]" * 39 + ": is nested more than 40 deep"),
    ],
)
def test_what_leaves_no_tree_is_one_problem(site: SiteFolder, text: str, problem: str) -> None:
    assert site.problems(text) == [problem]


def test_aliases_of_aliases_cannot_grow_without_end(site: SiteFolder) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    tower = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60))

    for text in (bomb, tower):
        (problem,) = site.problems(text)
        assert "aliases of aliases grow without end" in problem


def test_a_huge_file_is_not_read(site: SiteFolder) -> None:
    assert site.problems(b"#" * (MAX_BYTES + 1)) == ["is larger than 4 MiB: is it a configuration?"]


def test_bytes_that_are_no_utf8_are_shown_with_their_place(site: SiteFolder) -> None:
    assert site.problems("site:\r\n  title: 新闻".encode("gb18030")) == [
        "2:10: is not UTF-8 (byte 0xd0); save the file as UTF-8"
    ]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(site: SiteFolder) -> None:
    text = ("\ufeffsite: {title: News}\n" + SOURCES).replace("\n", "\r\n").encode()

    assert site.load(text).site.title == "News"


def test_control_characters_are_refused_raw_and_escaped(site: SiteFolder) -> None:
    assert site.problems("site:\n  title: a\x1bb") == ["2:11: holds the control character '\\x1b'"]
    assert site.wrong('site: {title: "a\\u0000b"}\nfilters: [{drop: {title_matches: "\\bx"}}]') == [
        "1:15: site.title: holds the character U+0000; write backslashes in single quotes",
        "2:34: filters[0].drop.title_matches: holds the character U+0008; write backslashes in single quotes",
    ]


PIECES = st.sampled_from(
    [
        "a",
        "b:",
        " ",
        "\n",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        ": ",
        "&x ",
        "*x",
        "<<",
        "!t ",
        "'",
        '"',
        "#",
        "|",
        "~",
        "---\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    try:
        node = parse(text, "f", Problems())
        problems: tuple[str, ...] = ()
    except ConfigError as error:
        node, problems = None, error.problems
    assert all(problem.startswith("f:") for problem in problems)
    assert node is None or python(node) is None or isinstance(python(node), str | list | dict)
