"""From a file, the environment and flags to settings, or every reason why not.

Flags win over the environment, the environment over the file, the file over the defaults.
"""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from aggregator.config import assemble, cross
from aggregator.config.check import unknown_keys, validated
from aggregator.config.document import parse, read
from aggregator.config.interpolate import interpolate
from aggregator.config.overlay import from_environment, from_flags
from aggregator.config.positions import Mark, Node, Problems, message, place_of, written
from aggregator.config.schema import Configuration
from aggregator.config.settings import Settings
from aggregator.config.sources import SourceEntry, read_sources
from aggregator.config.system import check_places
from aggregator.config.warnings import warnings
from aggregator.errors import ConfigError
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aggregator.contracts import Adapter, SourceList

VARIABLE = "AGGREGATOR_CONFIG"
PLACES = (Path("config/aggregator.yaml"), Path("aggregator.yaml"))
NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


def find(flag: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration to use. One that is named need not exist: reading it tells. Raises ConfigError."""
    if flag is not None:
        return flag
    if named := environ.get(VARIABLE):
        return Path(named)
    for path in PLACES:
        if os.path.lexists(path):
            return path
    here = " nor ".join(str(path) for path in PLACES)
    raise ConfigError(
        [f"no configuration: there is neither {here} here; `aggregator init` makes one, -c FILE names one"]
    )


def load(
    path: Path,
    adapters: Mapping[str, Adapter | SourceList],
    environ: Mapping[str, str],
    overrides: Mapping[str, str] = NO_OVERRIDES,
    *,
    text: str | None = None,
    may_be_none: bool = False,
) -> Settings:
    """Read and check a configuration. ``overrides`` are flags: dotted keys to text.

    ``text``: what the file is about to say, in place of what it says; ``may_be_none``: it needs no sources,
    because the first are about to be added. Raises ConfigError with every problem
    at once, in the order of the file.
    """
    with _uncollected():
        return read_all(path, adapters, environ, overrides, text, may_be_none=may_be_none).settings


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile, which takes a third of the time: 10,000 sources hold no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration with the tree it was read from, for telling where each value came from."""

    settings: Settings
    root: Node
    entries: tuple[SourceEntry, ...]


def read_all(
    path: Path,
    adapters: Mapping[str, Adapter | SourceList],
    environ: Mapping[str, str],
    overrides: Mapping[str, str],
    text: str | None = None,
    *,
    may_be_none: bool = False,
) -> Loaded:
    """:func:`load`, with what it was made from. Raises ConfigError."""
    problems = Problems()
    root = read_tree(path, environ, overrides, problems, text)
    entries = read_sources(root, adapters, problems, may_be_none=may_be_none)
    sections = root.without("sources")
    unknown_keys(Configuration, sections, "", problems)
    configuration = validated(Configuration, sections, "", problems) or Configuration()
    site = site_folder(path)
    store = read_path(root, "store", configuration.store, site, problems)
    output_dir = read_path(root, "output.dir", configuration.output.dir, site, problems)
    cross.check_order(root, configuration, problems)
    cross.check_folders(root, (_absolute(path).parent, site), store, output_dir, problems)
    check_places(root, store, output_dir, problems)
    cross.check_sources(root, configuration, entries, problems)
    cross.check_categories(root, configuration, problems)
    cross.check_includes(root, configuration, entries, problems)
    if problems:
        raise ConfigError(problems.texts())
    rules = assemble.item_rules(root, configuration, entries)
    settings = Settings(
        path=path,
        root=site,
        site=assemble.site(configuration),
        site_url=configuration.site.url,
        store=store,
        output_dir=output_dir,
        output=assemble.output(configuration),
        item_pages=configuration.output.item_pages,
        index=configuration.output.index,
        sources=tuple(
            assemble.source(entry, adapters[entry.type], site, configuration.site.timezone)
            for entry in entries
        ),
        rules=rules,
        fetch=assemble.fetch(configuration),
        schedule=assemble.schedule(configuration),
        server=assemble.server(configuration),
        warnings=warnings(root, configuration, entries, rules, (site, output_dir)),
    )
    return Loaded(settings, root, tuple(entries))


def site_folder(path: Path) -> Path:
    """Where the site is: where its configuration lies, or the parent if that folder is called ``config``."""
    folder = _absolute(path).parent
    return folder.parent if folder.name == "config" else folder


def read_tree(
    path: Path,
    environ: Mapping[str, str],
    overrides: Mapping[str, str],
    problems: Problems,
    text: str | None = None,
) -> Node:
    """The file with environment and flags laid over it and its variables filled in. Raises ConfigError."""
    label = str(path)
    root = parse(read(path, label) if text is None else text, label, problems)
    if root is None or root.value is None:
        root = Node(Mark(label, 1, 1), {})
    if not isinstance(root.value, dict):
        what = "must be a mapping of sections such as `sources:`"
        raise ConfigError([message(root.mark, "", what)])
    from_environment(root, environ, problems)
    from_flags(root, overrides, problems)
    interpolate(root, environ, problems)
    return root


def read_path(root: Node, key: str, value: str, site: Path, problems: Problems) -> Path:
    """A path, absolute: in the file relative to the site, else to the working directory."""
    given = written(root, key)
    base = Path.cwd() if given and not given.mark.line else site
    try:
        return _absolute(base / Path(value).expanduser())
    except RuntimeError:  # ~ of a user that is not there
        problems.add(place_of(root, key), key, "the home folder that ~ stands for cannot be told")
        return site / value


def _absolute(path: Path) -> Path:
    """Without ``..``, by the names alone: where a link leads is the business of who made it."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (resolve() would follow links)
