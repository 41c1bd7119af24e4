"""The annotated configuration of a new site: every key that is not set stands there with its default."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from aggregator.config.describe import keys, written
from aggregator.config.schema import Configuration, SourceSection
from aggregator.config.shape import inner_models, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_WIDTH = 110
_HEAD = """\
# The configuration of this site. `aggregator validate` checks it; docs/configuration.md explains every key.
# A key that is commented out has the value shown. Paths start at the site folder, above this one.
"""
_SOURCES = """\
# What is read: the one section that is required.
sources:
  - {id: posts, type: jekyll, path: seeds}        # your posts
  # - {type: feed, url: "https://example.org/feed.xml", category: news}   # as `aggregator add URL` writes it
  # - {type: opml, path: subscriptions.opml}      # a list of feeds, or url: …; its folders become categories

# Every source may say more:
#  - type: jekyll
#    path: [archive, older]                       # one folder or several
"""
_LISTS = """\
# Categories need no declaration; one that is declared can say more. A bare word in the list is a slug.
#categories:
#  - slug: macro                                  # its name in file names and URLs
#    title: Macro economy                         # its name for readers
#    aliases: [macroeconomics]                    # other names that items may use for it
#    was: [economy]                               # slugs it had before; a redirect stays there
#    include: {tags: [inflation], sources: [posts], title_matches: 'central bank'}
#    content: summary                             # full | summary | none
#    entries: 100
#    filters: [{drop: {title_matches: '^Advertisement'}}]

# Rules for all items, in order: `drop` what is described, or `keep` only that; `explain` tells which did.
#filters:
#  - drop: {title_matches: '^\\[Advertisement\\]'}
#  - keep: {any: [{tags_in: [economy]}, {not: {text_matches: '(?i)lottery'}}]}
"""


def annotated(title: str = "Feeds") -> str:
    """The configuration of a site of that title that reads ``seeds``."""
    parts = [_HEAD, _SOURCES + "\n".join(_source()) + "\n"]
    for name in names(Configuration):
        inner = inner_models(Configuration).get(name)
        if inner and inner.held_in == "itself":
            parts.append(
                "\n".join(_section(name, inner.model, {"title": title} if name == "site" else {})) + "\n"
            )
        elif name == "categories":
            parts.append(_LISTS)
        elif name == "store":
            parts.append("\n".join(_setting(name, "", Configuration, {})) + "\n")
    return "\n".join(parts)


def _source() -> Iterator[str]:
    """What any source may say, commented out whole."""
    for key in names(SourceSection):
        if key != "type":
            yield from (_commented(line) for line in _setting(key, "    ", SourceSection, {}))


def _commented(line: str) -> str:
    """The hash in front of all; that of an explanation stays, so that taking the first away leaves YAML."""
    return "#" + (line if line.startswith("    # ") else line.replace("#", "", 1))


def _section(name: str, model: type[BaseModel], given: dict[str, str]) -> Iterator[str]:
    yield f"# {' '.join((model.__doc__ or '').split())}"
    yield f"{name}:"
    for key in names(model):
        yield from _setting(key, "  ", model, given)


def _setting(name: str, indent: str, model: type[BaseModel], given: dict[str, str]) -> Iterator[str]:
    """One key; its explanation stands after it where there is room, else above."""
    key = keys(model)[name]
    line = f"{indent}{name}: {written(given[name])}" if name in given else f"{indent}#{name}: {key.default}"
    told = key.description.replace("`", "")
    if len(beside := f"{line:<48}  # {told}") <= _WIDTH:
        yield beside
        return
    for part in textwrap.wrap(told, _WIDTH - len(indent) - 2):
        yield f"{indent}# {part}"
    yield line
