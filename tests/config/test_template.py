from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.config import load
from aggregator.config.__main__ import installed
from aggregator.config.template import annotated
from tests.config.adapters import ADAPTERS

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder

ROOT = Path(__file__).parents[2]
SAMPLE = re.compile(r"^#(categories|filters):\n(#.*\n)+|^#  - type: jekyll\n(#.*\n)+", re.MULTILINE)
SETTING = re.compile(r"^( *)#(?=[a-z_]+:)", re.MULTILINE)


def test_the_repositorys_own_site_is_a_new_site() -> None:
    path = ROOT / "config" / "aggregator.yaml"

    settings = load(path, installed(), {})

    assert path.read_text(encoding="utf-8") == annotated()
    assert settings.root == ROOT
    (source,) = settings.sources
    assert (source.id, source.type, source.location) == ("posts", "jekyll", "seeds")


def test_every_commented_value_is_the_default(site: SiteFolder) -> None:
    text = annotated().replace("jekyll", "folder")

    quiet = site.load(text)
    loud = site.load(SETTING.sub(r"\1", SAMPLE.sub("", annotated()).replace("jekyll", "folder")))

    assert replace(loud, warnings=()) == replace(quiet, warnings=(), sources=loud.sources)


def test_everything_uncommented_is_a_configuration(site: SiteFolder) -> None:
    text = re.sub(r"^( *)#(?! )", r"\1", annotated(), flags=re.MULTILINE)
    text = re.sub(r"^#(?=  )", "", text, flags=re.MULTILINE).replace("jekyll", "folder")

    settings = site.load(text)

    assert [source.id for source in settings.sources] == ["posts", "archive-older"]
    assert [category.slug for category in settings.rules.categories] == ["macro"]
    assert [rule.action for rule in settings.rules.filters] == ["drop", "keep"]


@pytest.mark.parametrize(
    "title", ["Feeds", "新闻", "null", "- a: b", 'a "b" \\ c', "on", "#1", "{x}", "$HOME ~", " a"]
)
def test_any_title_arrives(site: SiteFolder, title: str) -> None:
    settings = load_text(site, annotated(title))

    assert settings == title.strip()


def load_text(site: SiteFolder, text: str) -> str:
    site.file.write_text(text.replace("jekyll", "folder"), encoding="utf-8")
    return load(site.file, ADAPTERS, {}).site.title
