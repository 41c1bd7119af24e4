"""The pages in a real browser: quiet, whole, legible, reachable by everybody, in every window."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests import pressroom
from tests.browser import DESKTOP, PHONE, TABLET, WALL, chromium, visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

OUTSIDE = (
    "https://news.example/",
    "https://example.org/path/",
    "https://tide.example/",
    "http://127.0.0.1:9/",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a site with 200 items, in a folder whose name needs escapes; a category was renamed."""
    root = tmp_path_factory.mktemp("a site # 100%")
    before = pressroom.CONFIGURATION.replace("slug: open-web", "slug: web").replace("was", "aliases")
    for configuration in (before.replace("[web]", "[open-web]"), pressroom.CONFIGURATION):
        config = str(pressroom.write(root, configuration))
        # In a process of its own: in this one the browser's driver may have an event loop already.
        subprocess.run([sys.executable, "-m", "aggregator", "-c", config, "-q", "refresh"], check=True)
    return root / "feeds"


@pytest.fixture(scope="module")
def kinds(feeds: Path) -> dict[str, Path]:
    """One page of every kind; of the items the longest, widest one."""
    items = sorted(feeds.glob("item/*.html"), key=lambda path: path.stat().st_size)
    return {
        "home": feeds / "index.html",
        "category": feeds / "category/macro.html",
        "month": feeds / "category/macro/2026-10.html",
        "item": items[-1],
        "health": feeds / "health.html",
        "subscribe": feeds / "subscribe.html",
        "not found": feeds / "404.html",
    }


SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
KINDS = ("home", "category", "month", "item", "health", "subscribe", "not found")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_quiet_and_asks_for_nothing_outside(
    browser: Browser, kinds: dict[str, Path], kind: str
) -> None:
    with visit(browser, kinds[kind]) as visited:
        assert visited.page.locator("h1").count() == 1
        assert visited.said == []
        assert visited.asked == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_wider_than_its_window(browser: Browser, kinds: dict[str, Path], kind: str) -> None:
    widths = {}
    with visit(browser, kinds[kind]) as visited:
        for at in (PHONE, TABLET, DESKTOP, WALL):
            visited.page.set_viewport_size(at)
            for scheme in SCHEMES:
                visited.page.emulate_media(color_scheme=scheme)
                widths[at["width"], scheme] = visited.width()

    assert {window: width for window, width in widths.items() if width > window[0]} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stands_in_anybodys_way(browser: Browser, kinds: dict[str, Path], kind: str) -> None:
    with visit(browser, kinds[kind], at=PHONE) as visited:
        for scheme in SCHEMES:
            visited.page.emulate_media(color_scheme=scheme)
            assert visited.violations() == []


