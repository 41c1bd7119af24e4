"""A damaged file ends in one clear error, whatever is damaged, and never in anything else."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.records import Changes, ItemChange, Save, Window
from aggregator.store import open_store
from tests.builders import NOW, a_source, an_item

ROUNDS = 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "store.db"
    with open_store(path) as store:
        store.sync([a_source()], NOW)
        changes = [
            ItemChange(
                raw=item,
                clean=item,
                fingerprint=str(number),
                content_key="",
                public_id=f"urn:example:{number}",
                spare_id=f"urn:example:spare:{number}",
                published=NOW,
                updated=NOW,
                first_seen=NOW,
                arrived=NOW,
            )
            for number in range(20)
            for item in [an_item(str(number), content="<p>正文</p>" * 40, published=NOW)]
        ]
        store.save(Save(source_id="posts", now=NOW, changes=Changes(new=tuple(changes))))
        store.ensure_output("all", "", "urn:example:all", NOW)
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_damage_is_told_and_raises_nothing_else(tmp_path: Path, sound: bytes, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    damaged = bytearray(sound)
    for _ in range(rng.choice([1, 8, 64, 512])):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    path = tmp_path / "store.db"
    path.write_bytes(bytes(damaged))

    said = read_everything(path)

    assert said is None or (str(path) in said and "\n" not in said)


@pytest.mark.parametrize(
    "damage",
    [
        "update sources set id = id + 99",
        "update items set revision = revision + 1",
        "delete from revisions where item_id = 3",
    ],
)
def test_a_row_that_others_name_and_that_is_not_there_is_damage(
    tmp_path: Path, sound: bytes, damage: str
) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(sound)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(damage)

    with open_store(path) as store, pytest.raises(StoreError, match="is damaged"):
        store.items(limit=50)


def test_a_store_without_its_feed_of_everything_is_damaged(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(sound)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("delete from outputs where kind = 'all'")

    with open_store(path) as store, pytest.raises(StoreError, match="is damaged"):
        store.everything()


@pytest.mark.parametrize("column", ["wishes", "recent"])
def test_a_value_without_bottom_is_damage(tmp_path: Path, sound: bytes, column: str) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(sound)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"update sources set {column} = ?", ("[" * 100_000,))  # noqa: S608 - one of two

    assert "is damaged" in (read_everything(path) or "")


def read_everything(path: Path) -> str | None:
    """What the store says of its damage, if it notices; nothing but a StoreError gets out of it."""
    try:
        with open_store(path) as store:
            store.states()
            store.items(limit=50)
            store.bookmark("posts")
            store.known("posts", ["1", "2"])
            store.unrouted(100)
            for output in store.outputs():
                store.entries(output, Window(50, 3600, 500))
            store.stale(999, 100)
    except StoreError as error:
        return str(error)
    return None
