"""A source that wants another's items, the whole feed or the future gets none of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.outputs.atom_rules import violations

if TYPE_CHECKING:
    from tests.cli.conftest import Site
    from tests.cli.loopback import Server

HEAD = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'>"
    "<title>{0}</title><id>urn:x:{0}</id><updated>2026-01-01T00:00:00Z</updated>"
)
ID, LINK = "https://victim.example/1", "https://victim.example/story"
TITLE = "What the victim said"


def an_entry(title: str, id: str = ID, when: str = "2026-01-01T00:00:00Z", more: str = "") -> str:  # noqa: A002 - Atom's
    return (
        f"<entry><id>{id}</id><title>{title}</title><link href='{LINK}'/><updated>{when}</updated>"
        f"<published>{when}</published>{more}<content>{title}</content></entry>"
    )


def feed(name: str, *entries: str) -> str:
    return HEAD.format(name) + "".join(entries) + "</feed>"


@pytest.fixture
def two(site: Site, server: Server) -> Site:
    """A victim, and whoever is after it, read later."""
    server.pages["/victim"] = feed("victim", an_entry(TITLE))
    server.pages["/thief"] = feed("thief", an_entry("Something else", "urn:x:other"))
    site.configure(
        json.dumps(
            {
                "site": {"url": "https://feeds.example/"},
                "sources": [
                    {"id": name, "type": "feed", "url": f"{server.url}/{name}", "category": name}
                    for name in ("victim", "thief")
                ],
                "fetch": {"allow_private": ["127.0.0.1"], "hosts": {"127.0.0.1": {"host_delay": "0s"}}},
                "output": {"item_pages": True},
            }
        )
    )
    assert site.run("refresh").code == 0
    return site


def entries(site: Site, name: str = "all.json") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.files()[name])["items"]
    return found


def of_the_victim(site: Site) -> dict[str, Any]:
    (found,) = (each for each in entries(site) if each["id"] == ID)
    return found


@pytest.mark.parametrize(
    "theft",
    [
        an_entry("Replaced"),
        an_entry("Replaced later", when="2026-06-01T00:00:00Z"),
        an_entry("Called the victim's", more="<source><id>urn:x:victim</id><title>victim</title></source>"),
        f"<at:deleted-entry ref='{ID}' when='2026-06-01T00:00:00Z'/>",
        f"<at:deleted-entry ref='{ID}' when='2026-06-01T00:00:00Z'/>" + an_entry("Deleted and replaced"),
        an_entry("Another id", "https://VICTIM.example/1"),
        an_entry("Twice") + an_entry("Twice more"),
        an_entry("Blanks", f" {ID} "),
    ],
)
def test_no_source_touches_the_item_of_another(two: Site, server: Server, theft: str) -> None:
    before = of_the_victim(two)
    server.pages["/thief"] = feed("thief", theft)

    assert two.run("refresh", "--force").code == 0

    assert of_the_victim(two) == before
    assert [each["title"] for each in entries(two, "category/victim.json")] == [TITLE]
    assert [each["id"] for each in entries(two)].count(ID) == 1


def test_a_thief_that_comes_first_is_told_apart_too(two: Site, server: Server) -> None:
    """Whoever is read first has the id; the other's item is there all the same, under one of its own."""
    server.pages["/thief"] = feed("thief", an_entry("Claimed first", "https://victim.example/2"))
    two.run("refresh", "thief", "--force")
    server.pages["/victim"] = feed(
        "victim", an_entry(TITLE), an_entry("The second", "https://victim.example/2")
    )

    two.run("refresh", "--force")

    assert {"Claimed first", "The second", TITLE} <= {each["title"] for each in entries(two)}
    assert len({each["id"] for each in entries(two)}) == len(entries(two))


def test_a_tombstone_takes_nothing_that_was_read(two: Site, server: Server) -> None:
    server.pages["/victim"] = feed("victim", f"<at:deleted-entry ref='{ID}' when='2026-06-01T00:00:00Z'/>")

    two.run("refresh", "--force")

    assert of_the_victim(two)["title"] == TITLE


def test_no_entry_takes_the_id_of_a_feed_of_ours(two: Site, server: Server) -> None:
    ours = {path: body for path, body in two.files().items() if path.endswith(".xml")}
    ids = {body.partition(b"<id>")[2].partition(b"</id>")[0].decode() for body in ours.values()}
    server.pages["/thief"] = feed("thief", *(an_entry(f"As feed {n}", each) for n, each in enumerate(ids)))

    two.run("refresh", "--force")

    for path, body in two.files().items():
        if path.endswith(".xml"):
            assert violations(body) == [], path
            assert body.partition(b"<id>")[2].partition(b"</id>")[0].decode() in ids


WHEN = {
    "year 0": "0000-01-01T00:00:00Z",
    "year 1": "0001-01-01T00:00:00Z",
    "before year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59Z",
    "after year 9999": "9999-12-31T23:59:59-14:00",
    "year 10000": "10000-01-01T00:00:00Z",
    "February 30": "2026-02-30T00:00:00Z",
    "month 13": "2026-13-01T00:00:00Z",
    "hour 99": "2026-01-01T99:99:99Z",
    "far zone": "2026-01-01T00:00:00+99:99",
    "leap second": "2026-06-30T23:59:60Z",
    "negative": "-2026-01-01T00:00:00Z",
    "far future": "2999-01-01T00:00:00Z",
    "tomorrow's": "2099-01-01T00:00:00Z",
    "epoch": "1970-01-01T00:00:00Z",
    "many digits": "2026-01-01T00:00:00." + "1" * 5000 + "Z",
    "letters": "yesterday",
}


def test_no_date_hurts_or_puts_an_entry_before_what_came_later(two: Site, server: Server) -> None:
    odd = [an_entry(name, f"urn:x:{n}", when) for n, (name, when) in enumerate(WHEN.items())]
    server.pages["/thief"] = feed("thief", *odd)
    assert two.run("refresh", "--force").code == 0
    server.pages["/victim"] = feed(
        "victim", an_entry(TITLE), an_entry("News", f"{ID}/news", "2099-01-01T00:00:00Z")
    )

    assert two.run("refresh", "victim", "--force").code == 0

    titles = [each["title"] for each in entries(two)]
    assert titles[0] == "News", "what claims the future is as new as when it was first seen"
    assert set(WHEN) <= set(titles)
    for path, body in two.files().items():
        if path.endswith(".xml"):
            assert violations(body) == [], path
    assert two.run("refresh", "--force").code == 0
    assert two.run("list", "items").code == two.run("status").code == 0


def test_ids_without_end_come_to_an_end(two: Site, server: Server) -> None:
    """New ids at every reading: what says the same is the same."""
    for reading in range(4):
        same = [
            an_entry(f"Story {n}", f"urn:x:{reading}:{'i' * 30_000}:{n}", f"2026-01-{n + 1:02}T00:00:00Z")
            for n in range(9)
        ]
        server.pages["/thief"] = feed("thief", *same)
        assert two.run("refresh", "--force").code == 0

    assert sorted(
        each["title"] for each in entries(two, "category/thief.json") if each["title"] != "Something else"
    ) == [f"Story {n}" for n in range(9)]
    assert all(len(each["id"]) < 3000 for each in entries(two))
