from __future__ import annotations

from benchmarks import archive
from tests.cli.conftest import Site, site

__all__ = ["site"]


def test_an_archive_of_every_dialect_and_breakage_loses_no_post(site: Site) -> None:
    count = 10 * len(archive.KINDS)
    written = archive.write(site.root / "seeds", count, categories=30)

    report = site.run("refresh", "--json").json
    again = site.run("refresh", "--json").json
    items = site.run("list", "items", "--limit", "1000", "--json").json["items"]

    assert report["totals"]["new"] == count
    assert again["totals"] == {"sources": 1, "new": 0, "updated": 0, "removed": 0, "failed": 0}
    assert {item["url"][-len(post.code) :] for item in items for post in [written[0]]} == {
        p.code for p in written
    }
    assert all(item["title"] and item["origin"] in ("样例日报", None) for item in items)
    assert (
        len([path for path in report["written"] if path.startswith("category/") and path.endswith(".xml")])
        == 30
    )
