"""What the daemon tells: a line an event, the same facts in words and in fields. Nothing in it is secret."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from aggregator import due
from aggregator.dates import rfc3339

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.reports import GenerateReport, SourceResult

log = logging.getLogger("aggregator.daemon")


def tell(event: str, text: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log one line; ``fields`` that are None are left out."""
    facts = {"event": event, **{name: value for name, value in fields.items() if value is not None}}
    log.log(level, "%s", text, extra={"fields": facts})


def refreshed(result: SourceResult, now: datetime) -> None:
    """How the refresh of one source ended."""
    failed = result.state == "failed"
    text = f"{result.source_id}: {_words(result)}"
    if result.next_check is not None:
        wait = due.in_words((result.next_check - now).total_seconds())
        text += f"; next check in {wait}: {result.why}"
    tell(
        "refreshed",
        text,
        level=logging.WARNING if failed else logging.INFO,
        source=result.source_id,
        state=result.state,
        new=result.new,
        updated=result.updated,
        removed=result.removed,
        seconds=round(max(result.seconds, 0.0), 3),
        status=result.status,
        error=result.error,
        notice=result.notice,
        problems=len(result.problems) or None,
        next_check=None if result.next_check is None else rfc3339(result.next_check),
        why=result.why or None,
    )


def _words(result: SourceResult) -> str:
    if result.state == "failed":
        return f"failed: {result.error}"
    counts = [(result.new, "new"), (result.updated, "updated"), (result.removed, "removed")]
    words = [f"{count} {what}" for count, what in counts if count] or ["nothing new"]
    if result.problems:
        words.append(f"{len(result.problems)} problem{'s' * (len(result.problems) > 1)}")
    if result.notice is not None:
        words.append(result.notice)
    return ", ".join(words)


def published(report: GenerateReport, seconds: float) -> None:
    """What was written, if anything was."""
    for title in report.categories:
        tell("category", f"new category: {title}", category=title)
    if report.written:
        files = f"{len(report.written)} file{'s' * (len(report.written) > 1)}"
        tell("published", f"wrote {files}", files=len(report.written), seconds=round(seconds, 3))
