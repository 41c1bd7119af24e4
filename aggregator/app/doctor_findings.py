"""From what was seen of a site to what an operator is told. Pure.

One rule: whatever is not as it should be comes with what to do about it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from aggregator import due
from aggregator.dates import rfc3339
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Mark = Literal["ok", "warn", "fail"]

_FIRST_YEAR, _LAST_YEAR = 2026, 2100
"""No clock that is right is outside of these."""
_TOLERANCE = timedelta(minutes=2)
_LONG = timedelta(hours=1)
_KIB = 1024
_TOO_LITTLE, _COMFORTABLE = 16 * _KIB**2, 256 * _KIB**2
_TIMES_THE_STORE = 2
"""A migration and a backup copy it, a vacuum writes it once more."""
_FEW_FILES = 1000
_OTHERS, _OTHERS_WRITE = 0o077, 0o022


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. ``fix`` is there unless it is ok."""

    check: str
    mark: Mark
    said: str
    fix: str | None = None


def ok(check: str, said: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", said)


def trouble(check: str, error: object, fix: str) -> Finding:
    """What an error says; where it says itself what to do after a semicolon, that is the fix."""
    said, _, told = str(error).partition("; ")
    return Finding(check, "fail", said, told or fix)


# ── clock ─────────────────────────────────────────────────────────────────────────────────────────────────


def of_clock(now: datetime, stored: datetime | None) -> Finding:
    """The clock by itself, and against the latest time that the store knows of."""
    now = now.replace(microsecond=0)
    fix = "set the clock, and keep it right: `timedatectl set-ntp true`"
    if not _FIRST_YEAR <= now.year <= _LAST_YEAR:
        return Finding("clock", "fail", f"it says {rfc3339(now)}, which cannot be", fix)
    if stored is not None and stored - now > _TOLERANCE:
        return Finding(
            "clock", "fail", f"it says {rfc3339(now)}, but the store was written at {rfc3339(stored)}", fix
        )
    return ok("clock", f"{rfc3339(now)}" + (", later than all that is stored" if stored else ""))


def of_server_time(now: datetime, theirs: datetime | None, host: str) -> Finding | None:
    """Our clock against that of a server; None: it told nothing."""
    if theirs is None:
        return None
    apart = abs(now - theirs)
    if apart <= _TOLERANCE:
        return ok("clock", f"agrees with that of {host}")
    which = "ahead of" if now > theirs else "behind"
    return Finding(
        "clock",
        "warn",
        f"is {due.in_words(apart.total_seconds())} {which} that of {host}",
        "if theirs is right, set this one: `timedatectl set-ntp true`",
    )


# ── disk ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A folder of ours, or the nearest one above it that is there."""

    what: str
    path: Path
    free: int
    """Bytes."""
    files_left: int | None
    """How many more the file system takes; None: as many as there is room for."""
    writable: bool
    read_only: bool
    """The whole file system."""


def of_disk(disk: Disk, store_size: int, user: str) -> Finding:
    """Is there room, and may we write?"""
    where = f"{disk.path} ({disk.what})"
    if disk.read_only:
        return Finding("disk", "fail", f"{where}: its file system is read-only", "mount it writable")
    if not disk.writable:
        return Finding(
            "disk",
            "fail",
            f"{where}: {user} may not write there",
            f"let {user} write there",
        )
    room = f"{where}: {size(disk.free)} free"
    if disk.free < _TOO_LITTLE:
        return Finding("disk", "fail", f"{room}; nothing can be kept", "free some space")
    wanted = max(_TIMES_THE_STORE * store_size, _COMFORTABLE)
    if disk.free < wanted:
        return Finding(
            "disk",
            "warn",
            f"{room}, the store has {size(store_size)}",
            f"free {size(wanted - disk.free)}",
        )
    if disk.files_left is not None and disk.files_left < _FEW_FILES:
        return Finding(
            "disk", "warn", f"{where}: has room for {disk.files_left} more files", "remove files (df -i)"
        )
    return ok("disk", room)


def of_owner(path: Path, mode: int, owner: str, user: str) -> Iterator[Finding]:
    """Who may look into the store, which knows the URLs of private sources; and whose it is."""
    if owner != user:
        yield Finding(
            "store",
            "warn",
            f"{path}: belongs to {owner}, and this is {user}",
            f"`sudo -u {owner} aggregator …`: else files arise that {owner} cannot write",
        )
    if mode & _OTHERS_WRITE:
        yield Finding("store", "fail", f"{path}: others may write to it", f"chmod 600 {path}")
    elif mode & _OTHERS:
        yield Finding("store", "warn", f"{path}: others may read it", f"chmod 600 {path}")


def size(count: int) -> str:
    """Bytes in words."""
    value, units = float(count), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= _KIB and len(units) > 1:
        value, units = value / _KIB, units[1:]
    return f"{value:.0f} {units[0]}" if units[0] == "B" else f"{value:.1f} {units[0]}"


# ── lock ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AtWork:
    """Whoever holds the lock. ``command``: such as ``daemon``, "" where it cannot be told."""

    pid: int
    since: datetime
    command: str
    here: bool
    """Whether this machine shows such a process."""


def of_lock(holder: AtWork | None, now: datetime) -> Finding:
    """Is it fine that somebody works on the site?"""
    if holder is None:
        return ok("lock", "nobody is working on the site")
    who = f"process {holder.pid}" + (f" (aggregator {holder.command})" if holder.command else "")
    age = now - holder.since
    lasting = f" for {due.in_words(age.total_seconds())}" if age > timedelta() else ""
    if not holder.here:
        return Finding(
            "lock",
            "warn",
            f"{who} holds it{lasting}, and is not to be seen from here",
            "if that is a container of yours, all is well; the lock ends with its process",
        )
    if holder.command not in ("daemon", "") and age > _LONG:
        return Finding(
            "lock",
            "warn",
            f"{who} has been working on the site{lasting}",
            f"see what it waits for; `kill -TERM {holder.pid}` ends it, and nothing is lost",
        )
    return ok("lock", f"{who} has been working on the site{lasting}; reading commands work beside it")


# ── network ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A name; ``error`` None: it has addresses. ``refused``: it has, but the guard does not let them pass."""

    host: str
    error: str | None = None
    refused: bool = False


def of_names(names: Sequence[LookedUp], others: int) -> Iterator[Finding]:
    """Can the names of the sources' hosts be looked up? ``others``: how many were not."""
    if not names:
        yield ok("names", "no source is read over the network, so there are none to look up")
        return
    failed = [each for each in names if each.error and not each.refused]
    if len(failed) == len(names):
        yield Finding(
            "names",
            "fail",
            f"none can be looked up: {failed[0].error}",
            "check the network, and the name servers in /etc/resolv.conf",
        )
        return
    well = [each.host for each in names if not each.error]
    if well:
        besides = f" (and {others} not tried)" if others else ""
        yield ok("names", f"{', '.join(well)}{besides}")
    for each in names:
        if each.error:
            fix = (
                "open it under `fetch.allow_private` if you know that host"
                if each.refused
                else "correct the source's url, or remove the source"
            )
            yield Finding("names", "warn", each.error, fix)


def of_failed_fetch(source_id: str, error: str, *, answered: bool) -> Finding:
    """The test fetch failed. A server that answers is proof enough that the network works."""
    if answered:
        return Finding(
            "fetch",
            "warn",
            f"{source_id}: {error}",
            f"the network works; `aggregator explain` and `aggregator status` tell how {source_id} is",
        )
    return Finding(
        "fetch",
        "fail",
        f"{source_id}: {error}",
        "check the network, a firewall, and `fetch.proxy`; `aggregator status` tells whether others work",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What is at the listen address. ``outcome``: an errno, 0: it is free, -1: no such name."""

    address: str
    outcome: int
    given: bool
    """Whether somebody chose that address."""
    ours: bool | None = None
    """Whether this site's outputs are served there; None: that cannot be told."""
    health: str = ""
    well: bool = False


def of_listening(seen: Listening, words: Mapping[int, tuple[str, str]]) -> Finding:
    """Can the server listen there, or does it? ``words``: what is wrong and its fix, by errno.

    An address that nobody chose is no trouble for whoever runs no server.
    """
    bad: Mark = "fail" if seen.given else "warn"
    if seen.outcome == 0:
        return ok("listen", f"{seen.address} is free")
    if seen.ours:
        if seen.well:
            return ok("listen", f"this site is served at {seen.address}: {seen.health}")
        return Finding(
            "listen", "fail", f"the server at {seen.address} is not well: {seen.health}", "see its log"
        )
    if seen.outcome in words:
        what, fix = words[seen.outcome]
        return Finding("listen", bad, f"{seen.address}: {what}", fix)
    return Finding(
        "listen", bad, f"{seen.address}: cannot be listened at (error {seen.outcome})", "choose another"
    )


def moment(seconds: float) -> datetime:
    """A time of the file system."""
    return datetime.fromtimestamp(seconds, UTC)
