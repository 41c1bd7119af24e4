"""One conditional request for a document on the web, and what is to be remembered of it.

Its rule: what a publisher identifies a version by goes back as it came, and nothing is made up.
"""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator import sourcekeys
from aggregator.exchange import Exchange, Request, Validators
from aggregator.model import Document, Stamp
from aggregator.sources import volatile

if TYPE_CHECKING:
    from aggregator.contracts import Web
    from aggregator.exchange import Answer, Skip
    from aggregator.model import Bookmark, Source


async def ask(
    source: Source, url: str, bookmark: Bookmark, web: Web, *, accept: str, deltas: bool = False
) -> tuple[Exchange, Document | None]:
    """Ask for the document at ``url``; None: it is as it was. Raises FetchError.

    Where permanent redirects moved it for good (``bookmark.url``), it is asked for there.
    """
    answer = await web.get(
        Request(
            url=bookmark.url or url,
            validators=bookmark.validators,
            validated=bookmark.validated,
            headers=source.headers,
            user_agent=source.user_agent,
            proxy=source.proxy,
            accept=accept,
            deltas=deltas,
            is_known=lambda *said: bool(bookmark.body_hash) and _body_hash(*said) == bookmark.body_hash,
        )
    )
    exchange = _exchange(answer, bookmark)
    if exchange.unchanged:
        return exchange, None
    stamp = Stamp(sourcekeys.without_credentials(url), len(answer.body), 0, answer.raw_hash)
    return exchange, Document(stamp, answer.body, url=answer.url, content_type=answer.content_type)


def _exchange(answer: Answer, bookmark: Bookmark) -> Exchange:
    """What to remember. RFC 9111, 4.3.4: a 304 updates validators; RFC 3229: a delta's hash is nobody's."""
    validators, body_hash, stable_hash = answer.validators, "", bookmark.stable_hash
    if answer.raw_hash:
        body_hash = _body_hash(answer.raw_hash, answer.content_type, answer.url)
    skip = _skip(answer, body_hash, bookmark)
    if skip == "not modified":
        known = bookmark.validators
        validators = Validators(
            validators.etag or known.etag, validators.last_modified or known.last_modified
        )
        body_hash = bookmark.body_hash
    elif answer.status == HTTPStatus.IM_USED:
        body_hash = stable_hash = ""
    elif not skip:
        stable_hash = _stable_hash(answer)
        if stable_hash and stable_hash == bookmark.stable_hash:
            skip = "same entries"
    return Exchange(
        status=answer.status,
        validators=validators,
        body_hash=body_hash,
        stable_hash=stable_hash,
        url=answer.url,
        skip=skip,
        moved=answer.moved,
        retry_after=answer.retry_after,
        freshness=answer.freshness,
        received=answer.received,
    )


def _skip(answer: Answer, body_hash: str, bookmark: Bookmark) -> Skip:
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return "not modified"
    return "same bytes" if body_hash and body_hash == bookmark.body_hash else ""


def _body_hash(raw_hash: str, content_type: str | None, url: str) -> str:
    """Of the bytes, with what else has a say in what they mean: their encoding, and where they came from.

    Not with the query, by which no link is resolved: it may be another at each redirect. Nor with the media
    type, which nobody who reads a document believes.
    """
    from aggregator.sources import decoding  # noqa: PLC0415 - not before there is something to read

    parts = urlsplit(url)
    charset = decoding.charset(content_type) or ""
    said = f"{raw_hash}\n{charset.lower()}\n{parts.scheme}://{parts.netloc}{parts.path}"
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _stable_hash(answer: Answer) -> str:
    """With where and as what the document came: both have a say in how it is read."""
    stable = volatile.stable_hash(answer.body)
    if stable is None:
        return ""
    said = f"{stable}\n{answer.url}\n{answer.content_type}"
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
