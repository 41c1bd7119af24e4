"""Small builders of model values: a test names only what matters to it.

Plain strings are taken for texts: a title as plain text, content and summary as HTML.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.model import Item, Source, SourceInfo, Text
from aggregator.polls import SourceState
from aggregator.views import Entry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""The present of most tests."""


def an_item(native_id: str = "1", **only_what_matters: Any) -> Item:
    """Build an item of the source ``posts``; its seed is its native id."""
    fields: dict[str, Any] = {"source_id": "posts", "seed": native_id, "title": f"Item {native_id}"}
    fields |= only_what_matters
    if isinstance(fields["title"], str):
        fields["title"] = Text(fields["title"])
    for name in ("content", "summary"):
        if isinstance(fields.get(name), str):
            fields[name] = Text(fields[name], "html")
    return Item(native_id=native_id, **fields)


def a_source(id: str = "posts", **only_what_matters: Any) -> Source:  # noqa: A002 - the field's own name
    """Build a source of local posts in the folder ``/site/<id>``."""
    fields: dict[str, Any] = {"type": "jekyll", "location": id, "root": Path("/site")}
    return Source(id=id, **fields | only_what_matters)


def an_unread(id: str = "posts") -> SourceState:  # noqa: A002 - the field's own name
    """Build the state of a source that was never read."""
    return SourceState(id=id, type="feed", title="")


def an_entry(item: Item | None = None, **only_what_matters: Any) -> Entry:
    """Build the entry that shows ``item``, read at :data:`NOW` from a source that is called by its id."""
    item = item or an_item()
    fields: dict[str, Any] = {
        "item_id": 1,
        "id": f"urn:example:{item.source_id}:{item.native_id}",
        "published": item.published or NOW,
        "first_seen": NOW,
        "source": SourceInfo(id=f"urn:example:{item.source_id}", title=item.source_id),
    }
    fields |= only_what_matters
    fields.setdefault("updated", item.updated or fields["published"])
    return Entry(item=item, **fields)
