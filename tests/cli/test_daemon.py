"""``aggregator daemon`` as far as it ends by itself. The running one: tests/daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.store import SiteLock

if TYPE_CHECKING:
    from tests.cli.conftest import Site


def test_help_names_each_signal_on_a_line_of_its_own(site: Site) -> None:
    lines = site.run("daemon", "--help").out.splitlines()

    for name in ("SIGTERM, SIGINT", "SIGHUP", "SIGUSR1"):
        assert any(line.strip().startswith(f"{name} ") for line in lines)


def test_a_wrong_configuration_starts_nothing(site: Site) -> None:
    site.configure("nonsense: 1\n")

    ran = site.run("daemon")

    assert ran.code == 78
    assert "nonsense" in ran.err
    assert not (site.root / "var").exists()


def test_a_second_process_is_told_who_is_at_work(site: Site) -> None:
    with SiteLock(site.root / "var" / "aggregator.db"):
        ran = site.run("daemon", "--wait", "0.1s")

    assert ran.code == 75
    assert "is working on this site" in ran.err
