"""The sites of ``benchmarks/scale.py``, and the steps of ``benchmarks/micro.py``."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from aggregator.store import open_store
from benchmarks import micro
from benchmarks.manyitems import TOGETHER, configure, fill
from tests.cli.conftest import Site, site

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["site"]


def test_a_site_that_is_filled_has_its_items_and_nothing_that_is_due(site: Site) -> None:
    urls = [f"http://127.0.0.1:9/{number}.xml" for number in range(2)]
    configuration = configure(site.root / "config", urls, categories=2)
    count = 2 * TOGETHER + 6

    some = fill(configuration, count)

    report = site.run("refresh", "--json").json
    status = site.run("status", "--json").json
    explained = site.run("explain", some, "--json").json
    assert {source["state"] for source in report["sources"]} == {"not-due"}
    assert {"all.xml", "category/c0.xml", "category/c1.html"} <= set(report["written"])
    assert [source["items"] for source in status["sources"]] == [count // 2, count // 2]
    assert len(explained["items"]) == 1


def test_every_step_that_is_measured_can_be_done_again_and_again(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db", clock=lambda: micro.NOW) as store:
        store.sync([micro.SOURCE], micro.NOW)

        spreads = {
            step.name: micro.measured(step, 1)
            for step in chain(micro.parsing(), micro.cleaning(), micro.rendering(), micro.storing(store))
        }

    assert all(spread.lowest > 0 for spread in spreads.values())
    assert len(spreads) == 12
