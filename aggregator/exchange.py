"""What is said over HTTP, as values. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aggregator.wishes import Freshness


@dataclass(frozen=True, slots=True)
class Validators:
    """What a publisher identifies a version by (RFC 9110, 8.8): opaque, kept and sent back byte for byte."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


Skip = Literal["", "not modified", "same bytes", "same entries"]
"""Why there is nothing to parse: the publisher says so (304), the hash of the raw body does, or that of the
document without its volatile parts (:mod:`aggregator.sources.volatile`). Empty: there is."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one request came to; kept only together with a good parse of what it brought.

    ``moved``: the URL that only permanent redirects (301, 308) led to.
    """

    status: int
    validators: Validators = NO_VALIDATORS
    body_hash: str = ""
    """Of the body as it came over the wire, with its charset and where it came from; empty: there is none."""
    stable_hash: str = ""
    """Of the document without its volatile parts, with where and as what it came; the same."""
    url: str = ""
    """After redirects, without credentials: whose validators and hash these are."""
    skip: Skip = ""
    moved: str | None = None
    retry_after: datetime | None = None
    freshness: Freshness | None = None
    """How long the answer is fresh; None: it says nothing of that."""
    received: int = 0
    """Bytes of the body as it came over the wire."""

    @property
    def unchanged(self) -> bool:
        """Whether there is nothing to parse."""
        return bool(self.skip)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an adapter asks of the web. ``headers``, and credentials in ``url`` or ``proxy``, are secret."""

    url: str
    validators: Validators = NO_VALIDATORS
    validated: str | None = None
    """The URL that gave these validators: they are told to it alone. None: to whatever is asked first."""
    headers: tuple[tuple[str, str], ...] = ()
    user_agent: str | None = None
    proxy: str | None = None
    accept: str = "*/*"
    deltas: bool = False
    """Whether an answer may hold only what is new (``feed`` of RFC 3229)."""
    is_known: Callable[[str, str | None, str], bool] = field(
        default=lambda _raw_hash, _content_type, _url: False, compare=False, repr=False
    )
    """Whether a body of this hash, so announced and from this URL, is known: then it need not be unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A final answer with status 200 or 304 (or 226); any other is a FetchError."""

    status: int
    url: str
    """After redirects, without credentials."""
    body: bytes = b""
    """Decoded (RFC 9110, 8.4); empty for a 304, and where ``is_known`` of the request said so."""
    raw_hash: str = ""
    """SHA-256 of the body as it came over the wire, hexadecimal."""
    validators: Validators = NO_VALIDATORS
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names; of repeated ones the values joined with ``, ``."""
    moved: str | None = None
    """The URL that only permanent redirects led to."""
    retry_after: datetime | None = None
    freshness: Freshness | None = None
    received: int = 0
    """Bytes of the body as it came over the wire."""
