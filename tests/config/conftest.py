from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.config import load
from aggregator.errors import ConfigError
from tests.config.adapters import ADAPTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.config import Settings
    from aggregator.contracts import Adapter, SourceList

DATA = Path(__file__).parent / "data"
SOURCES = "sources: [{id: posts, type: folder, path: seeds}]\n"


def cases(name: str) -> list[tuple[str, list[str]]]:
    """Texts from a file, each with the problems that stand indented below it."""
    found: list[tuple[str, list[str]]] = []
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            found[-1][1].append(line.strip())
        elif line:
            found.append((line, []))
    return found


class SiteFolder:
    """A site whose configuration a test writes; places in problems are relative to the file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "config" / "aggregator.yaml"
        self.file.parent.mkdir()
        (root / "seeds").mkdir()

    def load(
        self,
        text: str | bytes,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, str] | None = None,
        adapters: Mapping[str, Adapter | SourceList] = ADAPTERS,
    ) -> Settings:
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(self.file, adapters, environ or {}, overrides or {})

    def settings(self, text: str, **environ: str) -> Settings:
        """What comes of these sections beside one source."""
        return self.load(text + "\n" + SOURCES, environ)

    def problems(self, text: str | bytes, **environ: str) -> list[str]:
        """What is wrong with the whole file: ``line:column: key: what``."""
        with pytest.raises(ConfigError) as caught:
            self.load(text, environ)
        return [problem.removeprefix(f"{self.file}:").strip() for problem in caught.value.problems]

    def wrong(self, text: str, **environ: str) -> list[str]:
        """What is wrong with these sections beside one source that is right."""
        return self.problems(text + "\n" + SOURCES, **environ)


@pytest.fixture
def site(tmp_path: Path) -> SiteFolder:
    return SiteFolder(tmp_path)
