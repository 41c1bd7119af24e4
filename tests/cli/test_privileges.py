"""The program needs no privilege, and what it keeps is its owner's alone, whatever the umask."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from tests.conftest import need

PROJECT = Path(__file__).parents[2]
SCRIPT = """
set -eu
umask 000
test "$(id -u)" = 65534
grep -q '^CapEff:.*0000000000000000$' /proc/self/status
run() { "$PYTHON" -m aggregator "$@"; }
run init site
cd site
run refresh
run validate
run db check
run db backup ../kept/backup.db
run db restore ../kept/backup.db
run generate --all
run item hide 1
run status
"""


def _modes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*")
    }


def test_nobody_without_any_capability_can_run_a_site_and_nobody_else_can_read_its_store(
    tmp_path: Path,
) -> None:
    (tmp_path / "kept").mkdir()
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "PYTHONPATH": str(PROJECT)}
    command = [need("unshare"), "--user", "sh", "-c", SCRIPT]

    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    kept = _modes(tmp_path / "site" / "var") | _modes(tmp_path / "kept")
    assert {"aggregator.db", "aggregator.db.lock", "backup.db"} <= kept.keys()
    assert {name: mode for name, mode in kept.items() if mode != "0o600"} == {}
    assert oct(stat.S_IMODE((tmp_path / "site" / "var").stat().st_mode)) == "0o700"
    published = _modes(tmp_path / "site" / "feeds")
    assert set(published.values()) == {"0o644", "0o755"}
    assert stat.S_IMODE((tmp_path / "site" / "feeds").stat().st_mode) == 0o755
