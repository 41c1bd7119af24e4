from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.scalars import Value, read_value, texts


def read(key: str, first: str, *rest: str) -> tuple[Value, list[str]]:
    notes: list[str] = []
    return read_value(key, first, rest, notes.append), notes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plain words", "plain words"),
        ("  blanks around\t", "blanks around"),
        ('"quoted"', "quoted"),
        ('""', ""),
        ("''", ""),
        ("'it''s'", "it's"),
        (r'"a \"word\" and a \\ slash"', r'a "word" and a \ slash'),
        ('"quoted" # a comment', "quoted"),
        ("'quoted' # a comment", "quoted"),
        ("plain # a comment", "plain"),
        ("# a comment", ""),
        ("", ""),
        ("~", ""),
        ("null", ""),
        ("2022", "2022"),
        ("on", "on"),
        ("[a] b", "[a] b"),
        ("[a, b]", "[a, b]"),
        ("“中文引号”", "“中文引号”"),
        ("｜竖线", "｜竖线"),
    ],
)
def test_a_sound_title_is_read_as_yaml_would_but_always_as_text(written: str, meant: str) -> None:
    assert read("title", written) == (meant, [])


@pytest.mark.parametrize(
    ("written", "saved"),
    [
        ('"他说"稳"字当头"', '他说"稳"字当头'),
        (r'"a\b\n"', r"a\b\n"),
        (r'"C:\"', "C:\\"),
        ('"a "b" c" # a comment', 'a "b" c'),
        ('"never closed', "never closed"),
        ('"word" and more', '"word" and more'),
        ("'it's quoted'", "it's quoted"),
        ("'tis not quoted", "'tis not quoted"),
        ("a: b", "a: b"),
        ("@handle", "@handle"),
        ("*star*", "*star*"),
        ("Issue #5 of it", "Issue #5 of it"),
        ("> quoted", "> quoted"),
        ("| piped", "| piped"),
        ('"', ""),
        ("'", "'"),
    ],
)
def test_a_broken_title_is_saved_and_told(written: str, saved: str) -> None:
    value, notes = read("title", written)

    assert value == saved
    assert len(notes) == 1


@pytest.mark.parametrize(
    "tag", ["@示例", "*重点* 新闻", "Series: one", "C # two", "#first", "a #b", "50%", "360", "on"]
)
def test_a_tag_is_the_whole_string(tag: str) -> None:
    assert read("tags", tag)[0] == tag


def test_a_hash_in_a_tag_is_not_worth_a_word() -> None:
    assert read("tags", "C # two") == ("C # two", [])


def test_a_comment_after_a_date_is_none_of_it() -> None:
    assert read("date", "2022-01-01 10:00 #later") == ("2022-01-01 10:00", [])


def test_a_value_that_goes_on_in_an_indented_line_is_one() -> None:
    assert read("title", "first", "  second", "  # a comment") == ("first second", [])
    assert read("title", '"first', '  second"') == ("first second", [])
    assert read("title", "'first", "  second'") == ("first second", [])


def test_a_quoted_value_that_goes_on_at_the_margin_is_one_and_told() -> None:
    assert read("title", '"first', 'second"') == ("first second", ["is spread over several lines: joined"])


@pytest.mark.parametrize(
    ("first", "rest", "value"),
    [
        ("[a, 'b', \"c\", 360, on]", (), ["a", "b", "c", "360", "on"]),
        ("[a,", ("  b]",), ["a", "b"]),
        ("[a] # comment", (), ["a"]),
        ("[]", (), []),
        ("", ("  - a", "  - 'b: c'", "  - 2022-01-01"), ["a", "b: c", "2022-01-01"]),
        ("", ("- a", "- ~"), ["a", ""]),
        ("", ("  name: a", "  url: b"), {"name": "a", "url": "b"}),
        ("{name: a}", (), {"name": "a"}),
        (">-", ("  a", "  b", "", "  c"), "a b\nc"),
        ("|", ("  a", "  b"), "a\nb"),
        ("", ("  just a text",), "just a text"),
        ("!!str 360", (), "!!str 360"),
    ],
)
def test_lists_mappings_and_block_scalars_are_yamls(first: str, rest: tuple[str, ...], value: Value) -> None:
    assert read("author", first, *rest)[0] == value


@pytest.mark.parametrize(
    ("first", "rest", "value"),
    [
        ("[@a, b: c]", (), ["@a", "b: c"]),
        ("[a, b", (), ["a", "b"]),
        ("[a] b", (), "[a] b"),
        ("{a: b}", (), "{a: b}"),
        ("", ("  - @a", "  - b: c"), ["@a", "b: c"]),
        ("", ("  - a", "  b: c", " d"), "- a b: c d"),
        ("|", ("\ta", "\tb\x01"), "a b\x01"),
        ("[*a, &b c]", (), ["*a", "c"]),
        ('["a" b, "c", \'d\']', (), ['"a" b', "c", "d"]),
        ("[a]\n...\n--- [b]", (), ["a] ... --- [b"]),
    ],
)
def test_tags_that_are_no_yaml_are_read_all_the_same(first: str, rest: tuple[str, ...], value: Value) -> None:
    assert read("tags", first, *rest)[0] == value


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 100_000,
        "[" * 30 + "]" * 30,
        "[" + "a," * 60_000 + "]",
        "!!python/object/apply:os.system [ls]",
        "[&a [x, x], *a, *a, <<: *a]",
        "[\ud800]",
    ],
)
def test_a_yaml_bomb_is_a_text(bomb: str) -> None:
    value, _ = read("tags", bomb)

    assert isinstance(value, (str, list))


@pytest.mark.parametrize("depth", [900, 50_000])
def test_what_is_nested_without_end_is_read_as_text(depth: int) -> None:
    value, _ = read("author", "[" * depth + "a" + "]" * depth)

    assert texts(value)


def test_a_value_that_is_too_long_for_yaml_is_parted_at_its_commas() -> None:
    value, notes = read("tags", "[" + "a, " * 30_000 + "a]")

    assert value == ["a"] * 30_001
    assert notes == ["is no valid YAML list: parted at its commas"]


def test_texts_are_found_in_any_shape() -> None:
    assert texts(["a", ["b", ""], {"c": ["d", "e"]}]) == ["a", "b", "c: d", "c: e"]
    assert texts("") == []


VALUES = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\"'[]{}|>-#:&*!@\\ ,~%\t"), max_size=40
)


@given(
    key=st.sampled_from(["title", "date", "tags", "categories", "author"]),
    first=VALUES,
    rest=st.lists(VALUES, max_size=4),
)
def test_any_value_can_be_read(key: str, first: str, rest: list[str]) -> None:
    value, _ = read(key, first, *rest)

    assert all(isinstance(text, str) for text in texts(value))


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' "\\'), max_size=40))
def test_a_title_quoted_by_the_rules_comes_back(title: str) -> None:
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert read("title", quoted) == (title, [])


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' "'), min_size=1, max_size=40))
def test_a_title_put_between_quotes_without_a_thought_comes_back_too(title: str) -> None:
    value, _ = read("title", f'"{title}"')

    assert title.endswith("\\") or "\\" in title or '" #' in f'{title}"' or value == title


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_long_quoted_value_takes_little_memory(quote: str) -> None:
    long = "a" * 2_000_000
    tracemalloc.start()
    try:
        assert read("title", f"{quote}{long}{quote}") == (long, [])
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
