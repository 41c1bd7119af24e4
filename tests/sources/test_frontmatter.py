from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.frontmatter import FrontMatter, read


def sound(text: str) -> FrontMatter:
    found = read(text)
    assert found is not None
    return found


def test_head_and_body_are_parted() -> None:
    found = sound("---\ntitle: a\ntags: [b, c]\n---\nbody\n\nmore\n")

    assert (found.text("title"), found.texts("tags")) == ("a", ["b", "c"])
    assert (found.body, found.body_line) == ("body\n\nmore\n", 5)
    assert (found.repairs, found.closed) == ((), True)
    assert [found.line("title"), found.line("tags"), found.line("date")] == [2, 3, 1]


@pytest.mark.parametrize("end", ["---", "---   ", "...", "... \t"])
def test_dashes_and_dots_close_it(end: str) -> None:
    assert sound(f"---\ntitle: a\n{end}\nbody").body == "body"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"])
def test_any_line_ends_will_do(newline: str) -> None:
    found = sound(newline.join(["---", "title: a", "---", "b", "c"]))

    assert (found.text("title"), found.body) == ("a", "b\nc")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "just text",
        "title: a\n---\nbody",
        "----\ntitle: a\n----\n",
        "---\n\nA rule above, not a head.\n\n---\n",
        "---\nprose, not a head",
        "---\nNote: prose\n\nmore",
        "---",
        "- - -\ntitle: a\n---",
    ],
)
def test_what_has_no_front_matter_has_none(text: str) -> None:
    assert read(text) is None


def test_an_empty_front_matter_is_one() -> None:
    assert sound("---\n---\nbody").body == "body"


@pytest.mark.parametrize("start", ["\ufeff---", "--- ", "--- # head", "\ufeff\ufeff---\t"])
def test_the_first_line_may_have_marks_blanks_and_a_comment(start: str) -> None:
    found = sound(f"{start}\ntitle: a\n---\n")

    assert (found.text("title"), found.repairs) == ("a", ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n\n---\ntitle: a\n---\nbody", 3),
        ("---\ntitle: a\n---body", 3),
        ("---\ntitle: a\n---<p>body</p>", 3),
        ("---\ntitle:a\n---\nbody", 2),
        ("---\ntitle：a\n---\nbody", 2),
        ("---\nTitle: a\n---\nbody", 2),
        ("---\nlayout: post\ntitle: b\ntitle: a\n---\nbody", 4),
        ("---\nlayout: post\ntitle: a\ntitle:\n---\nbody", 4),
        ("---\nnothing at all\ntitle: a\n---\nbody", 2),
        ("---\ntitle: a\nnothing at all\n---\nbody", 3),
        ("---\ntitle: a\n\n<p>body</p>", 1),
        ("---\ntitle: a\n\nbody: of prose", 1),
        ("---\ntitle: a\n<p>body</p>\n\n---\n\nmore", 1),
    ],
)
def test_what_is_wrong_is_repaired_and_told_with_its_line(text: str, line: int) -> None:
    found = sound(text)

    assert found.text("title") == "a"
    assert "body" in found.body
    assert [repair.line for repair in found.repairs] == [line]


def test_of_two_equal_keys_the_last_that_says_something_counts() -> None:
    assert sound("---\ntitle: a\ntitle: b\ntitle:\n---\n").text("title") == "b"


def test_a_head_that_is_cut_off_has_no_body() -> None:
    found = sound('---\ntitle: "a\ndate: 2022')

    assert (found.closed, found.body) == (False, "")


def test_a_head_indented_as_a_whole_is_read() -> None:
    found = sound("---\n  title: a\n  tags:\n    - b\n  date: c\n---\n")

    assert [found.text("title"), found.text("tags"), found.text("date")] == ["a", "b", "c"]


def test_comments_and_blank_lines_are_passed_over() -> None:
    found = sound("---\n# one\ntitle: a\n\n# two\ndate: b\n---\n")

    assert (found.text("title"), found.text("date"), found.repairs) == ("a", "b", ())


def test_a_list_at_the_margin_belongs_to_its_key() -> None:
    assert sound("---\ntags:\n- a\n- b\ndate: c\n---\n").texts("tags") == ["a", "b"]


def test_a_quoted_value_may_end_some_lines_below() -> None:
    found = sound('---\ntitle: "a\nb\nc"\ndate: d\n---\n')

    assert (found.text("title"), found.text("date")) == ("a b c", "d")


@pytest.mark.parametrize("next_line", ["subtitle: b", "date: 2022", "", "---"])
def test_a_quote_that_is_never_closed_swallows_nothing(next_line: str) -> None:
    found = sound(f'---\ntitle: "a\n{next_line}\nlang: "en"\n---\nbody')

    assert found.text("title") == "a"


def test_a_quote_that_closes_too_late_swallows_nothing() -> None:
    found = sound('---\ntitle: "a\n' + "  b\n" * 12 + '  c"\ndate: d\n---\n')

    assert found.text("date") == "d"


def test_keys_may_be_quoted_and_foreign() -> None:
    found = sound("---\n\"title\": a\n'date' : b\n作者: c\nlast-modified-at: d\n---\n")

    assert [found.text(key) for key in ("title", "date", "作者", "last-modified-at")] == ["a", "b", "c", "d"]


def test_the_first_key_that_says_something_is_taken() -> None:
    found = sound("---\nsummary:\nexcerpt: a\ntags: [b, c]\n---\n")

    assert found.text("summary", "excerpt") == "a"
    assert found.text("tags") == "b, c"
    assert found.text("nothing") == ""


LINES = st.sampled_from(
    [
        "---",
        "...",
        "title: a",
        'title: "a',
        "- b",
        "  c",
        "<p>d</p>",
        "",
        "date:",
        "tags: [",
        "]",
        "e",
        "\ufeff",
        "|",
    ]
) | st.text(max_size=12)


@given(st.lists(LINES, max_size=14).map(lambda lines: "\n".join(["---", *lines])) | st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    found = read(text)

    assert found is None or all(
        1 <= repair.line <= text.count("\n") + text.count("\r") + 1 for repair in found.repairs
    )


@pytest.mark.parametrize("line", ['title: "', "a", "- a", "title: [", "x: |", "---a", "", " b"])
def test_a_huge_head_takes_no_long_time(line: str) -> None:
    read("---\ntitle: a\n" + f"{line}\n" * 10_000)


@pytest.mark.parametrize(("ends", "lines"), [("\r\r", 2), ("\r\r\n", 1), ("\r\n\r\n", 2), ("\n\r", 2)])
def test_carriage_returns_end_lines_alone_or_before_one_line_feed(ends: str, lines: int) -> None:
    assert sound(f"---\ntitle: a\n---\nb{ends}c").body == "b" + "\n" * lines + "c"


def test_a_run_of_carriage_returns_takes_no_long_time() -> None:
    before = process_time()

    assert sound("---\ntitle: a\n---\n" + "\r" * 100_000 + "x").body == "\n" * 100_000 + "x"

    assert process_time() - before < 1
