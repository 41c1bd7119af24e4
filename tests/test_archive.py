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


def test_one_new_post_rewrites_only_what_it_appears_on(site: Site) -> None:
    site.configure(
        'site: {url: "https://feeds.example/", timezone: Asia/Shanghai}\n'
        "sources: [{id: posts, type: jekyll, path: seeds}]\n"
        "output: {entries: 2, window: 1h, item_pages: true}\n"
    )
    archive.write(site.root / "seeds", 10 * len(archive.KINDS), categories=30)
    everything = site.run("refresh", "--json").json["written"]
    site.write_post("new.md", category="zhuanlan7", date="2026-02-03 12:00:00 +0800")

    written = site.run("refresh", "--json").json["written"]

    (item,) = [path for path in written if path.startswith("item/")]
    assert len(everything) > 30 * len(written)
    assert written == sorted(
        [
            "all.json",
            "all.xml",
            "category/zhuanlan7.html",
            "category/zhuanlan7.json",
            "category/zhuanlan7.xml",
            "category/zhuanlan7/2026-02.html",
            "index.html",
            item,
        ]
    )
    assert site.run("generate", "--check").code == 0
