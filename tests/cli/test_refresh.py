from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tests.cli.conftest import CONFIGURATION, Site

TWO = {"a.md": "202201122245264451", "b.md": "202206132410063351"}


def two_posts(site: Site) -> None:
    for name, code in TWO.items():
        site.write_post(name, code)


def test_refresh_writes_the_feeds_and_says_where(site: Site) -> None:
    two_posts(site)

    ran = site.run("refresh")

    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.splitlines() == [
        "posts: 2 new",
        "new category: 宏观",
        f"wrote {len(site.files()) - 1} files (2 Atom feeds) in feeds",
        "1 category feed: feeds/category/   everything: feeds/all.xml",
        "next: open feeds/index.html, or edit config/aggregator.yaml and run `aggregator refresh` again",
    ]
    assert {"all.xml", "category/macro.xml", "category/macro.json", "index.html"} <= site.files().keys()


def test_a_second_refresh_writes_nothing_and_says_so(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    before = {path: path.stat().st_mtime_ns for path in (site.root / "feeds").rglob("*")}

    ran = site.run("refresh")

    assert ran.out.splitlines() == [
        "posts: nothing new",
        "nothing to write: every output is as it should be",
    ]
    assert {path: path.stat().st_mtime_ns for path in (site.root / "feeds").rglob("*")} == before


def test_the_report_for_programs(site: Site) -> None:
    two_posts(site)
    site.write_post("broken.md", "202206132410063352", title='half "quoted" title', date="")

    report = site.run("refresh", "--json").json
    again = site.run("refresh", "--json").json

    (source,) = report["sources"]
    assert report["version"] == 1
    assert report["totals"] == {"sources": 1, "new": 3, "updated": 0, "removed": 0, "failed": 0}
    assert (source["id"], source["state"], source["status"]) == ("posts", "first-read", None)
    assert (source["error"], source["next_check"]) == (None, None)
    assert source["seconds"] >= 0
    assert report["written"] == sorted(report["written"])
    assert "category/macro.xml" in report["written"]
    assert all(problem["where"].startswith("seeds/broken.md:") for problem in source["problems"])
    assert source["problems"]
    assert again["sources"][0]["state"] == "unchanged"
    assert again["written"] == []


def test_an_edit_a_move_and_a_deletion(site: Site) -> None:
    two_posts(site)
    site.write_post("c.md", "202206132410063359")
    site.run("refresh")
    site.write_post("a.md", TWO["a.md"], body="Edited.")
    (site.root / "seeds" / "sub").mkdir()
    (site.root / "seeds" / "b.md").rename(site.root / "seeds" / "sub" / "renamed.md")
    (site.root / "seeds" / "c.md").unlink()

    report = site.run("refresh", "--json").json

    assert report["totals"] == {"sources": 1, "new": 0, "updated": 1, "removed": 1, "failed": 0}


def test_a_dry_run_tells_and_changes_nothing(site: Site) -> None:
    two_posts(site)

    ran = site.run("refresh", "--dry-run")

    assert ran.out.splitlines() == ["posts: 2 new", "dry run: nothing was kept or written"]
    assert not (site.root / "feeds").exists()
    assert not (site.root / "var").exists()


def test_a_dry_run_beside_a_store_counts_what_would_change(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    before = site.files()
    site.write_post("c.md", "202206132410063359")

    assert site.run("refresh", "--dry-run").out.startswith("posts: 1 new\n")
    assert site.files() == before
    assert site.run("refresh", "--json").json["totals"]["new"] == 1


def test_only_the_named_source_is_read(site: Site) -> None:
    site.configure(
        "sources:\n  - {id: posts, type: jekyll, path: seeds}\n  - {id: others, type: jekyll, path: others}\n"
    )
    (site.root / "others").mkdir()

    assert [s["id"] for s in site.run("refresh", "others", "--json").json["sources"]] == ["others"]
    unknown = site.run("refresh", "othes")
    assert unknown.code == 2
    assert "no source 'othes' in config/aggregator.yaml (did you mean others?)" in unknown.err


def test_a_source_that_is_switched_off_is_not_read_and_keeps_its_items(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    site.configure(CONFIGURATION.replace("path: seeds", "path: seeds, enabled: false"))
    site.write_post("c.md", "202206132410063359")

    report = site.run("refresh", "--json").json

    assert report["sources"][0]["state"] == "paused"
    assert report["totals"]["new"] == 0
    assert site.run("list", "items", "--json").json["items"]


def test_a_source_removed_takes_its_items_out_and_they_return_with_it(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    shown = site.files()["category/macro.xml"]
    (site.root / "others").mkdir()
    site.configure("sources: [{id: others, type: jekyll, path: others}]\n")
    site.run("refresh")
    without = site.files()["category/macro.xml"]
    site.configure(CONFIGURATION)
    report = site.run("refresh", "--json").json

    assert b"<entry>" not in without
    assert report["totals"]["new"] == 0
    assert site.files()["category/macro.xml"].count(b"<entry>") == shown.count(b"<entry>") == 2


def test_a_source_renamed_keeps_history_and_ids(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    ids = [item["id"] for item in site.run("list", "items", "--json").json["items"]]
    site.configure(CONFIGURATION.replace("id: posts", "id: press"))

    report = site.run("refresh", "--json").json

    assert report["totals"]["new"] == report["totals"]["removed"] == 0
    assert [item["id"] for item in site.run("list", "items", "--json").json["items"]] == ids


def test_what_vanishes_at_once_is_held_until_told(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    for name in TWO:
        (site.root / "seeds" / name).unlink()

    held = site.run("refresh")
    accepted = site.run("refresh", "--accept-removals", "--json").json

    assert "2 of 2 items vanished at once" in held.err
    assert accepted["totals"]["removed"] == 2


def test_a_missing_folder_is_told_and_removes_nothing(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    (site.root / "seeds").rename(site.root / "elsewhere")

    ran = site.run("refresh")

    assert ran.code == 0
    assert "seeds: not there; nothing was removed" in ran.err
    assert site.run("status", "--json").json["totals"]["items"] == 2


def test_repairs_are_told_with_file_and_line(site: Site) -> None:
    for number in range(7):
        site.write_post(f"{number}.md", f"20220112224526445{number}", date="")

    few, every = site.run("refresh"), None
    for number in range(7):
        site.write_post(f"{number}.md", f"20220112224526445{number}", date=" ")
    every = site.run("-v", "refresh")

    assert "  … and 2 more; -v shows all" in few.err.splitlines()
    assert "  seeds/6.md:4: " in every.err


def test_quiet_tells_problems_only(site: Site) -> None:
    two_posts(site)

    ran = site.run("-q", "refresh")

    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_options_are_understood_after_the_command_too(site: Site, tmp_path: Path) -> None:
    two_posts(site)
    os.chdir(tmp_path)

    assert site.run("refresh", "-q", "-c", "site/config/aggregator.yaml").out == ""
    assert site.files()


def test_without_configuration_it_says_how_to_make_one(site: Site, tmp_path: Path) -> None:
    os.chdir(tmp_path)

    ran = site.run("refresh")

    assert ran.code == 78
    assert "aggregator init" in ran.err


def test_a_wrong_configuration_is_exit_78_with_every_place(site: Site) -> None:
    site.configure("sources:\n  - {id: posts, type: jekyl, path: seeds, colour: red}\nsitee: {}\n")

    ran = site.run("refresh")

    assert ran.code == 78
    assert len(ran.err.splitlines()) == 3
    assert "config/aggregator.yaml:2:" in ran.err


def test_a_missing_store_beside_outputs_is_refused_with_the_ways_out(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    before = site.files()
    for path in (site.root / "var").iterdir():
        path.unlink()

    refused = site.run("refresh")
    anew = site.run("refresh", "--new-store")

    assert refused.code == 1
    assert "db restore FILE" in refused.err
    assert "--new-store" in refused.err
    assert anew.code == 0
    assert site.files() == before


def test_another_sites_output_folder_is_refused(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    (site.root / "var").rename(site.root / "var-first")
    (site.root / "feeds").rename(site.root / "feeds-first")
    site.run("refresh")
    (site.root / "feeds").rename(site.root / "feeds-second")
    (site.root / "feeds-first").rename(site.root / "feeds")

    ran = site.run("refresh")

    assert ran.code == 1
    assert "another site" in ran.err


def test_a_damaged_store_is_told_and_no_traceback(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    store = site.root / "var" / "aggregator.db"
    store.write_bytes(b"not a database, but long enough to look at" * 100)

    ran = site.run("refresh")

    assert ran.code == 1
    assert "aggregator.db" in ran.err
    assert "Traceback" not in ran.err


def test_a_store_of_a_newer_version_is_refused(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    connection = sqlite3.connect(site.root / "var" / "aggregator.db")
    connection.execute("pragma user_version = 999")
    connection.close()

    ran = site.run("refresh")

    assert ran.code == 1
    assert "newer" in ran.err


def test_an_output_that_cannot_be_written_is_told_and_the_others_go_on(site: Site) -> None:
    two_posts(site)
    site.write_post("c.md", "202206132410063359", category="stocks")
    site.run("refresh")
    path = site.root / "feeds" / "category" / "macro.xml"
    path.unlink()
    path.mkdir()
    (path / "in the way").write_text("")
    site.write_post("a.md", TWO["a.md"], body="Edited.")

    ran = site.run("refresh")

    assert ran.code == 1
    assert "macro.xml" in ran.err
    assert b"Edited." in site.files()["all.xml"]


def test_a_changed_setting_rewrites_outputs(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    site.configure(CONFIGURATION.replace("Test site", "Renamed site"))

    report = site.run("refresh", "--json").json

    assert "all.xml" in report["written"]
    assert report["totals"]["updated"] == 0


def test_failing_sources_decide_the_exit_code_as_asked(site: Site) -> None:
    site.configure("sources:\n  - {id: a, type: jekyll, path: config/aggregator.yaml}\n")
    two_posts(site)

    assert site.run("refresh").code in (0, 1)
    assert site.run("refresh", "--fail-on", "never").code == 0


def test_control_characters_never_reach_the_terminal(site: Site) -> None:
    site.write_post("a.md", category="evil\x1b[31m", tag="\x1b]0;title\x07evil")

    ran = site.run("refresh", "-v")

    assert "\x1b" not in ran.out + ran.err
    assert "\x07" not in ran.out + ran.err


TWO_SOURCES = """\
site: {url: "https://feeds.example/"}
sources:
  - {id: posts, type: jekyll, path: seeds}
  - {id: lost, type: jekyll, path: lost}
"""


def test_a_source_that_fails_decides_the_exit_code_as_asked(site: Site) -> None:
    site.configure(TWO_SOURCES)

    default, strict, never = (
        site.run("refresh", *options).code for options in ((), ("--fail-on", "any"), ("--fail-on", "never"))
    )
    states = {each["id"]: each["state"] for each in site.run("refresh", "--json").json["sources"]}

    assert (default, strict, never) == (0, 1, 0)
    assert states == {"posts": "unchanged", "lost": "failed"}
    assert "there is no such folder" in site.run("status", "--failing").out


def test_the_only_source_that_fails_is_a_failure(site: Site) -> None:
    (site.root / "seeds").rmdir()

    ran = site.run("refresh", "--json")

    assert ran.code == 1
    assert ran.json["sources"][0]["error"] == "seeds: there is no such folder"
    assert ran.json["totals"]["failed"] == 1


def test_force_reads_what_looks_unchanged(site: Site) -> None:
    path = site.write_post("a.md", TWO["a.md"], body="one")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    site.run("refresh")
    site.write_post("a.md", TWO["a.md"], body="two")
    os.utime(path, (1_600_000_000, 1_600_000_000))

    usual = site.run("refresh", "--json").json["totals"]["updated"]
    forced = site.run("refresh", "--force", "--json").json["totals"]["updated"]

    assert (usual, forced) == (0, 1)


def test_what_a_dry_run_says_of_the_store_is_about_the_store(site: Site) -> None:
    two_posts(site)
    site.run("refresh")
    site.configure(CONFIGURATION + "store: var/other.db\noutput: {dir: others}\n")
    site.run("refresh")
    site.configure(CONFIGURATION + "store: var/other.db\n")

    ran = site.run("refresh", "--dry-run")

    assert ran.code == 1
    assert ran.err.startswith(f"aggregator: {site.root / 'var' / 'other.db'}: belongs to another site")


def test_a_chinese_site_names_what_belongs_nowhere_in_its_language(site: Site) -> None:
    site.configure(CONFIGURATION.replace("site: {", "site: {language: zh-CN, "))
    site.write_post(category="''")

    assert site.run("refresh").code == 0

    assert 'term="uncategorized" scheme="https://feeds.example/category/" label="未分类"' in (
        site.files()["category/uncategorized.xml"].decode()
    )
    assert "未分类" in site.run("list", "categories").out
