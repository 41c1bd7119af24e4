"""What was probably meant by a name that is not known. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 80
"""Comparing takes the product of the lengths; no name of ours is longer."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like ``word``, blind to case and to ``-`` for ``_``; None if none is near."""
    import difflib  # noqa: PLC0415 - only mistakes need it

    by_form = {_form(name): name for name in reversed(list(known))}
    found = difflib.get_close_matches(_form(word[:_LONGEST]), by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else None


def hint(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)``, or nothing."""
    name = closest(word, known)
    return f" (did you mean {name}?)" if name and name != word else ""


def shown(value: str) -> str:
    """A value of the user's as a message quotes it: one short line in which nothing can hide."""
    return repr(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…")


def _form(name: str) -> str:
    return name.casefold().replace("-", "_")
