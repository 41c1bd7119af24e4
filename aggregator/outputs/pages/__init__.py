"""HTML pages that work from a folder, without a server and without scripts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aggregator.outputs.pages.renderer import Renderer
    from aggregator.views import Directory, Feed, ItemPage, Past


class Pages:
    """Renders every page, and what they share. Without pages in its settings a feed gets none.

    At a former slug of a category lies a page that leads on to it.
    """

    version = 3
    form = "html"

    @cached_property
    def _renderer(self) -> Renderer:
        from aggregator.outputs.pages.renderer import Renderer  # noqa: PLC0415 - not before there is something to write

        return Renderer()

    def kept(self, body: str, ids: Collection[str]) -> Mapping[str, str]:
        """Return how entries stand in a page that was written here."""
        return self._renderer.kept(body, ids)

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render a category's page; the page of everything is the home page, which lists categories too."""
        return self._renderer.feed(feed)

    def past(self, past: Past) -> Mapping[str, bytes]:
        """Render a category's items of one month, or of one day."""
        return self._renderer.past(past)

    def item(self, page: ItemPage) -> Mapping[str, bytes]:
        """Render one item."""
        return self._renderer.item(page)

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render the home page, those that explain, and what all pages share."""
        return self._renderer.directory(directory)
