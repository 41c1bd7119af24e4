"""Small builders of what is saved: a test names only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aggregator.model import Item, Stamp
from aggregator.records import Changes, DocumentRecord, ItemChange, Published, Route, Save, Window
from tests.builders import NOW, an_item

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.records import Output
    from tests.store.conftest import Store

EVERYTHING = Window(entries=1000, seconds=0, at_most=1000)


def a_change(item: Item | str = "1", **only_what_matters: Any) -> ItemChange:
    """A new item, published now under an id made from its native id."""
    raw = an_item(item) if isinstance(item, str) else item
    published: datetime = only_what_matters.get("published", NOW)
    fields: dict[str, Any] = {
        "raw": raw,
        "clean": replace(raw, cleaner=max(raw.cleaner, 1)),
        "fingerprint": f"fingerprint of {raw.native_id}",
        "content_key": f"content of {raw.native_id}",
        "public_id": f"urn:example:{raw.native_id}",
        "spare_id": f"urn:example:spare:{raw.source_id}:{raw.native_id}",
        "published": published,
        "updated": published,
        "first_seen": NOW,
        "arrived": published,
    }
    return ItemChange(**fields | only_what_matters)


def a_document(name: str = "a.md", native_id: str | None = None, **only_what_matters: Any) -> DocumentRecord:
    """A document of 10 bytes that was read."""
    return DocumentRecord(stamp=Stamp(name, 10, 1_000, "abc"), native_id=native_id, **only_what_matters)


def save(store: Store, *new: ItemChange, **only_what_matters: Any) -> None:
    """Save new items of ``posts`` and whatever else is named."""
    changes = Changes(
        new=new,
        updated=only_what_matters.pop("updated", ()),
        unchanged=only_what_matters.pop("unchanged", ()),
    )
    fields: dict[str, Any] = {"source_id": "posts", "now": NOW, "changes": changes}
    store.save(Save(**fields | only_what_matters))


def id_of(store: Store, native_id: str, source_id: str = "posts") -> int:
    """The number of the item with this native id."""
    return store.known(source_id, [native_id])[native_id].item_id


def output_of(store: Store, name: str) -> Output:
    """The output of this name: a category's slug, ``""`` for all, ``directory`` for what lists them."""
    return next(one for one in store.outputs() if (one.name or one.kind) == (name or "all"))


def route_all(store: Store, *output_ids: int, now: datetime = NOW) -> None:
    """Put every item that awaits routing and is to be shown into these outputs."""
    for each in store.unrouted(1000):
        memberships = tuple((output_id, "because") for output_id in output_ids) if each.shown else ()
        store.route([Route(each.item_id, memberships)], now)


def publish(store: Store, outputs: Iterable[Output] | None = None, **only_what_matters: Any) -> None:
    """Record these outputs (all of them) as written, showing every member."""
    written = []
    for output in store.outputs() if outputs is None else outputs:
        fields: dict[str, Any] = {
            "output_id": output.id,
            "generation": output.generation,
            "title": output.title,
            "updated": NOW,
            "rule_hash": "",
            "shown": tuple(entry.item_id for entry in store.entries(output, EVERYTHING)),
            "files": {},
        }
        written.append(Published(**fields | only_what_matters))
    store.published(written)
