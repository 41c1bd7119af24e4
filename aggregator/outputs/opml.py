"""Lists in OPML: what to subscribe to, and what is read. :mod:`aggregator.outputs.outlines` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.views import Directory, Feed

FEEDS = "feeds.opml"
SOURCES = "sources.opml"


class Opml:
    """Renders ``feeds.opml`` (every feed of the site) and ``sources.opml`` (every source it reads)."""

    version = 1

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render nothing."""
        return {}

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render both lists. A category that was never written is in neither."""
        from aggregator.outputs import outlines  # noqa: PLC0415 - not before there is something to write

        return {FEEDS: outlines.feeds(directory), SOURCES: outlines.sources(directory)}
