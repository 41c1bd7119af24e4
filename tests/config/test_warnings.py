from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder

URL = "site: {url: 'https://example.org/'}\n"


def test_a_site_with_an_address_and_all_its_folders_has_no_warnings(site: SiteFolder) -> None:
    assert site.settings(URL).warnings == ()


def test_folders_that_are_not_there_are_no_errors(site: SiteFolder) -> None:
    settings = site.load(
        URL
        + "sources: [{type: folder, path: [seeds, gone, 'a\\b']}, {type: folder, path: '"
        + "x" * 300
        + "'}]"
    )

    assert [warning.removeprefix(f"{site.file}:")[:54] for warning in settings.warnings] == [
        f"2:32: sources[0].path: there is no 'gone' in {site.root}"[:54],
        f"2:32: sources[0].path: there is no 'a\\\\b' in {site.root}"[:54],
        f"2:76: sources[1].path: there is no '{'x' * 79}"[:54],
    ]


def test_posts_in_the_output_folder_are_told_to_be_served_as_they_are(site: SiteFolder) -> None:
    settings = site.load(
        URL
        + "output: {dir: seeds}\n"
        + "sources: [{type: folder, path: [., seeds, seeds/new, config/../seeds]}, {type: web, url: seeds}]"
    )

    assert [
        warning.removeprefix(f"{site.file}:") for warning in settings.warnings if "there is no" not in warning
    ] == ["3:32: sources[0].path: lies in the output folder, whose files are served: so are drafts"]


def test_category_names_that_look_like_slips_are_told(site: SiteFolder) -> None:
    settings = site.load(
        URL + "categories: [{slug: macro, title: 宏观}]\n"
        "sources: [{type: folder, path: seeds, category: [macros, Macro, other]},\n"
        "  {id: b, type: web, url: x, category: macro}]"
    )

    assert [warning.removeprefix(f"{site.file}:") for warning in settings.warnings] == [
        "3:49: sources[0].category: 'macros' looks like 'macro' (did you mean macro?)",
        "3:49: sources[0].category: 'Macro' looks like 'macro' (did you mean macro?)",
    ]


def test_two_categories_that_one_title_leads_to_are_told(site: SiteFolder) -> None:
    settings = site.settings(
        URL + "categories: [{slug: a, title: A}, {slug: b, title: A}, {slug: c, title: a}]"
    )

    assert [warning.removeprefix(f"{site.file}:") for warning in settings.warnings] == [
        "2:35: categories[1].title: 'A' is a name of categories[0] too",
        "2:56: categories[2].title: 'a' is a name of categories[0] too",
    ]
