"""A store that is lost is made anew from posts and feeds, and subscribers notice nothing."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.cli.conftest import Ran, Site
    from tests.cli.loopback import Server

FEED = """\
<rss version="2.0"><channel><title>Of the web</title><link>http://a.example/</link>
<item><title>One</title><link>http://a.example/1</link><guid>http://a.example/1</guid>
<description>&lt;p&gt;What one says.&lt;/p&gt;</description><category>economy</category>
<enclosure url="http://a.example/1.mp3" type="audio/mpeg" length="12"/>
<pubDate>Sun, 15 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>Two &amp;amp; more</title><guid isPermaLink="false">opaque 2</guid>
<pubDate>Sat, 14 Nov 2026 10:00:00 +0800</pubDate><author>ann@a.example (Ann)</author></item>
<item><title>Undated</title><link>http://a.example/3</link><description>Text of three.</description></item>
<item><title>Taken down, too</title><link>http://a.example/hide</link><guid>HIDE</guid>
<pubDate>Fri, 13 Nov 2026 09:00:00 GMT</pubDate></item>
<item><title>Of elsewhere</title><link>http://a.example/4</link><guid>tag:a.example,2026:4</guid>
<description>&lt;p&gt;Taken over.&lt;/p&gt;&lt;p&gt;（文章来源：别处）&lt;/p&gt;</description>
<pubDate>Fri, 13 Nov 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""
NOTHING_TO_HIDE = re.sub("<item><title>Taken down, too.*?</item>", "", FEED, flags=re.DOTALL)
OTHER = (
    NOTHING_TO_HIDE.replace("Of the web", "Another")
    .replace("Two", "Deux")
    .replace("/4", "/5")
    .replace(":4", ":5")
)
LISTED = (
    NOTHING_TO_HIDE.replace("Of the web", "Listed")
    .replace("a.example", "listed.example")
    .replace("opaque", "dim")
)
CONFIGURATION = """\
site: {title: Test site, url: "https://feeds.example/", timezone: Asia/Shanghai}
fetch: {allow_private: [127.0.0.1], host_delay: 0s, per_host: 4}
output: {pages: true}
categories:
  - {slug: world, title: World, was: [abroad]}
sources:
  - {id: posts, type: jekyll, path: seeds}
  - {id: web, type: feed, url: "URL/feed.xml", category: world}
  - {id: secret, type: feed, url: "URL/other.xml", category: hidden things, private: true}
  - {id: paused, type: feed, url: "URL/paused.xml"}
  - {id: lists, type: opml, url: "URL/list.opml"}
"""
LIST = """<opml version="2.0"><body>
<outline text="Folder"><outline xmlUrl="URL/listed.xml"/></outline></body></opml>"""


@pytest.fixture
def filled(site: Site, server: Server) -> Site:
    """A site of every kind of source, with a category that was renamed, an edited post and a hidden one."""
    server.pages |= {
        "/feed.xml": FEED,
        "/other.xml": OTHER,
        "/paused.xml": "<rss version='2.0'><channel><title>Paused</title></channel></rss>",
        "/listed.xml": LISTED,
        "/list.opml": LIST.replace("URL", server.url),
    }
    text = CONFIGURATION.replace("URL", server.url)
    site.write_post("2022-01-12-a.md", title="About GDP")
    site.write_post("2022-01-13-b.md", "202201132245264452", category="宏观经济", tag="宏观")
    site.write_post("2022-01-14-c.md", "202201142245264453", title="Taken down", category="宏观经济")
    (site.root / "seeds" / "2022-01-15-named.md").write_text("---\ntitle: Named by its file\n---\nBody.\n")
    site.configure(text.replace("{slug: world, title: World, was: [abroad]}", "{slug: abroad}").replace(
        "category: world", "category: abroad"
    ))  # fmt: skip
    assert site.run("refresh").code == 0
    site.configure(text)
    site.write_post("2022-01-12-a.md", title="About GDP", body="Edited.")
    assert site.run("refresh", "posts").code == 0
    assert site.run("item", "hide", "seeds/2022-01-14-c.md").code == 0
    assert site.run("item", "hide", "http://a.example/hide").code == 0
    assert site.run("source", "pause", "paused").code == 0
    return site


def feeds(site: Site) -> Mapping[str, bytes]:
    return {
        name: body
        for name, body in site.files().items()
        if name.endswith((".xml", ".json", ".opml")) and name != "health.json"
    }


