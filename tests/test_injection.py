"""Strangers' titles, names, slugs and bodies in a real browser: nothing of theirs runs or is asked for.

A canary sings where a script of theirs runs (a dialog, an error, a message) or where anything but their own
pictures on their own pages is asked for.
"""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from lxml import etree

from aggregator.markup import TAGS, clean
from aggregator.text import xml_safe
from tests.attacks import BODIES, LINES, SCRIPTS, SING, linked
from tests.browser import chromium, visit
from tests.cli.loopback import Server
from tests.soup import FRAGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PICTURES = ("https://pictures.example/", "https://a.example/", "http://127.0.0.1")
"""Where an item's own pictures may be: as written, and beside its original."""
FILM = "https://canary.example/x.mp4"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a site whose every post is hostile in every field."""
    root = tmp_path_factory.mktemp("site")
    (root / "seeds").mkdir()
    bodies = [*BODIES, "\n".join(FRAGMENTS), "\n".join(reversed(FRAGMENTS)), "\n".join(BODIES)]
    for number, body in enumerate(bodies):
        line = LINES[number % len(LINES)]
        said = json.dumps(line, ensure_ascii=False)
        (root / "seeds" / f"2026-01-{number % 28 + 1:02}-{number}.html").write_text(
            f"---\ntitle: {said}\ncategories: [{said}, all]\ntags: [{said}]\nauthor: {said}\n"
            f"date: 2026-{number % 9 + 1:02}-01 10:00:00\nlang: en\n---\n"
            f"{body}\n<p>（文章来源：{line}）</p>\n\n<https://a.example/?{number}>\n",
            "utf-8",
        )
    configuration = {
        "site": {"title": LINES[1], "url": "https://feeds.example/", "author": LINES[0]},
        "sources": [{"id": "posts", "type": "jekyll", "path": "seeds", "title": LINES[2]}],
        "output": {"item_pages": True, "entries": 5, "window": "1h"},
    }
    (root / "aggregator.yaml").write_text(json.dumps(configuration), "utf-8")
    command = [sys.executable, "-m", "aggregator", "-c", str(root / "aggregator.yaml"), "-q", "refresh"]
    subprocess.run(command, check=True)
    return root / "feeds"


def test_the_canary_sings_where_it_can(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(f"<script>{SING}</script><img src=https://canary.example/x onerror={SING}>", "utf-8")

    with visit(browser, page) as visited:
        assert visited.asked == ["https://canary.example/x"]
        assert [said for said in visited.said if said.startswith("dialog")] == ["dialog: 1", "dialog: 1"]


def kind_of(path: Path, feeds: Path) -> str:
    return path.relative_to(feeds).parts[0] + path.suffix


PROBE = """() => [...document.querySelectorAll('*')].flatMap(each => [
    ...[...each.attributes].filter(one => one.name.startsWith('on')).map(one => one.name),
    ...['href', 'src', 'action', 'formaction', 'data', 'poster'].map(name => each[name])
        .filter(url => typeof url == 'string' && url && !/^(https?|file):/.test(url)),
    ...(['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'BASE'].includes(each.tagName)
        ? [each.tagName] : []),
])"""


def sung(browser: Browser, feeds: Path, every: int = 1) -> list[str]:
    """What anything but our own did on the feeds and pages of an output; of items' on one in ``every``."""
    paths = sorted(path for path in feeds.rglob("*.*") if path.suffix in (".html", ".xml", ".json", ".opml"))
    items = [path for path in paths if path.parent.name == "item"]
    paths = sorted(set(paths) - set(items)) + items[::every]
    found: list[str] = []
    with visit(browser, feeds / "index.html") as visited:
        for path in paths:
            visited.said.clear()
            visited.asked.clear()
            visited.page.goto(path.as_uri(), wait_until="load")
            name = path.relative_to(feeds).as_posix()
            own = PICTURES if name.startswith("item/") else ()
            # A picture that cannot be had is a message of the browser's, not of the page's.
            found += [f"{name}: {said}" for said in visited.said if "net::ERR_FAILED" not in said]
            found += [f"{name} asked for {url}" for url in visited.asked if not url.startswith(own)]
            if path.suffix == ".html":
                found += [f"{name} holds {each}" for each in visited.page.evaluate(PROBE)]
    assert {kind_of(path, feeds) for path in paths} >= {
        "index.html.html", "category.html", "category.xml", "category.json", "item.html", "feeds.opml.opml",
    }  # fmt: skip
    return found


def test_no_page_or_feed_runs_what_a_stranger_wrote(browser: Browser, feeds: Path) -> None:
    assert sung(browser, feeds) == []


def test_no_file_is_written_outside_or_under_a_name_that_no_system_takes(feeds: Path) -> None:
    names = {part for path in feeds.rglob("*") for part in path.relative_to(feeds).parts}

    assert {name for name in names if not name.isprintable() or set('<>:"|?*\\') & set(name)} == set()
    assert sorted(path.name for path in feeds.parent.iterdir()) == [
        "aggregator.yaml", "feeds", "seeds", "var",
    ]  # fmt: skip


def test_strangers_are_shown_as_they_wrote(browser: Browser, feeds: Path) -> None:
    with visit(browser, feeds / "index.html") as visited:
        assert visited.page.title() == LINES[1]
        assert visited.page.locator("h1").inner_text().strip() == LINES[1]


# ── feeds of strangers ────────────────────────────────────────────────────────────────────────────────────

ADDRESSES = [*SCRIPTS, "//canary.example/x", "https://user:hush@canary.example/"]
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_XHTML = "http://www.w3.org/1999/xhtml"


def _entries() -> Iterator[tuple[int, str, str, str]]:
    """Number, body, line and address, as they are written in XML."""
    for number, body in enumerate([*BODIES, "".join(BODIES)]):
        line, address = LINES[number % len(LINES)], ADDRESSES[number % len(ADDRESSES)]
        yield number, body, xml_safe(line), address


def rss() -> str:
    items = "".join(
        f"<item><title>{escape(line)}</title><link>{escape(address)}</link><guid>r{number}</guid>"
        f"<author>{escape(line)}</author><category domain={quoteattr(address)}>{escape(line)}</category>"
        f"<description>{escape(line)}</description><content:encoded>{escape(body)}</content:encoded>"
        f'<enclosure url={quoteattr(address)} type="text/html" length="1"/>'
        f"<media:thumbnail url={quoteattr(address)}/><comments>{escape(address)}</comments></item>"
        for number, body, line, address in _entries()
    )
    return (
        f'{_HEAD}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        f' xmlns:media="http://search.yahoo.com/mrss/"><channel><title>{escape(LINES[1])}</title>'
        f"<link>{escape(ADDRESSES[0])}</link><image><url>{escape(ADDRESSES[0])}</url></image>{items}</channel></rss>"
    )


def atom(kind: str) -> str:
    entries = "".join(
        f"<entry><id>{escape(address)}#{number}</id><title type='html'>{escape(body)}</title>"
        f"<link href={quoteattr(address)}/><link rel='enclosure' href={quoteattr(address)} type='text/html'/>"
        f"<link rel='icon' href={quoteattr(address)}/><updated>2026-01-01T00:00:00Z</updated>"
        f"<author><name>{escape(line)}</name><uri>{escape(address)}</uri><email>{escape(line)}</email></author>"
        f"<category term={quoteattr(line)} label={quoteattr(line)} scheme={quoteattr(address)}/>"
        f"<source><id>{escape(address)}</id><title type='html'>{escape(body)}</title></source>"
        + (
            f"<content type='xhtml'><div xmlns='{_XHTML}' xmlns:x='{_XHTML}'><x:script>{SING}</x:script>"
            f"<x:img src='x' onerror='{SING}'/>{body}</div></content></entry>"
            if kind == "xhtml"
            else f"<content type='{kind}'>{escape(body)}</content></entry>"
        )
        for number, body, line, address in _entries()
        if kind != "xhtml" or _is_xml(body)
    )
    return (
        f"{_HEAD}<feed xmlns='http://www.w3.org/2005/Atom' xml:base={quoteattr(ADDRESSES[0])}>"
        f"<title type='html'>{escape(LINES[0])}</title><icon>{escape(ADDRESSES[0])}</icon>"
        f"<logo>{escape(ADDRESSES[0])}</logo><id>{escape(ADDRESSES[0])}</id>{entries}</feed>"
    )


def _is_xml(body: str) -> bool:
    try:
        etree.fromstring(f"<div xmlns:xlink='http://www.w3.org/1999/xlink'>{body}</div>")
    except etree.XMLSyntaxError:
        return False
    return "xlink:" not in body


def json_feed() -> str:
    items = [
        {
            "id": f"j{number}",
            "url": address,
            "external_url": address,
            "title": LINES[number % len(LINES)],
            "content_html": body + "\0\x1b\ud800",
            "summary": LINES[number % len(LINES)],
            "image": address,
            "banner_image": address,
            "authors": [{"name": LINES[number % len(LINES)], "url": address, "avatar": address}],
            "tags": [LINES[number % len(LINES)]],
            "attachments": [{"url": address, "mime_type": f"text/html{body}", "title": body}],
        }
        for number, body, _, address in _entries()
    ]
    links = dict.fromkeys(("home_page_url", "feed_url", "icon", "favicon"), ADDRESSES[0])
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": LINES[2], "items": items, **links})


FEEDS = {
    "/rss.xml": rss(),
    "/atom.xml": atom("html"),
    "/text.xml": atom("text"),
    "/xhtml.xml": atom("xhtml"),
    "/feed.json": json_feed(),
}


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site whose every feed, list and setting that others may write is hostile in every field."""
    root = tmp_path_factory.mktemp("strangers")
    server = Server()
    server.pages.update(FEEDS)
    outlines = "".join(
        f"<outline text={quoteattr(xml_safe(line))}><outline type='rss' title={quoteattr(xml_safe(line))}"
        f" text='x' xmlUrl={quoteattr(server.url + path)} htmlUrl='{ADDRESSES[0]}'/></outline>"
        for path, line in zip(FEEDS, LINES, strict=False)
    )
    (root / "list.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>", "utf-8")
    configuration = {
        "site": {"url": "https://feeds.example/"},
        "sources": [{"type": "opml", "path": "list.opml"}],
        "fetch": {"allow_private": ["127.0.0.1"], "hosts": {"127.0.0.1": {"host_delay": "0s"}}},
        "output": {"item_pages": True, "entries": 1000, "max_entries": 1000},
    }
    (root / "aggregator.yaml").write_text(json.dumps(configuration), "utf-8")
    told = run(root, "refresh")
    assert told.count(b"\n") < 100
    yield root
    server.stop()


def run(root: Path, *arguments: str) -> bytes:
    """All that a command writes to both streams."""
    command = [sys.executable, "-m", "aggregator", "-c", str(root / "aggregator.yaml"), *arguments]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert ran.returncode in (0, 1), ran.stdout
    assert b"Traceback" not in ran.stdout
    return ran.stdout


def entries_of(root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((root / "feeds" / "all.json").read_bytes())["items"]
    assert len(found) > 4 * len(BODIES)
    return found


FOREIGN = """(bodies) => bodies.flatMap(body => {
    const found = new DOMParser().parseFromString(body, 'text/html');
    const urls = ['href', 'src', 'poster', 'cite', 'action', 'formaction', 'data', 'background', 'ping'];
    return [...found.querySelectorAll('*')].flatMap(each => [
        ...(each.namespaceURI != 'http://www.w3.org/1999/xhtml' ? [each.namespaceURI] : []),
        ...(TAGS.includes(each.localName) ? [] : [each.localName]),
        ...[...each.attributes].filter(one => !ATTRIBUTES.includes(one.name)).map(one => one.name),
        ...urls.filter(name => each.hasAttribute(name))
            .map(name => each.getAttribute(name)).filter(url => !/^https?:\\/\\/[^@]*$/.test(url)),
        ...(each.getAttribute('srcset') || '').split(', ')
            .filter(url => url && !/^https?:\\/\\/\\S+( [\\d.]+[wxh])?$/.test(url)),
    ]).map(what => what + ' in ' + body.slice(0, 300));
})"""
HTML = sorted(TAGS | {"html", "head", "body"})
ATTRIBUTES = [
    "abbr", "alt", "cite", "colspan", "controls", "datetime", "dir", "height", "href", "hreflang", "lang",
    "media", "open", "poster", "rel", "reversed", "rowspan", "scope", "sizes", "span", "src", "srcset",
    "start", "title", "type", "value", "width",
]  # fmt: skip


def foreign(browser: Browser, bodies: list[str]) -> list[str]:
    """What a browser's own parser finds in these that we promise never to pass on."""
    script = FOREIGN.replace("TAGS", json.dumps(HTML)).replace("ATTRIBUTES", json.dumps(ATTRIBUTES))
    with visit(browser, "about:blank") as visited:
        found: list[str] = visited.page.evaluate(script, bodies)
    return found


def test_a_browsers_parser_finds_what_is_foreign(browser: Browser) -> None:
    bodies = [
        "<script></script>", "<p onclick=x>", "<svg/>", "<a href=javascript:x>", "<img src='//x'>",
        "<img srcset='javascript:x 1x'>", "<a href=' https://x/'>",
    ]  # fmt: skip

    assert len({each.rpartition(" in ")[2] for each in foreign(browser, bodies)}) == len(bodies)


def test_no_address_that_runs_survives_in_any_spelling_or_place(browser: Browser) -> None:
    written = list(linked())

    assert foreign(browser, [clean(each, "https://a.example/b/") for each in written]) == []
    assert foreign(browser, [clean(each) for each in written]) == []


def test_no_body_of_a_feed_holds_anything_foreign(browser: Browser, strangers: Path) -> None:
    feed = etree.fromstring((strangers / "feeds" / "all.xml").read_bytes())
    contents = [each.text or "" for each in feed.iterfind(".//{*}content")]
    bodies = [each["content_html"] for each in entries_of(strangers) if "content_html" in each]

    assert len(contents) > 3 * len(BODIES)
    assert sorted(contents) == sorted(bodies)
    assert foreign(browser, bodies) == []


def test_a_reader_that_shows_bodies_as_they_are_runs_nothing(browser: Browser, strangers: Path) -> None:
    bodies = [each["content_html"] for each in entries_of(strangers) if "content_html" in each]

    with visit(browser, "about:blank") as visited:
        for body in (*bodies, "".join(bodies)):
            visited.page.set_content(body)
            visited.page.evaluate("document.querySelectorAll('[tabindex],a').forEach(each => each.focus())")

    assert [said for said in visited.said if "net::ERR_FAILED" not in said] == []
    assert [url for url in visited.asked if not url.startswith((*PICTURES, FILM))] == []


def test_no_page_of_feeds_runs_what_a_stranger_wrote(browser: Browser, strangers: Path) -> None:
    assert sung(browser, strangers / "feeds", every=8) == []


def test_every_address_in_a_feed_or_list_is_one_of_the_web(strangers: Path) -> None:
    named = {"href", "uri", "url", "icon", "logo", "xmlUrl", "htmlUrl", "src", "domain"}
    found: list[str] = []
    for path in (strangers / "feeds").rglob("*"):
        if path.suffix in (".xml", ".opml"):
            for element in etree.fromstring(path.read_bytes()).iter("*"):
                values = [str(value) for name, value in element.attrib.items() if name in named]
                # What names a vocabulary is no link, but might be taken for one.
                assert element.get("scheme", "https:").startswith(("https:", "http:", "urn:", "tag:"))
                if etree.QName(element).localname in named:
                    values.append(element.text or "")
                found += [f"{path.name}: {value}" for value in values if not value.startswith(WEB)]
        elif path.suffix == ".json" and path.name != "health.json":
            found += [f"{path.name}: {value}" for value in _links(json.loads(path.read_bytes()))]

    assert found == []


WEB = (
    "https://feeds.example/",
    "https://a.example/",
    "https://pictures.example/",
    "https://canary.example/x",
    "http://canary.example/x",
    "http://127.0.0.1:",
)


def _links(value: Any) -> Iterator[str]:
    """Those in JSON that lead anywhere but to the web."""
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, str):
                is_link = name.endswith("url") or name in ("icon", "favicon", "image", "avatar")
                yield from [f"{name} {each}"] if is_link and not each.startswith(WEB) else []
            else:
                yield from _links(each)
    elif isinstance(value, list):
        for each in value:
            yield from _links(each)


@pytest.mark.parametrize(
    "command",
    [
        "refresh",
        "status",
        "list sources",
        "list categories",
        "list items",
        "doctor",
        "validate --show",
    ],
)
def test_nothing_that_strangers_wrote_steers_a_terminal(strangers: Path, command: str) -> None:
    assert_quiet(run(strangers, *command.split()))


def test_nor_do_the_commands_about_one_item_or_source(strangers: Path) -> None:
    for item in entries_of(strangers)[::70]:
        assert_quiet(run(strangers, "explain", item["id"]))


def assert_quiet(told: bytes) -> None:
    text = told.decode()

    assert [
        each for each in text if each != "\n" and (unicodedata.category(each) in ("Cc", "Zl", "Zp"))
    ] == []
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(text)
