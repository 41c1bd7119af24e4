"""Tell the way of one item: where it was read, what it is, which rules met it, and where it is shown.

It asks the same pure decisions that routing asks, so that what it says is what happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator import filters
from aggregator.categories import Matcher
from aggregator.dates import rfc3339, to_the_second
from aggregator.records import MOST_REVISIONS
from aggregator.values import dataclass

if TYPE_CHECKING:
    from aggregator.model import Item
    from aggregator.records import ItemRecord
    from aggregator.rules import Filter, Rules


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story: what it is about, and what there is to say."""

    about: str
    what: str


def explain(record: ItemRecord, rules: Rules) -> tuple[Step, ...]:
    """The item's way, in the order in which it went it."""
    return (
        *_reading(record),
        *_identity(record),
        *_times(record),
        *_cleaning(record),
        *_membership(record, rules),
        *_outputs(record),
    )


def _reading(record: ItemRecord) -> list[Step]:
    source = record.source.title or record.raw.source_id
    steps = [Step("source", f"{record.raw.source_id} ({source})")]
    if not record.source_active:
        steps.append(Step("source", "is not configured any more: its items are in no output"))
    for name, problems in record.documents:
        steps.append(Step("read from", name))
        steps += [Step("repaired", str(problem)) for problem in problems]
    if not record.documents and record.source.feed_url:
        steps.append(Step("read from", record.source.feed_url))
    return steps


def _identity(record: ItemRecord) -> list[Step]:
    item = record.clean
    steps = [
        Step("title", item.title.value),
        Step("id", record.public_id),
        Step("known by", record.raw.native_id),
    ]
    steps += [Step("known by", f"{alias} (before or besides)") for alias in record.aliases]
    if item.link:
        steps.append(Step("original", item.link))
    if item.origin:
        steps.append(Step("origin", item.origin))
    return steps


def _times(record: ItemRecord) -> list[Step]:
    claimed = record.raw.published
    steps = [Step("published", rfc3339(record.published))]
    if claimed is not None and claimed != record.published:
        steps.append(Step("published", f"its source claims {rfc3339(claimed)}, which was not yet then"))
    steps += [
        Step("updated", f"{rfc3339(record.updated)} (revision {record.revision}{_folded(record)})"),
        Step("first seen", to_the_second(record.first_seen)),
        Step("last seen", to_the_second(record.last_seen)),
    ]
    return steps


def _folded(record: ItemRecord) -> str:
    if not record.folded:
        return ""
    return f"; {record.folded} earlier ones are not kept: the newest {MOST_REVISIONS} are, and one a day"


def _cleaning(record: ItemRecord) -> list[Step]:
    raw, clean = record.raw, record.clean
    changed = [
        name
        for name, before, after in (
            ("title", raw.title.value, clean.title.value),
            ("link", raw.link, clean.link),
            ("content", raw.content.value, clean.content.value),
            ("summary", raw.summary.value, clean.summary.value),
        )
        if before != after
    ]
    return [Step("cleaned", ", ".join(changed))] if changed else []


def _membership(record: ItemRecord, rules: Rules) -> list[Step]:
    item, source_id = record.clean, record.raw.source_id
    if record.hidden:
        return [Step("hidden", "by `aggregator item hide`: it is in no output")]
    if not record.live:
        return [Step("left", "its source no longer has it: it is stored, but in no output")]
    matcher = Matcher(rules)
    steps: list[Step] = []
    for level, chain in (
        ("every output", rules.filters),
        ("every output", rules.source_filters.get(source_id, ())),
    ):
        if (rule := filters.verdict(item, chain)) is not None:
            steps.append(_filtered(level, rule))
    for name, why in matcher.memberships(item, source_id):
        steps.append(Step("category", f"{name}: {why}"))
        declared = matcher.declared(name)
        if declared is not None and (rule := filters.verdict(item, declared.filters)) is not None:
            steps.append(_filtered(f"category {name}", rule))
    return steps


def _filtered(where: str, rule: Filter) -> Step:
    did = "matches the drop rule" if rule.action == "drop" else "does not match the keep rule"
    return Step("filtered", f"kept out of {where}: it {did} at {rule.where}")


def _outputs(record: ItemRecord) -> list[Step]:
    shown = [
        Step("in output", "all.xml" if kind == "all" else f"category/{name}.xml")
        for kind, name, _ in record.memberships
        if kind in ("all", "category")
    ]
    return shown or [Step("in output", "none")]


def summary(item: Item) -> str:
    """One line for a list of several items."""
    return f"{item.title.value} ({item.link or item.native_id})"
