"""Where a reading differs from what is expected of it, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator import dates, identity, markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aggregator.model import Enclosure, Item, Person, Reading, SourceInfo, Tag

_UTC = dates.zone("UTC")


def differences(expected: dict[str, Any], reading: Reading) -> Iterator[str]:
    """Say what is not as expected in a document that could be read; its items are tidied."""
    if "error" in expected:
        yield f"read as a feed of {len(reading.items)} items, not refused with {expected['error']!r}"
        return
    items = expected.get("items")
    if items is not None and "count" not in expected and len(items) != len(reading.items):
        yield f"{len(reading.items)} items instead of {len(items)}"
    if "count" in expected:
        yield from _count(expected["count"], len(reading.items))
    for number, (wanted, item) in enumerate(zip(items or [], reading.items, strict=False), 1):
        for key, value in wanted.items():
            yield from (f"item {number}: {each}" for each in _CHECKS[key](item, value))
    if expected.get("distinct") and len({item.native_id for item in reading.items}) < len(reading.items):
        yield "two items have the same native id"
    yield from _problems(expected.get("problems"), [str(problem) for problem in reading.problems])
    if "info" in expected:
        yield from _info(reading.info, expected["info"])
    whole = repr(reading)
    yield from (f"{text!r} is in it" for text in expected.get("lacks", ()) if text in whole)


def error_differences(expected: dict[str, Any], error: str) -> Iterator[str]:
    """Say what is not as expected in the message of a document that was refused."""
    if expected.get("outcome") == "any":
        return
    if "error" not in expected:
        yield f"refused: {error}"
        return
    wanted = expected["error"]
    for words in [wanted] if isinstance(wanted, str) else wanted:
        if words.lower() not in error.lower():
            yield f"the error does not say {words!r}: {error}"
    if "\n" in error or not error:
        yield f"the error is not one line: {error!r}"


def _count(bounds: dict[str, int], found: int) -> Iterator[str]:
    if not bounds.get("min", 0) <= found <= bounds["max"]:
        yield f"{found} items, expected {bounds}"


def _problems(wanted: Sequence[str] | None, found: list[str]) -> Iterator[str]:
    if wanted is None:
        return
    if not wanted and found:
        yield f"problems: {found}"
    for words in wanted:
        if not any(words.lower() in problem.lower() for problem in found):
            yield f"no problem says {words!r}: {found}"


def _info(info: SourceInfo | None, wanted: dict[str, Any]) -> Iterator[str]:
    for key, value in wanted.items():
        found = getattr(info, key, None)
        if key == "updated":
            found, value = _same_moment(found, value)  # noqa: PLW2901 - both as they are compared
        if found != value:
            yield f"info.{key} is {found!r}, not {value!r}"


def _same_moment(found: datetime | None, wanted: str | None) -> tuple[object, object]:
    return found, None if wanted is None else dates.parse(wanted, _UTC)


# ── one item ──────────────────────────────────────────────────────────────────────────────────────────────


def _shown(item: Item) -> str:
    """What a reader sees of it: its content, else its summary."""
    return item.content.value or item.summary.value


def _equal(name: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{name} is {found!r}, not {wanted!r}"


def _plainly(name: str) -> Callable[[Item, Any], Iterator[str]]:
    return lambda item, wanted: _equal(name, getattr(item, name), wanted)


def _moment(name: str) -> Callable[[Item, Any], Iterator[str]]:
    return lambda item, wanted: _equal(name, *_same_moment(getattr(item, name), wanted))


def _contains(item: Item, wanted: list[str]) -> Iterator[str]:
    for words in wanted:
        if words not in _shown(item):
            yield f"{words!r} is not in {_shown(item)[:300]!r}"


def _lacks(item: Item, unwanted: list[str]) -> Iterator[str]:
    for words in unwanted:
        if words in item.content.value or words in item.summary.value:
            yield f"{words!r} is in {_shown(item)[:300]!r}"


def _summary(item: Item, wanted: str | None) -> Iterator[str]:
    yield from _equal("summary", markup.to_text(item.summary.value) or None, wanted)


def _summary_or_content(item: Item, words: str) -> Iterator[str]:
    if words not in item.summary.value + item.content.value:
        yield f"{words!r} is neither in summary nor content"


def _public_id(item: Item, wanted: str) -> Iterator[str]:
    found = identity.public_id(item)
    if not found.startswith(wanted) if wanted == "urn:uuid:" else found != wanted:
        yield f"its public id is {found!r}, not {wanted!r}"


def _matches(found: Person | Tag | Enclosure, wanted: str | dict[str, Any]) -> bool:
    if isinstance(wanted, str):
        return wanted in (getattr(found, key, None) for key in ("name", "term", "url"))
    return all(getattr(found, key) == value for key, value in wanted.items())


def _each(name: str) -> Callable[[Item, Any], Iterator[str]]:
    def check(item: Item, wanted: list[str | dict[str, Any]]) -> Iterator[str]:
        found = getattr(item, name)
        if len(found) != len(wanted) or not all(map(_matches, found, wanted)):
            yield f"{name} are {list(found)}, not {wanted}"

    return check


def _hold(item: Item, wanted: list[str | dict[str, Any]]) -> Iterator[str]:
    for each in wanted:
        if not any(_matches(file, each) for file in item.enclosures):
            yield f"{each} is not in {list(item.enclosures)}"


def _at_most(name: str) -> Callable[[Item, Any], Iterator[str]]:
    def check(item: Item, most: int) -> Iterator[str]:
        value = item.title.value if name == "title" else getattr(item, name)
        if not 0 < len(value) <= most:
            yield f"{name}: {len(value)}, not 1 to {most}"

    return check


def _title_lacks(item: Item, unwanted: list[str]) -> Iterator[str]:
    yield from (f"{each!r} is in {item.title.value!r}" for each in unwanted if each in item.title.value)


_CHECKS: dict[str, Callable[[Item, Any], Iterator[str]]] = {
    "title": lambda item, wanted: _equal("title", item.title.value, wanted),
    "title_lacks": _title_lacks,
    "title_at_most": _at_most("title"),
    "link": _plainly("link"),
    "native_id": _plainly("native_id"),
    "entry_id": _plainly("entry_id"),
    "public_id": _public_id,
    "published": _moment("published"),
    "updated": _moment("updated"),
    "content_contains": _contains,
    "content_lacks": _lacks,
    "summary": _summary,
    "summary_or_content": _summary_or_content,
    "authors": _each("authors"),
    "authors_at_most": _at_most("authors"),
    "tags": _each("tags"),
    "tags_at_most": _at_most("tags"),
    "categories": lambda item, wanted: _equal("categories", list(item.categories), wanted),
    "enclosures": _each("enclosures"),
    "enclosures_hold": _hold,
    "enclosures_at_most": _at_most("enclosures"),
    "language": _plainly("language"),
    "origin": _plainly("origin"),
}
