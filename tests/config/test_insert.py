from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregator.config.insert import insert
from aggregator.config.template import annotated
from aggregator.errors import ConfigError
from tests.config.conftest import DATA

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder

NEW = {"type": "feed", "url": "https://new.example/feed"}
LINE = '- {type: feed, url: "https://new.example/feed"}'


def pairs() -> list[tuple[str, str]]:
    """What is written before and after, from a file: cases between lines of equals signs."""
    cases = (DATA / "insert.txt").read_text(encoding="utf-8").split("\n====\n")
    found = [case.partition("\n----\n") for case in cases]
    return [(before + "\n", after.removesuffix("\n") + "\n") for before, _, after in found]


@pytest.mark.parametrize(("before", "after"), pairs())
def test_a_source_is_added_at_the_end_in_the_lists_own_style(before: str, after: str) -> None:
    assert insert(before, [NEW], "x.yaml").text == after


def test_a_new_site_can_be_added_to() -> None:
    before = annotated()

    after, lines = insert(before, [NEW], "x.yaml")

    assert lines == (f"  {LINE}",)
    assert after.replace(f"  {LINE}\n", "") == before
    assert after.splitlines()[8] == f"  {LINE}"


def test_several_are_added_in_order() -> None:
    second = {
        "id": "b",
        "type": "feed",
        "url": "https://b.example/",
        "category": ["one", "二: x"],
        "title": "$HOME ${X}",
    }

    after = insert("sources:\n- type: a\n  path: b\n", [NEW, second], "x.yaml").text

    assert after == (
        'sources:\n- type: a\n  path: b\n- type: feed\n  url: "https://new.example/feed"\n'
        '- id: b\n  type: feed\n  url: "https://b.example/"\n  category: [one, "二: x"]\n'
        '  title: "$$HOME $${X}"\n'
    )


def test_a_dollar_sign_arrives_as_one(site: SiteFolder) -> None:
    text = "sources:\n  - {type: folder, path: seeds}\n"
    new = {"type": "web", "url": "https://a.example/$1/${X}", "title": "$$"}

    settings = site.load(insert(text, [new], "x.yaml").text)

    assert (settings.sources[1].location, settings.sources[1].title) == ("https://a.example/$1/${X}", "$$")


LISTED = '[{type: feed, url: "https://new.example/feed"}]'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"sources:\n  {LINE}\n"),
        ("# mine", f"# mine\nsources:\n  {LINE}\n"),
        ("---\n", f"---\nsources:\n  {LINE}\n"),
        ("site: {title: x}", f"site: {{title: x}}\nsources:\n  {LINE}\n"),
        ("site:\r\n  title: x\r\n", f"site:\r\n  title: x\r\nsources:\r\n  {LINE}\r\n"),
        ("---\n site: {}\n# end\n...\n", f"---\n site: {{}}\n# end\n sources:\n   {LINE}\n...\n"),
        ("site:\n  title: |+\n    a\n\n", f"site:\n  title: |+\n    a\n\nsources:\n  {LINE}\n"),
        ("sources:", f"sources:\n  {LINE}"),
        (
            "sources:  # mine\n\n# of the site\nsite: {}\n",
            f"sources:  # mine\n  {LINE}\n\n# of the site\nsite: {{}}\n",
        ),
        (
            "sources:\n    # - one\n    # - two\nsite: {}\n",
            f"sources:\n    # - one\n    # - two\n    {LINE}\nsite: {{}}\n",
        ),
        ("sources: ~ # none yet\nsite: {}\n", f"sources: {LISTED} # none yet\nsite: {{}}\n"),
        ("sources: null\n", f"sources: {LISTED}\n"),
        ("sources: []\n", f"sources: {LISTED}\n"),
        ("{}\n", f"{{sources: {LISTED}}}\n"),
        ('{"site": {"title": "x"}\n}\n', f'{{"site": {{"title": "x"}}, sources: {LISTED}\n}}\n'),
        ("{sources: , site: {}}\n", f"{{sources: {LISTED} , site: {{}}}}\n"),
    ],
)
def test_a_list_that_is_empty_or_missing_is_begun(before: str, after: str) -> None:
    assert insert(before, [NEW], "x.yaml").text == after
    second = insert(after, [NEW], "x.yaml").text
    assert yaml.safe_load(second)["sources"] == [NEW, NEW]


