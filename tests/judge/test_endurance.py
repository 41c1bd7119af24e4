"""A daemon before 300 feeds with every kind of fault, for a minute. Ten: `benchmarks.endurance`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.endurance import endure, wrong


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_daemon_keeps_its_limits_and_its_status_is_true(tmp_path: Path) -> None:
    endured = endure(tmp_path, 60)

    assert wrong(endured) == []
    assert endured.stopping < 12
