"""Atom feeds (RFC 4287). They are made in :mod:`aggregator.outputs.atomfeed`.

The one rule: any clean item can be written, and the same value gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aggregator.views import Directory, Feed

STYLESHEET = "feed.css"
ICON = "icon.png"
MEDIA_TYPE = "application/atom+xml"


class Atom:
    """Renders ``category/<slug>.xml`` and ``all.xml``, and the stylesheet that browsers show them with."""

    version = 2
    form = "xml"

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render one Atom feed: its entries as handed over, newest first."""
        from aggregator.outputs import atomfeed  # noqa: PLC0415 - not before there is something to write

        return {feed.path("xml"): atomfeed.written(feed)}

    def kept(self, body: str, ids: Collection[str]) -> Mapping[str, str]:
        """Return how entries stand in a feed that was written here."""
        from aggregator.outputs import atomfeed  # noqa: PLC0415 - not before there is something to write

        return atomfeed.kept(body, ids)

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Return what all feeds share: their stylesheet, which speaks every language, and their icon."""
        from aggregator.outputs import atomfeed  # noqa: PLC0415 - not before there is something to write

        return atomfeed.shared()
