"""Where a site has its things, as far as a configuration tells that has mistakes.

For looking on, never for working: what is written wrongly is unknown, and not taken for its default.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.config.fields import listen
from aggregator.config.load import NO_OVERRIDES, read_path, read_tree, site_folder
from aggregator.config.positions import Problems, sound, written
from aggregator.config.schema import Configuration
from aggregator.config.settings import ServerSettings
from aggregator.errors import ConfigError
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.config.positions import Node


@dataclass(frozen=True, slots=True)
class Places:
    """None: it cannot be told."""

    store: Path | None = None
    output_dir: Path | None = None
    server: ServerSettings | None = None
    listen_given: bool = False
    """Whether somebody chose the listen address."""


def places(path: Path, environ: Mapping[str, str]) -> Places:
    """Where store, outputs and server are."""
    problems = Problems()
    try:
        root = read_tree(path, environ, NO_OVERRIDES, problems)
    except ConfigError:
        return Places()
    defaults = Configuration()
    site = site_folder(path)
    store = _text(root, "store", defaults.store)
    output_dir = _text(root, "output.dir", defaults.output.dir)
    address = _text(root, "server.listen", defaults.server.listen)
    return Places(
        store=None if store is None else read_path(root, "store", store, site, problems),
        output_dir=None if output_dir is None else read_path(root, "output.dir", output_dir, site, problems),
        server=None if address is None else _server(address),
        listen_given=written(root, "server.listen") is not None,
    )


def _text(root: Node, key: str, default: str) -> str | None:
    section = written(root, key.partition(".")[0])
    if not sound(root, key) or (section is not None and "." in key and not section.pairs()):
        return None
    node = written(root, key)
    if node is None:
        return default
    return node.value if isinstance(node.value, str) and "://" not in node.value else None


def _server(address: str) -> ServerSettings | None:
    try:
        host, _, port = listen(address).rpartition(":")
    except ValueError:
        return None
    return ServerSettings(host=host.removeprefix("[").removesuffix("]"), port=int(port))
