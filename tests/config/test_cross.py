from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.config.conftest import cases

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder


@pytest.mark.parametrize(("text", "problems"), cases("limits.txt"))
def test_limits_may_not_cross(site: SiteFolder, text: str, problems: list[str]) -> None:
    assert site.wrong(text) == problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("output: {dir: .}", "1:15: output.dir: must be a folder of its own"),
        ("output: {dir: config}", "1:15: output.dir: must be a folder of its own"),
        ("output: {dir: ..}", "1:15: output.dir: must be a folder of its own"),
        ("output: {dir: /}", "1:15: output.dir: must be a folder of its own"),
        ("store: feeds/x.db", "1:8: store: must lie outside the output folder"),
        ("output: {dir: var}", "1:1: store: must lie outside the output folder"),
    ],
)
def test_what_is_the_sites_own_is_not_served(site: SiteFolder, text: str, problem: str) -> None:
    (found,) = site.wrong(text)

    assert found.startswith(problem)


SYSTEM = "where the system shows itself and keeps nothing: name another place"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("output: {dir: /proc/self/fd}", f"1:15: output.dir: lies in /proc, {SYSTEM}"),
        ("output: {dir: /sys/feeds}", f"1:15: output.dir: lies in /sys, {SYSTEM}"),
        ("output: {dir: /dev}", f"1:15: output.dir: lies in /dev, {SYSTEM}"),
        ("store: /dev/shm/../null", f"1:8: store: lies in /dev, {SYSTEM}"),
        ("store: link/cpuinfo", f"1:8: store: lies in /proc, {SYSTEM}"),
        ("store: seeds", "1:8: store: what is there is no plain file: name another place"),
        ("store: pipe", "1:8: store: what is there is no plain file: name another place"),
        ("store: circle", "1:8: store: what is there is no plain file: name another place"),
        ("output: {dir: pipe}", "1:15: output.dir: what is there is no folder: name another place"),
    ],
)
def test_nothing_is_kept_where_the_system_shows_itself_or_something_else_lies(
    site: SiteFolder, text: str, problem: str
) -> None:
    (site.root / "link").symlink_to("/proc")
    (site.root / "circle").symlink_to("circle")
    os.mkfifo(site.root / "pipe")

    assert site.wrong(text) == [problem]


def test_a_folder_in_memory_is_as_good_as_any(site: SiteFolder) -> None:
    where = "/dev/shm/a-site"  # noqa: S108 - nothing is written there
    settings = site.settings(f"store: {where}/x.db\noutput: {{dir: {where}/feeds}}")

    assert (str(settings.store), str(settings.output_dir)) == (f"{where}/x.db", f"{where}/feeds")


@pytest.mark.parametrize(("text", "problems"), cases("categories.txt"))
def test_a_name_belongs_to_one_category(site: SiteFolder, text: str, problems: list[str]) -> None:
    assert site.wrong(text) == problems


def test_names_that_differ_in_letters_are_different_and_own_names_do_not_clash(site: SiteFolder) -> None:
    settings = site.settings(
        "categories: [TechWeb, Techweb, {slug: a, title: a, aliases: [a, b, b], was: a}]"
    )

    assert [category.slug for category in settings.rules.categories] == ["TechWeb", "Techweb", "a"]


def test_included_sources_must_be_there(site: SiteFolder) -> None:
    problems = site.wrong(
        "categories: [{slug: a, include: {sources: [posts, pots]}}, {slug: b, include: {sources: x}}]"
    )

    assert problems == [
        "1:51: categories[0].include.sources: there is no source 'pots' (did you mean posts?)",
        "1:89: categories[1].include.sources: there is no source 'x'",
    ]


def test_while_a_source_cannot_be_told_only_slips_are_unknown(site: SiteFolder) -> None:
    problems = site.problems("""
categories: [{slug: a, include: {sources: [pots, other]}}]
sources: [{id: posts, type: folder, path: x}, {id: /, type: folder, path: y}]
""")

    assert problems == [
        "2:44: categories[0].include.sources: there is no source 'pots' (did you mean posts?)",
        "3:52: sources[1].id: must be printable, without slashes, and not begin with - or ., not '/'",
    ]


def test_the_least_interval_is_not_held_against_sources_while_it_is_broken(site: SiteFolder) -> None:
    problems = site.problems("schedule: {min: x}\nsources: [{type: folder, path: x, interval: 1s}]")

    assert problems == ["1:17: schedule.min: must be a duration such as 90s, 30m, 1h, 1h30m or 7d, not 'x'"]


def test_a_broken_output_folder_is_told_once(site: SiteFolder) -> None:
    assert site.wrong("output: {dir: 'a://b'}\nstore: 'c://d'") == [
        "1:15: output.dir: must be a path; a database server is not supported, not 'a://b'",
        "2:8: store: must be a path; a database server is not supported, not 'c://d'",
    ]
