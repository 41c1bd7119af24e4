"""Where the system gives no more memory or threads, that is told in a line, and the next run goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import Site

LIMITED = """
import resource, sys
from pathlib import Path
from aggregator.__main__ import run
import aggregator.app, aggregator.cli.refresh, aggregator.refresh, aggregator.sources.post, aggregator.store
import aggregator.tidy
pages = int(Path("/proc/self/statm").read_text().split()[0])
most = pages * resource.getpagesize() + int(sys.argv.pop(1)) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (most, most))
sys.exit(run())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says so exactly what a process has")
@pytest.mark.parametrize("mebibytes", ["4", "5", "6"])
def test_too_little_memory_for_a_thread_is_told_in_a_line(site: Site, mebibytes: str) -> None:
    site.write_post()

    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, mebibytes, "refresh"],
        cwd=site.root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("aggregator: ")
    assert "ulimit" in ran.stderr
    assert site.run("refresh").code == 0
