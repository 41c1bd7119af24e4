"""One conditional request for a document on the web, and what is to be remembered of it.

Its rule: what a publisher identifies a version by goes back as it came, and nothing is made up.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from aggregator import sourcekeys
from aggregator.exchange import Exchange, Request, Validators
from aggregator.model import Document, Stamp

if TYPE_CHECKING:
    from aggregator.contracts import Web
    from aggregator.exchange import Answer
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
        )
    )
    unchanged = answer.status == HTTPStatus.NOT_MODIFIED or (
        bool(answer.raw_hash) and answer.raw_hash == bookmark.body_hash
    )
    exchange = replace(_exchange(answer, bookmark), unchanged=unchanged)
    if unchanged:
        return exchange, None
    stamp = Stamp(sourcekeys.without_credentials(url), len(answer.body), 0, answer.raw_hash)
    return exchange, Document(stamp, answer.body, url=answer.url, content_type=answer.content_type)


def _exchange(answer: Answer, bookmark: Bookmark) -> Exchange:
    """What to remember. RFC 9111, 4.3.4: a 304 updates validators; RFC 3229: a delta's hash is nobody's."""
    validators, body_hash = answer.validators, answer.raw_hash
    if answer.status == HTTPStatus.NOT_MODIFIED:
        known = bookmark.validators
        validators = Validators(
            validators.etag or known.etag, validators.last_modified or known.last_modified
        )
        body_hash = bookmark.body_hash
    return Exchange(
        status=answer.status,
        validators=validators,
        body_hash="" if answer.status == HTTPStatus.IM_USED else body_hash,
        url=answer.url,
        moved=answer.moved,
        retry_after=answer.retry_after,
        freshness=answer.freshness,
        received=answer.received,
    )
