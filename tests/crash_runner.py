"""One job on the site in the current folder, at a fixed time: what the crash tests kill.

``crash_runner.py refresh|generate|rebuild|restore [SECONDS]``: so much later. Who is done is told.
``crash_runner.py`` alone: one job after another, each in a child that finds everything loaded.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import pkgutil
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import aggregator
from aggregator.app import App
from aggregator.errors import AggregatorError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PATIENCE = 120
"""Seconds until a job is given up."""
PR_SET_PTRACER = 0x59616D61


def main(job: str, seconds: str = "0") -> int:
    now = NOW + timedelta(seconds=int(seconds))
    try:
        app = replace(App.open(Path("config/aggregator.yaml"), os.environ, {}), clock=lambda: now)
        if job == "rebuild":
            app.rebuild()
            return 0
        if job == "restore":
            app.restore(Path("backup.db"))
            return 0
        if job == "generate":
            generated, failed = app.generate(every=True), 0
        else:
            report = app.refresh(done=tell)
            generated, failed = report.generated, report.failed
    except AggregatorError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for problem in generated.errors:
        sys.stderr.write(f"{problem}\n")
    return 1 if failed or generated.errors else 0


def tell(source_id: str) -> None:
    os.write(1, f"{source_id}\n".encode())


def serve() -> None:
    """Do each line ``[folder, job, seconds]`` in a child, whose number is told, and then its exit code.

    The child waits for one line more: until then a tracer has time to attach.
    """
    for each in pkgutil.walk_packages(aggregator.__path__, "aggregator."):
        import_module(each.name)
    gc.freeze()  # or every child would copy what it looks through for garbage
    for line in sys.stdin:
        folder, *job = json.loads(line)
        child = os.fork()
        if child == 0:
            begin(Path(folder))
            os._exit(main(*job))  # tidying all that was loaded takes longer than most jobs
        _, status = os.waitpid(child, 0)
        tell(str(os.waitstatus_to_exitcode(status)))


def begin(folder: Path) -> None:
    """Work in a folder, say what there is to say beside it, and wait for the word."""
    os.chdir(folder)
    if sys.platform == "linux":  # where a tracer may be kept from who is not its child
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1))
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    outputs = [os.open(said(folder, name), flags, 0o600) for name in ("stdout", "stderr")]
    signal.alarm(PATIENCE)
    tell(str(os.getpid()))  # from now on nothing but its job is there to be traced
    for number, output in enumerate(outputs, start=1):
        os.dup2(output, number)
    os.read(0, 1)


def said(folder: Path, output: str) -> Path:
    """Where the job in a folder writes to: no path of the folder is a beginning of it."""
    return folder.parent / f"{output}-of-{folder.name}"


if __name__ == "__main__":
    if len(sys.argv) == 1:
        serve()
    else:
        sys.exit(main(*sys.argv[1:]))