@pytest.mark.parametrize(
    "text",
    [
        "sources: {a: b}\n",
        "sources: a\n",
        "a: &a\nsources: *a\n",
        "- a\n",
        "sources: [",
        "a: &a [{type: x}]\nsources: *a\n",
        "<<: {sources: [{type: x}]}\n",
        "other: &a\n  - {type: x}\nsources: *a\n",
        "sources: &a [{type: x}]\nother: *a\n",
        "- sources:\n  - a\n",
        "sources",
    ],
)
def test_where_it_cannot_be_added_the_lines_are_told(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        insert(text, [NEW], "x.yaml")

    assert str(caught.value) == (
        f"x.yaml: sources: cannot be added to as it is written; add this yourself: {LINE}"
    )


# ── any configuration ─────────────────────────────────────────────────────────────────────────────────────

_WORD = st.sampled_from(
    [
        "a",
        "feed",
        "https://a.example/x?y=1#z",
        "# no",
        "a: b",
        "'q'",
        "é",
        "- x",
        "",
        "{",
        "on",
        "12",
        "a # b",
    ]
)
_VALUE = _WORD | st.lists(_WORD, max_size=2)
_SOURCE = st.dictionaries(st.sampled_from(["id", "type", "url", "title", "filters"]), _VALUE, min_size=1)
_COMMENTS = st.sampled_from(["", "", "# one", "   # two", "\t", "#", "# sources:", "    #- {type: x}"])


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A configuration in any style, with comments and blank lines between its lines."""
    tree = {
        "site": draw(st.dictionaries(st.sampled_from(["title", "sources"]), _WORD)),
        "sources": draw(st.none() | st.lists(_SOURCE, max_size=3)),
        "filters": draw(st.lists(_WORD, max_size=2)),
    }
    keys = draw(st.permutations(list(tree)))
    text = yaml.safe_dump(
        {key: tree[key] for key in keys},
        default_flow_style=draw(st.sampled_from([True, False, None])),
        indent=draw(st.sampled_from([2, 4])),
        width=draw(st.sampled_from([20, 200])),
        default_style=draw(st.sampled_from([None, None, '"', "'", "|", ">"])),
        allow_unicode=True,
        sort_keys=False,
    )
    lines = [part for line in text.splitlines() for part in (line, draw(_COMMENTS)) if part]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


def loaded(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


@given(
    configurations(),
    st.lists(
        st.fixed_dictionaries({"type": st.just("feed"), "url": _WORD, "title": _WORD}),
        min_size=1,
        max_size=2,
    ),
)
def test_nothing_else_changes_whatever_is_there(text: str, new: list[dict[str, str]]) -> None:
    before = loaded(text)
    assume(isinstance(before, dict))
    try:
        after = insert(text, new, "x.yaml").text
    except ConfigError:
        return

    read = loaded(after)
    assert list(read) == list(before)
    assert {key: value for key, value in read.items() if key != "sources"} == {
        key: value for key, value in before.items() if key != "sources"
    }
    there = before["sources"] or []
    assert read["sources"][: len(there)] == there
    assert len(read["sources"]) == len(there) + len(new)
    if before["sources"] is None:  # which the list stands in for; so of the lines around it
        kept, said = iter(after.splitlines()), [line for line in text.splitlines() if line.strip()[:1] == "#"]
    else:
        kept, said = iter(after), list(text)
    assert all(part in kept for part in said)


@given(st.lists(_SOURCE, min_size=1, max_size=3), st.booleans(), st.sampled_from([0, 2, 4]))
def test_what_a_program_writes_can_always_be_added_to(
    sources: list[dict[str, Any]], flow: bool, indent: int
) -> None:
    body = yaml.safe_dump(sources, default_flow_style=flow or None, width=1000, allow_unicode=True)
    lines = "\n".join(" " * (indent + flow) + line for line in body.splitlines())

    after = insert(f"sources:\n{lines}\nsite: {{title: x}}\n", [NEW], "x.yaml").text

    assert loaded(after)["sources"] == [*loaded(body), NEW]
