"""Every error this package raises on purpose.

AggregatorError
├── UsageError         the command line asks for something that is not there
├── ConfigError        the settings are wrong; nothing starts
├── LockedError        another process is writing this site
├── SourceError        one source failed; the others go on
│   ├── FetchError     it could not be read: network, disk, HTTP status
│   │   └── HeldError  it was not asked: its host wants a pause
│   └── ParseError     it was read, but it is not what its adapter understands
├── StoreError         the database refused; the refresh stops
├── ListenError        the HTTP server cannot listen where it was told to
└── PublishError       an output could not be written; the old one stays in place

Whoever touches the outside world turns its exceptions into one of these at that line,
with ``raise … from``. Anything else that escapes is a bug, and is never swallowed.
Each message is one line for a person: what, where, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class AggregatorError(Exception):
    """The root: ``except AggregatorError`` is everything a user or a publisher can cause."""

    exit_code = 1


class UsageError(AggregatorError):
    """The command line asks for something that is not there: an unknown source, item or category."""

    exit_code = 2


class ConfigError(AggregatorError):
    """The settings are wrong. Carries every problem found, each ``file:line:column: key: what is wrong``."""

    exit_code = 78

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class LockedError(AggregatorError):
    """Another process holds the site's lock; the message names its pid."""

    exit_code = 75


class SourceError(AggregatorError):
    """One source failed; the others go on."""


class FetchError(SourceError):
    """A source could not be read: network, disk, HTTP status.

    ``status``: the HTTP status, where there was an answer; ``retry_after``: when its publisher allows the
    next request, aware, where it says so; ``wall``: who keeps programs out, where the answer names it.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: datetime | None = None,
        wall: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.wall = wall


class HeldError(FetchError):
    """A source was not asked, since its host wants a pause; that is no failure of the source."""


class ParseError(SourceError):
    """A document was read, but it is not what its adapter understands."""


class StoreError(AggregatorError):
    """The database refused; the refresh stops, and what was committed before stays."""


class ListenError(AggregatorError):
    """The HTTP server cannot listen where it was told to."""


class PublishError(AggregatorError):
    """An output could not be written; the old one stays in place and the new one is due again.

    ``reason``: the message without the path, where others may fail for the same one.
    """

    def __init__(self, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason or message


MISTAKES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, StopIteration, RuntimeError)
"""What a bug of ours raises, or whoever uses values of a store that are not what was written there."""
_Error = TypeVar("_Error", bound=SourceError)


def light(error: _Error) -> _Error:
    """The error without its way here: whoever keeps it would keep half a document alive with its frames."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
    return error
