from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import ConfigError
from tests.config.conftest import SOURCES, cases

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder


def test_a_flag_wins_over_the_environment_and_that_over_the_file(site: SiteFolder) -> None:
    text = "fetch: {concurrency: 1, per_host: 1, timeout: 1s}\n" + SOURCES
    environ = {"AGGREGATOR__FETCH__CONCURRENCY": "2", "AGGREGATOR__FETCH__PER_HOST": "2"}

    settings = site.load(text, environ, {"fetch.concurrency": "3", "server.listen": "h.lan:1"})

    assert (settings.fetch.concurrency, settings.fetch.per_host, settings.fetch.timeout) == (3, 2, 1)
    assert settings.server.listen == "h.lan:1"


def test_the_environment_is_blind_to_case_and_reads_yaml_lists_and_mappings(site: SiteFolder) -> None:
    settings = site.settings(
        "fetch: {hosts: {a.lan: {per_host: 2}}}",
        aggregator__fetch__allow_private="[127.0.0.1, lan]",
        AGGREGATOR__Fetch__Hosts="{b.lan: {per_host: 3}}",
        AGGREGATOR__SITE__TITLE="News: [today]",
        AGGREGATOR__SITE__AUTHOR="'360'",
        AGGREGATOR__OUTPUT__PAGES="off",
    )

    assert settings.fetch.allow_private == ("127.0.0.1", "lan")
    assert {name: host.connections for name, host in settings.fetch.hosts.items()} == {"a.lan": 2, "b.lan": 3}
    assert (settings.site.title, settings.site.author) == ("News: [today]", "360")
    assert settings.output.pages is False


def test_an_empty_variable_means_the_default(site: SiteFolder) -> None:
    settings = site.settings("site: {author: We}", AGGREGATOR__SITE__AUTHOR="", AGGREGATOR__OUTPUT="null")

    assert settings.site.author is None


def test_sources_can_be_given_and_reached_by_number(site: SiteFolder) -> None:
    environ = {
        "AGGREGATOR__SOURCES": "[{id: a, type: folder, path: x}]",
        "AGGREGATOR__SOURCES__0__CATEGORY": "[macro, policy]",
        "AGGREGATOR__CATEGORIES": "[{slug: macro, include: {tags: [x]}}]",
    }

    settings = site.load("", environ)

    (source,) = settings.sources
    assert (source.id, source.categories) == ("a", ("macro", "policy"))
    assert source.where == "environment AGGREGATOR__SOURCES"
    assert settings.rules.categories[0].where == "environment AGGREGATOR__CATEGORIES"


def test_what_an_alias_shares_is_changed_in_one_place_only(site: SiteFolder) -> None:
    text = """
sources:
  - {id: a, type: web, url: "https://a.example/", headers: &h {X-A: one}}
  - {id: b, type: web, url: "https://b.example/", headers: *h}
"""

    settings = site.load(text, {"AGGREGATOR__SOURCES__1__HEADERS__X-A": "two"})

    assert [source.headers for source in settings.sources] == [(("X-A", "one"),), (("X-A", "two"),)]


def test_paths_from_outside_the_file_start_at_the_working_directory(site: SiteFolder) -> None:
    settings = site.load(SOURCES, {"AGGREGATOR__STORE": "x.db"}, {"output.dir": "public"})

    assert settings.store == Path.cwd() / "x.db"
    assert settings.output_dir == Path.cwd() / "public"


@pytest.mark.parametrize(("text", "problems"), cases("environment.txt"))
def test_what_is_wrong_names_the_variable(site: SiteFolder, text: str, problems: list[str]) -> None:
    name, _, value = text.partition("=")

    assert site.wrong("site: {title: x}", **{name: value}) == problems


def test_a_variable_that_holds_a_control_character_is_told(site: SiteFolder) -> None:
    assert site.wrong("", AGGREGATOR__SITE__TITLE="a\x00b") == [
        "environment: AGGREGATOR__SITE__TITLE: holds the character U+0000; write backslashes in single quotes"
    ]


def test_one_setting_given_twice_is_told(site: SiteFolder) -> None:
    problems = site.wrong("", AGGREGATOR__SITE__TITLE="a", aggregator__site__title="b")

    assert problems == [
        "environment: aggregator__site__title: is the same setting as AGGREGATOR__SITE__TITLE"
    ]


def test_what_is_wrong_with_a_flag_says_so(site: SiteFolder) -> None:
    with pytest.raises(ConfigError, match=r"^command line: server\.listen: must be HOST:PORT"):
        site.load(SOURCES, overrides={"server.listen": "8080"})


def test_other_variables_are_left_alone(site: SiteFolder) -> None:
    site.settings("", AGGREGATOR_CONFIG="x", AGGREGATOR="y", XAGGREGATOR__A="z")
