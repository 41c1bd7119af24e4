"""``aggregator doctor``: is everything that a site needs as it should be?"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aggregator.cli.common import common_options, current, echo, echo_json

if TYPE_CHECKING:
    from aggregator.app.doctor_findings import Finding

_SHAPES = {"ok": "✓ ok  ", "warn": "! warn", "fail": "✗ fail"}
_PLAIN = {"ok": "+ ok  ", "warn": "! warn", "fail": "x fail"}
_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(epilog="Example: aggregator doctor --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def doctor(*, as_json: bool) -> int:
    """Look at configuration, store, disk, clock, names, one source and the listen address.

    Changes nothing, and works beside a running daemon. One source is asked, as a refresh would; what it
    sends is not kept. Exit 0 if nothing fails, 1 if something does, 78 if the configuration is wrong.
    """
    from aggregator.app.doctor import examine

    diagnosis = examine(current().config, os.environ)
    counts = Counter(finding.mark for finding in diagnosis.findings)
    totals = {mark: counts[mark] for mark in ("ok", "warn", "fail")}
    if as_json:
        echo_json({"findings": [asdict(finding) for finding in diagnosis.findings], "totals": totals})
        return diagnosis.exit_code
    shapes = _SHAPES if _can_show("✓✗") else _PLAIN
    quiet = current().verbosity < 0
    for finding in diagnosis.findings:
        if finding.mark != "ok" or not quiet:
            _show(finding, shapes[finding.mark])
    if not quiet:
        echo(", ".join(f"{count} {mark}" for mark, count in totals.items()))
    return diagnosis.exit_code


def _show(finding: Finding, shape: str) -> None:
    echo(f"{shape}  {finding.check}: {finding.said}", fg=_COLORS[finding.mark])
    if finding.fix is not None:
        echo(f"        fix: {finding.fix}")


def _can_show(letters: str) -> bool:
    try:
        letters.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
