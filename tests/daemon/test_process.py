"""The real process: what happens on disk, on the web and by signals, and how it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.daemon.process import Daemon, Site

POSTS = {"id": "posts", "type": "jekyll", "path": "seeds"}
SETTLED = 2.0
"""Seconds in which a post is to be published; on a machine that does much else at once, a few more."""
LOADED = 6.0


def a_feed(name: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "feed", "url": url, **more}


def published(daemon: Daemon, began: float) -> float:
    """Seconds from then until something is published."""
    daemon.wait_for("published")
    return time.monotonic() - began


# ── local posts ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["events", "poll"])
def test_a_new_edited_or_deleted_post_is_published_at_once(site: Site, how: str) -> None:
    site.configure(POSTS, schedule={"watch": how})
    for name in "abc":
        site.post(name)
    with site.start() as daemon:
        daemon.wait_for("published")
        daemon.wait_for("watching")

        took = []
        for change in (
            lambda: site.post("new", title="Brand new"),
            lambda: site.post("new", title="Edited once"),
            (site.root / "seeds" / "new.md").unlink,
        ):
            daemon.forget()
            began = time.monotonic()
            change()
            took.append(published(daemon, began))
            took_in = site.feed()
            assert ("Brand new" in took_in, "Edited once" in took_in) == (len(took) == 1, len(took) == 2)

        assert max(took) < LOADED, took
        assert daemon.stop()[0] == 0
