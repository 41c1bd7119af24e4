"""What the server knows of a site."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from aggregator.app import App
from aggregator.app.serving import Serving, Snapshot, former_slugs, max_age
from aggregator.config.settings import ScheduleSettings
from aggregator.records import Output
from tests.builders import NOW
from tests.cli.conftest import Site, site

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["site"]


@pytest.mark.parametrize(
    ("interval", "seconds"), [(60.0, 60.0), (900.0, 90.0), (3600.0, 360.0), (86_400.0, 900.0)]
)
def test_an_answer_is_good_for_a_tenth_of_the_interval(interval: float, seconds: float) -> None:
    schedule = ScheduleSettings(
        interval=interval, min=60.0, max=86_400.0, adaptive=True, jitter=0.1, watch="auto"
    )

    assert max_age(schedule) == seconds


def a_serving(site: Site, **moved: str) -> Serving:
    serving = Serving(App.open(site.root / "config" / "aggregator.yaml", {}, {}))
    serving.snapshot = Snapshot(moved=moved)
    return serving


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("category/old.xml", "category/new.xml"),
        ("category/old.json", "category/new.json"),
        ("category/old.html", "category/new.html"),
        ("category/old/2022-06.html", "category/new/2022-06.html"),
        ("category/new.xml", None),
        ("category/older.xml", None),
        ("category/old", None),
        ("category/other/old.xml", None),
        ("item/old.xml", None),
        ("old.xml", None),
    ],
)
def test_whatever_a_category_had_moved_with_its_slug(site: Site, path: str, new: str | None) -> None:
    assert a_serving(site, old="new").moved(path) == new


def test_a_slug_with_a_dot_is_one_slug(site: Site) -> None:
    assert a_serving(site, **{"v1.0": "v2"}).moved("category/v1.0.xml") == "category/v2.xml"


def test_former_slugs_lead_to_the_present_one() -> None:
    outputs = [
        Output(id=1, kind="all", name="", atom_id="urn:all", created=NOW),
        Output(id=2, kind="category", name="c", atom_id="urn:c", created=NOW, former=("a", "b")),
        Output(id=3, kind="category", name="d", atom_id="urn:d", created=NOW),
    ]

    assert former_slugs(outputs) == {"a": "c", "b": "c"}


def test_the_store_is_looked_at_only_when_it_changed(site: Site) -> None:
    site.write_post()
    site.run("refresh")
    serving = a_serving(site)

    serving.look()
    first = serving.snapshot
    serving.look()
    assert serving.snapshot is first

    site.write_post("b.md", "202206132410063351")
    site.run("refresh")
    serving.look()
    assert serving.metrics().count("aggregator_items 2\n") == 1


def test_what_stands_in_the_log_of_a_linked_store_alone_is_seen(site: Site, tmp_path: Path) -> None:
    site.write_post()
    site.run("refresh")
    store, real = site.root / "var" / "aggregator.db", tmp_path / "elsewhere.db"
    store.rename(real)
    store.symlink_to(real)
    serving = a_serving(site)
    serving.look()
    before = serving.snapshot

    with closing(sqlite3.connect(real)) as raw:
        raw.execute("pragma wal_autocheckpoint = 0")
        raw.execute("update sources set title = 'another'")
        raw.commit()
        serving.look()

    assert serving.snapshot is not before


def test_a_store_that_is_well_again_is_told_so(site: Site) -> None:
    site.write_post()
    site.run("refresh")
    store = site.root / "var" / "aggregator.db"
    whole = store.read_bytes()
    serving = a_serving(site)

    store.write_bytes(b"nonsense" * 1000)
    serving.look()
    assert not serving.healthy()[0]
    assert "aggregator_up 0\n" in serving.metrics()

    store.write_bytes(whole)
    serving.look()
    assert serving.healthy()[0]


def test_an_output_folder_that_is_gone_is_not_well(site: Site) -> None:
    assert a_serving(site).healthy() == (False, "failing: the output folder is not there")


def test_whose_sources_may_be_named_follows_the_configuration(site: Site) -> None:
    site.write_post()
    site.run("refresh")
    serving = a_serving(site)
    serving.look()
    assert 'source="posts"' in serving.metrics()

    path = site.root / "config" / "aggregator.yaml"
    path.write_text(path.read_text().replace("type: jekyll", "type: jekyll, private: true"))
    serving.use(App.open(path, {}, {}))
    serving.look()

    assert 'source="posts"' not in serving.metrics()


def test_whose_sources_may_be_named_follows_the_store_where_others_refresh_it(site: Site) -> None:
    site.write_post()
    site.run("refresh")
    serving = a_serving(site)
    serving.look()

    path = site.root / "config" / "aggregator.yaml"
    text = path.read_text().replace("type: jekyll", "type: jekyll, private: true")
    (site.root / "more").mkdir()
    path.write_text(f"{text}  - {{id: more, type: jekyll, path: more}}\n")
    site.run("refresh")
    serving.look()

    assert 'source="posts"' not in serving.metrics()
    assert 'source="more"' in serving.metrics()
