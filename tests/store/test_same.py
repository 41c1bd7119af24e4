"""Whatever is done to them, the store on disk and the one in memory say the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.exchange import Exchange, Validators
from aggregator.model import Problem, SourceInfo, Stamp, Tag
from aggregator.polls import Outcome
from aggregator.records import Changes, NewCategory, Published, Route, Save, Window
from aggregator.store import open_store
from tests.builders import NOW, a_source, an_item
from tests.fakes import FakeStore
from tests.store.changes import a_change, a_document

if TYPE_CHECKING:
    from tests.store.conftest import Store

Step = Callable[["Store"], object]

_sources = st.sampled_from(["a", "b"])
_natives = st.sampled_from(["1", "2", "3", "4", "5\ud800"])
_numbers = st.integers(1, 6)
_outputs = st.integers(1, 4)
_some = st.sets(_numbers, max_size=4).map(lambda chosen: tuple(sorted(chosen)))
_times = st.integers(-30, 30).map(lambda hours: NOW + timedelta(hours=hours))
_names = st.sampled_from(["macro", "央行", "x"])


@st.composite
def _syncs(draw: st.DrawFn) -> Step:
    ids = draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, min_size=1))
    sources = [
        a_source(
            source_id,
            rank=rank,
            location=draw(st.sampled_from(["https://here/", "https://there/", "http://here/a"])),
            private=draw(st.booleans()),
            parse_hash=draw(st.sampled_from(["", "x"])),
            title=draw(st.sampled_from([None, "T"])),
            enabled=draw(st.booleans()),
            user_agent=draw(st.sampled_from([None, "u"])),
        )
        for rank, source_id in enumerate(ids)
    ]
    return lambda store: store.sync(sources, NOW)


_exchanges = st.builds(
    Exchange,
    st.sampled_from([200, 226, 304]),
    st.builds(Validators, st.sampled_from([None, "", '"e"']), st.sampled_from([None, "m"])),
    st.sampled_from(["", "h"]),
)
_outcomes = st.builds(
    Outcome,
    at=st.just(NOW),
    error=st.sampled_from([None, None, "e"]),
    notice=st.sampled_from([None, "n"]),
    exchange=st.none() | _exchanges,
    status=st.sampled_from([None, 200, 503]),
    next_check=st.none() | _times,
    why=_names,
    held_until=st.none() | _times,
)


@st.composite
def _saves(draw: st.DrawFn) -> Step:
    source_id = draw(_sources)
    items = {
        native_id: an_item(
            native_id,
            source_id=source_id,
            categories=tuple(draw(st.lists(_names, max_size=2))),
            tags=tuple(Tag(draw(_names)) for _ in range(draw(st.integers(0, 2)))),
            link=draw(st.sampled_from([None, "https://example.org/a"])),
        )
        for native_id in draw(st.lists(_natives, unique=True, max_size=3))
    }
    changes = [
        a_change(
            item,
            public_id=draw(st.sampled_from(["urn:x", "urn:y"])),
            spare_id=draw(st.sampled_from(["urn:x", "urn:z"])),
            published=draw(_times),
            arrived=draw(_times),
            fingerprint=draw(_names),
            returns=draw(st.booleans()),
            clean=replace(item, cleaner=draw(st.integers(1, 2))),
        )
        for item in items.values()
    ]
    save = Save(
        source_id=source_id,
        now=draw(_times),
        left=draw(_some),
        documents=tuple(
            a_document(draw(_names), draw(_natives), published=draw(_times), problems=(Problem("p", "q"),))
            for _ in range(draw(st.integers(0, 2)))
        ),
        touched=(Stamp(draw(_names), 1, 2, "3"),),
        forgotten=tuple(draw(st.sets(_names, max_size=1))),
        info=draw(st.sampled_from([None, SourceInfo("i", "I", updated=NOW), SourceInfo("i", "J")])),
        outcome=draw(st.one_of(st.none(), _outcomes)),
    )
    alias = draw(st.one_of(st.none(), st.tuples(_natives, _natives)))

    def step(store: Store) -> None:
        if not any(state.id == source_id for state in store.states()):
            return
        known = store.known(source_id, items)
        new = tuple(change for change in changes if change.raw.native_id not in known)
        updated = {known[change.raw.native_id].item_id: change for change in changes if change not in new}
        target = store.known(source_id, [alias[1]]) if alias else {}
        store.save(
            replace(
                save,
                changes=Changes(
                    new=new,
                    updated=tuple(replace(change, item_id=each) for each, change in updated.items()),
                    unchanged=save.left[:1],
                ),
                aliases=tuple((alias[0], each.item_id) for each in target.values()) if alias else (),
            )
        )

    return step


@st.composite
def _routes(draw: st.DrawFn) -> Step:
    places = draw(st.dictionaries(_numbers, st.dictionaries(_outputs, _names, max_size=3), max_size=4))
    now = draw(_times)

    def step(store: Store) -> None:
        there = {output.id for output in store.outputs()}
        store.route(
            [
                Route(item_id, tuple(each for each in place.items() if each[0] in there))
                for item_id, place in places.items()
            ],
            now,
        )

    return step


@st.composite
def _publishings(draw: st.DrawFn) -> Step:
    chosen, shown, updated = draw(st.sets(_outputs)), draw(_some), draw(st.one_of(st.none(), _times))
    title, path, late = draw(_names), draw(_names), draw(st.booleans())

    def step(store: Store) -> None:
        written = [
            Published(
                output_id=output.id,
                generation=output.generation - late,
                title=title,
                updated=updated,
                rule_hash=path,
                shown=shown,
                files={f"{path}{output.id}": ("0a", 1)},
            )
            for output in store.outputs()
            if output.id in chosen
        ]
        store.published(written)

    return step


def _add_category(name: str) -> Step:
    def step(store: Store) -> None:
        registry = store.registry()
        if name not in registry.names:
            slug = f"slug{len(registry.slugs)}"
            store.add_categories([NewCategory(name=name, slug=slug, atom_id=f"urn:{slug}")], NOW)

    return step


def _rename(name: str) -> Step:
    def step(store: Store) -> None:
        registry = store.registry()
        if name in registry.names:
            slug = f"slug{len(registry.slugs)}"
            store.rename_category(registry.names[name], slug, slug)

    return step


_steps = st.one_of(
    _syncs(),
    _saves(),
    _saves(),
    _routes(),
    _publishings(),
    _names.map(_add_category),
    _names.map(_rename),
    st.tuples(st.sampled_from(["all", "directory"]), _times).map(
        lambda one: lambda store: store.ensure_output(one[0], "", f"urn:{one[0]}", one[1])
    ),
    _names.map(lambda rules: lambda store: store.use_rules(rules)),
    st.tuples(_numbers, st.booleans()).map(lambda one: lambda store: store.set_hidden(*one)),
    st.dictionaries(_outputs, _names).map(lambda titles: lambda store: store.retitle(titles)),
    st.sets(_outputs).map(lambda chosen: lambda store: store.outdate(chosen)),
    st.tuples(st.sets(_sources), _times).map(lambda one: lambda store: store.lease(*one, "being read")),
    _sources.map(lambda source_id: lambda store: store.reset(source_id)),
    st.just(
        lambda store: store.recleaned([(n, replace(i, cleaner=3)) for n, i, _ in store.stale(1, 9)], NOW)
    ),
)


def _view(store: Store) -> dict[str, Any]:
    outputs = store.outputs()
    return {
        "states": list(store.states()),
        "outputs": [replace(output, generation=min(output.generation, 1)) for output in outputs],
        "registry": store.registry(),
        "files": dict(store.files()),
        "pending": list(store.pending_names()),
        "unrouted": list(store.unrouted(99)),
        "items": list(store.items(limit=99)),
        "of b": list(store.items(source_id="b", category="slug0")),
        "found": [list(store.find(needle)) for needle in ("1", "5\ud800", "macro", "https://example.org/a")],
        "stale": sorted(store.stale(1, 99), key=lambda each: each[0]),
        "known": [dict(store.known(each, ["1", "2", "5\ud800"])) for each in "abc"],
        "bookmarks": [
            (dict(mark.documents), mark.validators, mark.body_hash) for mark in map(store.bookmark, "abc")
        ],
        "links": [dict(store.by_link(each, ["https://example.org/a"])) for each in "abc"],
        "entries": [list(store.entries(one, Window(2, 7200, 3))) for one in outputs],
        "tags": [list(store.common_tags(one)) for one in outputs],
        "problems": [list(store.problems(each)) for each in "abc"],
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_steps, min_size=5, max_size=25))
def test_both_stores_say_the_same_after_any_steps(steps: list[Step]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "aggregator.db", clock=lambda: NOW) as real,
    ):
        fake = FakeStore()
        for store in (real, fake):
            store.sync(
                [a_source("a", location="https://here/"), a_source("b", location="https://there/", rank=1)],
                NOW,
            )
            store.ensure_output("all", "", "urn:all", NOW)
        for step in steps:
            for store in (real, fake):
                step(store)

        told = _view(fake)
        for part, said in _view(real).items():
            assert said == told[part], part
