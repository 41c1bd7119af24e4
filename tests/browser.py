"""Debian's Chromium, driven from outside, and what may not happen in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.conftest import need

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_FILES = "file://"

PHONE: ViewportSize = {"width": 320, "height": 640}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DESKTOP: ViewportSize = {"width": 1366, "height": 900}
WALL: ViewportSize = {"width": 3840, "height": 2160}


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; starting it takes a second."""
    program = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page in a window of its own, and everything it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    """Messages of the console, dialogs and errors."""
    asked: list[str] = field(default_factory=list)
    """Requests for anything but files of the folder."""

    def width(self) -> int:
        """How wide the content is, in pixels."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth")
        return found

    def shown(self, selector: str, before_or_after: str) -> str:
        """What the style writes before or after the first such element."""
        script = "([found, pseudo]) => getComputedStyle(document.querySelector(found), pseudo).content"
        written: str = self.page.evaluate(script, [selector, before_or_after])
        return written

    def violations(self) -> list[str]:
        """What axe-core finds against it."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


@contextmanager
def visit(
    browser: Browser, file: Path | str, *, at: ViewportSize = DESKTOP, dark: bool = False
) -> Iterator[Visit]:
    """Open a file, or a URL; nothing outside is ever reached, but what is asked for is told."""
    context = browser.new_context(viewport=at, color_scheme="dark" if dark else "light")
    page = context.new_page()
    visited = Visit(page)

    def route(route: Any) -> None:
        if not route.request.url.startswith(_FILES):
            visited.asked.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def dialog(opened: Any) -> None:
        visited.said.append(f"dialog: {opened.message}")
        opened.dismiss()

    page.route("**/*", route)
    page.on("console", lambda message: visited.said.append(message.text))
    page.on("pageerror", lambda error: visited.said.append(str(error)))
    page.on("dialog", dialog)
    try:
        page.goto(file.as_uri() if isinstance(file, Path) else file)
        yield visited
    finally:
        context.close()
