"""Ids of what has none that can be shown. Pure. The one rule: the same value gives the same id for ever."""

from __future__ import annotations

import uuid

_NAMESPACE = uuid.UUID("6c964fa6-e9b3-4cba-883d-0dde6307427b")


def of(value: str) -> str:
    """Return a UUID that follows from ``value``, as an IRI."""
    writable = value.encode("utf-8", "backslashreplace").decode("utf-8")  # lone surrogates stay told apart
    return uuid.uuid5(_NAMESPACE, writable).urn


def origin(name: str) -> str:
    """Return what stands for the stated origin of that name."""
    return of(f"origin:{name}")


def nameless(site_id: str, source_id: str) -> str:
    """Return what stands for a source of a site's that has no id of its own, or keeps it to itself."""
    return of(f"{site_id}/{source_id}")
