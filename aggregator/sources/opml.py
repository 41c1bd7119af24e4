"""Lists of feeds: an OPML file or URL, read anew at every refresh. It yields sources, not items."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from functools import partial
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from aggregator import sourcekeys
from aggregator.apart import apart
from aggregator.errors import FetchError
from aggregator.model import Batch, Document, Listing, Stamp
from aggregator.sources import conditional
from aggregator.sources.folders import configured_name, why

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aggregator.contracts import Web
    from aggregator.exchange import Exchange
    from aggregator.model import Bookmark, ListReading, Source

MAX_BYTES = 8 * 1024 * 1024
_ACCEPT = "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


def web_address(value: str) -> str:
    """An absolute http(s) URL, which may carry a user name and a password."""
    if (url := sourcekeys.address(value)) is None:
        raise ValueError("must be an absolute URL such as https://example.org/feeds.opml")
    return url


_Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00]+$")]


class OpmlOptions(BaseModel):
    """A list of feeds; every other key is for its feeds. The innermost folder of a feed is a category of it.

    A feed that is a source of its own is left to that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: _Path | None = Field(
        default=None, description="The file, relative to the site folder. Either this or `url`."
    )
    url: Annotated[str, AfterValidator(web_address)] | None = Field(
        default=None, description="Where the list is on the web. Either this or `path`."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("must have either `path` or `url`")
        return self

    @property
    def location(self) -> str:
        """The file, whatever its spelling, or the URL."""
        return self.url or configured_name(self.path or "")


class Opml:
    """Reads lists of feeds."""

    name = "opml"
    options = OpmlOptions
    remote = True

    def watched(self, source: Source) -> tuple[Path, ...]:
        """See :class:`aggregator.contracts.Watchable`."""
        return () if "://" in source.location else (source.root / source.location,)

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        """Yield the document, that it is unchanged since ``bookmark``, or that its file is missing."""
        options = source.options
        if not isinstance(options, OpmlOptions):
            raise FetchError(f"{source.id}: names no list (path: … or url: …)")
        if options.url is not None:
            exchange, document = await conditional.ask(source, options.url, bookmark, web, accept=_ACCEPT)
            if document is not None:
                yield Batch(documents=(document,))
            yield exchange
            return
        body = await apart(partial(_read, source.root / source.location, source.location))
        if body is None:
            yield Listing(present=frozenset(), missing=(source.location,))
        else:
            hash_ = hashlib.sha256(body).hexdigest()
            yield Batch(documents=(Document(Stamp(source.location, len(body), 0, hash_), body),))

    def sources(self, source: Source, document: Document) -> ListReading:
        """Read the list."""
        from aggregator.sources import decoding, outlines  # noqa: PLC0415 - not before there is something to read

        where = sourcekeys.without_credentials(document.url or source.location)
        decoded = decoding.decode(document.body, document.content_type)
        return outlines.read(decoded.text, where)


def _read(path: Path, shown: str) -> bytes | None:
    """The file's bytes; None: there is no such file. Blocking. Never waits for a FIFO."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FetchError(f"{shown}: is not a file")
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            return None
        raise FetchError(f"{shown}: cannot be read: {why(error)}") from error
    if len(body) > MAX_BYTES:
        raise FetchError(f"{shown}: is larger than {MAX_BYTES // 1024**2} MiB: not read")
    return body
