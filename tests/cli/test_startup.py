"""What a command does not need is not loaded: most of the time that a short one takes goes into imports."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import CONFIGURATION, Site
from tests.cli.loopback import Server

READING = {
    "aiohttp", "brotli", "charset_normalizer", "feedparser", "listparser", "markdown_it", "requests",
    "urllib3", "aggregator.sources.feedreading", "aggregator.sources.outlines", "aggregator.sources.post",
    "aggregator.web",
}  # fmt: skip
"""What fetches and reads documents."""
CLEANING = {"lxml", "nh3", "selectolax", "aggregator.markup", "aggregator.tidy"}
WRITING = {"dateutil", "feedgen", "jinja2", "markupsafe", "pypinyin", "aggregator.outputs.pages.renderer"}
SERVING = {"apscheduler", "watchfiles", "aggregator.daemon", "aggregator.server"}
ISOLATING = {"multiprocessing", "concurrent.futures.process", "aggregator.isolation"}
NEEDED_BY_NOBODY_IDLE = {*READING, *CLEANING, *WRITING, *SERVING, *ISOLATING, "regex", "rich"}
NEEDED_TO_SAY_NOTHING = {"asyncio", "pydantic", "sqlite3", "yaml", "aggregator.app", "aggregator.config"}


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    code = (
        "import sys; from aggregator.__main__ import run; code = run();"
        "sys.stderr.write('\\n'.join(('', *sys.modules))); sys.exit(code)"
    )
    # Measuring coverage would import things of its own.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environ, capture_output=True, text=True, check=True
    )
    return set(ran.stderr.splitlines())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_next_to_nothing(option: str) -> None:
    modules = loaded(option)

    assert "click" in modules
    assert modules & (NEEDED_BY_NOBODY_IDLE | NEEDED_TO_SAY_NOTHING) == set()


def test_a_refresh_with_nothing_to_do_loads_nothing_that_reads_or_writes(site: Site, server: Server) -> None:
    site.write_post()
    site.configure(
        CONFIGURATION + f"  - {{id: news, type: feed, url: '{server.url}/feed.xml', interval: 7d}}\n"
        "fetch: {allow_private: [127.0.0.1], host_delay: 0s}\n"
    )
    assert site.run("refresh").code == 0

    modules = loaded("refresh")

    assert len(server.asked) == 1
    assert "aggregator.generate" in modules
    assert modules & NEEDED_BY_NOBODY_IDLE == set()


def test_checking_a_configuration_loads_nothing_that_reads_or_writes(site: Site) -> None:
    site.configure(CONFIGURATION + "  - {type: opml, path: subscriptions.opml}\n")

    modules = loaded("validate")

    assert "aggregator.sources.opml" in modules
    assert modules & (NEEDED_BY_NOBODY_IDLE | {"sqlite3"}) == set()
