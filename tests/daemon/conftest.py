"""A site folder for daemons."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.daemon.process import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "seeds").mkdir()
    return Site(tmp_path)
