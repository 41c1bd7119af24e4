"""What a client wants of the forms there are: media types and codings (RFC 9110, 12.5). Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

Coding: TypeAlias = Literal["", "gzip", "br"]
"""How a body is compressed; ``""``: not at all."""

_LONGEST = 1000
"""Characters of a field that are looked at; browsers send 150."""
_QUALITY = re.compile(r"q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def prefers_html(accept: str) -> bool:
    """Whether ``Accept`` asks for HTML rather than for Atom, as browsers do and readers don't."""
    return "html" in accept.lower() and _prefers_html(accept[:_LONGEST])


@lru_cache(512)
def _prefers_html(accept: str) -> bool:
    wanted = _weights(accept)
    atom = next(
        (wanted[name] for name in ("application/atom+xml", "application/*", "*/*") if name in wanted), 0.0
    )
    return wanted.get("text/html", 0.0) > atom


def coding(accept_encoding: str) -> Coding:
    """The coding that ``Accept-Encoding`` likes best; Brotli where it likes gzip as well."""
    return _coding(accept_encoding[:_LONGEST]) if accept_encoding else ""


@lru_cache(512)
def _coding(accept_encoding: str) -> Coding:
    wanted = _weights(accept_encoding)
    rest = wanted.get("*", 0.0)
    brotli = wanted.get("br", 0.0)  # an asterisk alone says too little: everybody reads gzip
    gzip = (
        max(wanted.get("gzip", 0.0), wanted.get("x-gzip", 0.0)) if {"gzip", "x-gzip"} & set(wanted) else rest
    )
    best = max(brotli, gzip)
    if not best or wanted.get("identity", 0.0) > best:
        return ""
    return "br" if brotli == best else "gzip"


def _weights(field: str) -> dict[str, float]:
    """Each name, in lower case, with its weight; one that is not well-formed counts as not wanted."""
    weights: dict[str, float] = {}
    for element in field.split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        if name:
            weights[name.lower()] = _weight(parameters)
    return weights


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter[:1] in ("q", "Q") and "=" in parameter:
            quality = _QUALITY.fullmatch(parameter)
            return float(quality[1]) if quality else 0.0
    return 1.0
