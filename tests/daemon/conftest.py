"""A site folder for daemons, and another terminal in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.cli import main
from tests.cli.conftest import Ran
from tests.daemon.process import Site

Terminal = Callable[..., Ran]
"""Runs a command; it is this process, which is another one than the daemon's."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "seeds").mkdir()
    return Site(tmp_path)


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.chdir(site.root)
    monkeypatch.setenv("AGGREGATOR_CONFIG", "aggregator.yaml")

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