def lose(store: Path, how: str) -> None:
    """Damage a store; ``within``: every page can still be read."""
    if how == "gone":
        store.unlink()
        return
    with closing(sqlite3.connect(store)) as raw, raw:
        raw.execute("delete from revisions")
    body = bytearray(store.read_bytes())
    if how == "damaged":
        body[4096 : len(body) // 2] = b"\xa5" * (len(body) // 2 - 4096)
    store.write_bytes(b"" if how == "empty" else body)


def shown(site: Site) -> list[tuple[bytes, bytes]]:
    """Ids and times of all entries, in order."""
    body = site.files()["all.xml"]
    times = re.findall(rb"<updated>(.*?)</updated>\n    <author>", body)
    return list(zip(re.findall(rb"  <entry.*?>\n    <id>(.*?)</id>", body), times, strict=True))


def sound(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.parametrize("damage", ["within", "damaged", "empty", "gone"])
def test_subscribers_do_not_notice_that_a_store_was_rebuilt(filled: Site, damage: str) -> None:
    before, entries = feeds(filled), shown(filled)
    store = filled.root / "var" / "aggregator.db"
    lose(store, damage)
    damaged = store.read_bytes() if store.exists() else b""

    rebuilt = filled.run("db", "rebuild")
    generated = filled.run("generate", "--all")
    first = feeds(filled)
    refreshed = filled.run("refresh", "--json")

    assert rebuilt.code == generated.code == refreshed.code == 0, rebuilt.err + generated.err
    assert sound(filled.run("db", "check")) == "the store is sound\n"
    if damage == "damaged":
        assert store.with_name("aggregator.db.before-rebuild").read_bytes() == damaged
    if damage == "within":  # where what was hidden can still be read
        assert first == before == feeds(filled)
    assert [each for each in shown(filled) if each in entries] == entries
    assert len(shown(filled)) == len(entries) + (0 if damage == "within" else 2)


def rebuilt(site: Site, how: str = "within") -> Ran:
    lose(site.root / "var" / "aggregator.db", how)
    return site.run("db", "rebuild")


def test_an_item_that_was_hidden_stays_so_or_the_operator_is_told(filled: Site) -> None:
    remembered = rebuilt(filled)
    filled.run("refresh")
    still_hidden = b"Taken down" not in filled.files()["all.xml"]
    totals = filled.run("status", "--json").json
    filled.run("item", "show", "http://a.example/hide")
    shown_again = filled.files()["all.xml"]
    forgotten = rebuilt(filled, "damaged")

    assert still_hidden
    assert b'<title type="text">Taken down, too' in shown_again
    assert b"<published>2026-11-13T09:00:00Z" in shown_again
    assert {each["id"]: each["state"] for each in totals["sources"]}["paused"] == "paused"
    assert "hidden" not in remembered.err
    assert "does not say any more which items were hidden" in forgotten.err


def test_an_entry_that_is_in_no_document_any_more_stays_and_one_that_changes_is_updated(
    filled: Site, server: Server
) -> None:
    ids = [name for name, _ in shown(filled)]
    rebuilt(filled)
    first = re.search("<item><title>One.*?</item>", FEED, re.DOTALL)
    assert first is not None
    server.pages["/feed.xml"] = FEED.replace(first[0], "").replace("Sat, 14 Nov", "Mon, 16 Nov")

    filled.run("refresh")

    assert {name for name, _ in shown(filled)} == set(ids)
    assert [when for _, when in shown(filled)].count(b"2026-11-16T10:00:00+08:00") == 1


def test_a_post_that_is_named_by_its_file_alone_is_known_under_another(filled: Site) -> None:
    before = shown(filled)
    (filled.root / "seeds" / "2022-01-15-named.md").rename(filled.root / "seeds" / "2022-01-15-renamed.md")

    rebuilt(filled)
    filled.run("refresh")

    assert shown(filled) == before


def named_post(site: Site, name: str) -> Path:
    path = site.root / "seeds" / f"2022-01-16-{name}.md"
    path.write_text(f"---\ntitle: Weekly\n---\nOf {name}.\n")
    return path


def test_of_two_posts_of_one_title_and_day_the_one_that_goes_by_another_name_is_known(filled: Site) -> None:
    one, _ = named_post(filled, "one"), named_post(filled, "two")
    filled.run("refresh")
    before = shown(filled)
    one.rename(one.with_name("2022-01-16-eins.md"))

    rebuilt(filled)
    filled.run("refresh")

    assert shown(filled) == before


def test_of_two_posts_that_could_be_the_one_of_a_feed_none_is_lost(filled: Site) -> None:
    one = named_post(filled, "one")
    filled.run("refresh")
    one.rename(one.with_name("2022-01-16-eins.md"))
    named_post(filled, "new")

    rebuilt(filled)
    filled.run("refresh")

    assert filled.run("list", "items").out.count("Weekly") == 2


def test_another_source_takes_nothing_of_a_rebuilt_one(filled: Site, server: Server) -> None:
    server.pages["/thief.xml"] = FEED.replace("What one says.", "What a thief says.")
    rebuilt(filled)
    text = (filled.root / "config" / "aggregator.yaml").read_text("utf-8")
    filled.configure(f"{text}  - {{id: a-thief, type: feed, url: '{server.url}/thief.xml'}}\n")

    filled.run("refresh", "a-thief")
    filled.run("refresh", "web")

    entry = re.search(rb"<id>http://a.example/1</id>.*?</entry>", filled.files()["all.xml"], re.DOTALL)
    assert entry is not None
    assert b"What one says." in entry[0]


def test_a_feed_that_is_no_whole_one_of_ours_is_told_and_left_alone(filled: Site) -> None:
    category = filled.root / "feeds" / "category"
    (category / "world.xml").write_bytes((category / "world.xml").read_bytes()[:-100])
    (category / "strange.xml").write_text(FEED)

    ran = rebuilt(filled)

    assert ran.code == 0
    assert "world.xml: is no whole feed of ours" in ran.err
    assert "strange.xml: is no whole feed of ours: another program wrote it" in ran.err
    filled.run("refresh")
    assert (category / "strange.xml").read_text() == FEED
    assert len(shown(filled)) == len(set(shown(filled))) == 15


@pytest.mark.parametrize("forms", [["xml"], ["xml", "json"], ["xml", "json", "html"]])
@pytest.mark.parametrize("how", ["within", "gone"])
def test_a_copy_that_somebody_made_is_told_and_left_alone_and_a_former_slug_stays_one(
    filled: Site, how: str, forms: list[str]
) -> None:
    category, configuration = filled.root / "feeds" / "category", filled.root / "config" / "aggregator.yaml"
    filled.configure(configuration.read_text("utf-8").replace(", was: [abroad]", ""))
    for form in forms:
        shutil.copy(category / f"world.{form}", category / f"world-copy.{form}")
    before = {path: path.read_bytes() for path in category.glob("world-copy.*")}

    ran = rebuilt(filled, how)
    generated = filled.run("generate", "--all", "--prune")

    assert (ran.code, generated.code) == (0, 0), ran.err + generated.err
    told = "world-copy.xml: is a copy of category/world.xml, not of ours; it is left alone"
    assert [line.partition("category/")[2] for line in ran.err.splitlines() if "copy" in line] == [told]
    assert {path: path.read_bytes() for path in category.glob("world-copy.*")} == before
    with closing(sqlite3.connect(filled.root / "var" / "aggregator.db")) as raw:
        assert raw.execute("select slug from slugs where current = 0").fetchall() == [("abroad",)]
    assert (category / "abroad.xml").read_bytes() == (category / "world.xml").read_bytes()


def test_feeds_without_a_manifest_stay_ours(filled: Site) -> None:
    before = feeds(filled)
    (filled.root / "feeds" / ".aggregator.json").unlink()

    ran = rebuilt(filled, "gone")
    generated = filled.run("generate")

    assert (ran.code, generated.code) == (0, 0)
    assert feeds(filled).keys() == before.keys()
    assert {name for name, _ in shown(filled)} >= set(
        re.findall(rb"<id>(urn:uuid:56.*?)</id>", before["all.xml"])
    )


def test_an_entry_that_no_source_is_known_of_waits_for_one(filled: Site) -> None:
    for path in filled.files():
        if path.endswith(".json"):
            (filled.root / "feeds" / path).unlink()
    entries = shown(filled)

    rebuilt(filled)
    filled.run("generate")
    waiting, before = filled.run("status").out, shown(filled)
    filled.run("refresh")

    assert "(rebuilt)" in waiting
    assert "(rebuilt)" not in filled.run("status").out
    assert before == shown(filled) == entries


def test_what_is_no_lost_store_is_refused(filled: Site) -> None:
    store = filled.root / "var" / "aggregator.db"
    before = store.read_bytes()

    sound_one = filled.run("db", "rebuild")
    after = store.read_bytes()
    forced = filled.run("db", "rebuild", "--force")
    store.unlink()
    with closing(sqlite3.connect(store)) as raw, raw:
        raw.execute("create table theirs (id)")
    foreign = filled.run("db", "rebuild")

    assert (sound_one.code, forced.code, foreign.code) == (1, 0, 1)
    assert "is sound; there is nothing to rebuild" in sound_one.err
    assert after == before
    assert "not of this program" in foreign.err


def test_where_nothing_was_ever_written_nothing_is_rebuilt(site: Site) -> None:
    ran = site.run("db", "rebuild")

    assert ran.code == 1
    assert "aggregator refresh` begins a new one" in ran.err
    assert not (site.root / "var" / "aggregator.db").exists()


def test_a_missing_folder_of_posts_loses_no_entry(filled: Site) -> None:
    before = shown(filled)
    seeds = filled.root / "seeds"
    seeds.rename(filled.root / "elsewhere")

    ran = rebuilt(filled)
    generated = filled.run("generate")
    without = shown(filled)
    (filled.root / "elsewhere").rename(seeds)
    filled.run("refresh")

    assert generated.code == 0
    assert "posts: seeds: there is no such folder" in ran.err
    assert without == shown(filled) == before