def test_colours_follow_what_the_reader_prefers(browser: Browser, kinds: dict[str, Path]) -> None:
    grounds = []
    for dark in (False, True):
        with visit(browser, kinds["home"], dark=dark) as visited:
            grounds.append(visited.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert grounds == ["rgb(251, 250, 247)", "rgb(23, 22, 19)"]


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.add(value or "")
            elif name == "id":
                self.ids.add(value or "")


def test_every_link_of_every_page_leads_to_something_that_is_there(feeds: Path) -> None:
    pages = {path.as_uri(): _Links(path.read_text("utf-8")) for path in feeds.rglob("*.html")}
    links = {urljoin(url, link) for url, page in pages.items() for link in page.links}
    local = {link for link in links if link.startswith("file:")}

    assert {link for link in local if not Path(unquote(urlsplit(link).path)).is_file()} == set()
    anchored = [urldefrag(link) for link in local if "#" in link]
    assert [link for link in anchored if link.fragment not in pages[link.url].ids] == []
    assert all(link.startswith(OUTSIDE) for link in links - local)


def test_every_page_is_reached_from_the_home_page(feeds: Path) -> None:
    pages = {path.as_uri(): _Links(path.read_text("utf-8")).links for path in feeds.rglob("*.html")}
    to_see, seen = [(feeds / "index.html").as_uri()], set[str]()
    while to_see:
        url = to_see.pop()
        seen.add(url)
        linked = {urldefrag(urljoin(url, link)).url for link in pages[url]}
        to_see += (linked & pages.keys()) - seen - set(to_see)

    unreached = {unquote(url.rpartition("/feeds/")[2]) for url in pages.keys() - seen}

    former = {"category/web.html", "category/web/2026-10.html", "category/web/2026-11.html"}
    assert unreached == {"404.html", *former}


def test_the_browser_goes_where_links_lead(browser: Browser, kinds: dict[str, Path]) -> None:
    with visit(browser, kinds["home"]) as visited:
        page = visited.page
        page.get_by_role("link", name="宏观经济").first.click()
        page.get_by_role("link", name="10月").click()
        page.get_by_role("article").or_(page.locator(".items a")).first.click()
        page.get_by_role("navigation").get_by_role("link", name="宏观经济").click()
        page.get_by_role("link", name="如何订阅").first.click()
        page.get_by_role("banner").get_by_role("link", name="观潮 Tidewatch").click()

        assert page.url == kinds["home"].as_uri()
        assert (visited.said, visited.asked) == ([], [])


def test_an_address_from_before_leads_on_by_itself(browser: Browser, feeds: Path) -> None:
    for former, present in (("web.html", "open-web.html"), ("web/2026-11.html", "open-web/2026-11.html")):
        with visit(browser, feeds / "category" / former) as visited:
            visited.page.wait_for_url(f"**/category/{present}")
            assert visited.said == []


def test_a_keyboard_reaches_the_text_first_and_sees_where_it_is(
    browser: Browser, kinds: dict[str, Path]
) -> None:
    with visit(browser, kinds["category"]) as visited:
        page = visited.page
        page.keyboard.press("Tab")
        skip = page.evaluate("document.activeElement.textContent")
        place = page.evaluate("document.activeElement.getBoundingClientRect().left")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.closest('main') !== null")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert (skip, first, outline) == ("跳到正文", True, "solid")
    assert place >= 0


def test_a_reader_finds_the_feeds_of_every_page_it_is_shown(
    browser: Browser, kinds: dict[str, Path], feeds: Path
) -> None:
    script = "[...document.querySelectorAll('link[rel=alternate]')].map(each => [each.type, each.href])"
    for kind, stem in (
        ("home", "all"),
        ("category", "category/macro"),
        ("month", "category/macro"),
        ("item", "all"),
    ):
        with visit(browser, kinds[kind]) as visited:
            assert visited.page.evaluate(script) == [
                ["application/atom+xml", (feeds / f"{stem}.xml").as_uri()],
                ["application/feed+json", (feeds / f"{stem}.json").as_uri()],
            ]


@pytest.mark.parametrize("name", ["all.xml", "category/macro.xml"])
def test_a_feed_that_is_opened_can_be_read_and_names_its_page(
    browser: Browser, feeds: Path, name: str
) -> None:
    displays = "[...document.getElementsByTagName('content')].map(each => getComputedStyle(each).display)"
    with visit(browser, feeds / name, at=PHONE) as visited:
        page = visited.page

        assert "这是订阅地址" in visited.shown("feed > link[rel=self]", "::before")
        assert f"https://tide.example/{name}" in visited.shown("feed > link[rel=self]", "::after")
        assert "https://tide.example/" in visited.shown("feed > link[rel=alternate]", "::after")
        assert ".html" in visited.shown("feed > link[rel=alternate]", "::after")
        assert page.locator("entry > title").first.is_visible()
        assert set(page.evaluate(displays)) == {"none"}
        assert visited.width() <= PHONE["width"]
        assert (visited.said, visited.asked) == ([], [])


def test_an_item_is_scrolled_by_itself_where_it_is_wider_than_the_window(
    browser: Browser, kinds: dict[str, Path]
) -> None:
    with visit(browser, kinds["item"], at=PHONE) as visited:
        body = visited.page.locator(".body")

        assert body.evaluate("each => each.scrollWidth > each.clientWidth")
        assert body.get_attribute("tabindex") == "0"


def test_pages_print_and_work_without_scripts(browser: Browser, feeds: Path) -> None:
    for path in feeds.rglob("*.html"):
        assert b"<script" not in path.read_bytes().lower()
