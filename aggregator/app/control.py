"""Commands that whoever writes does: this process where nobody else is at work, else the one that is.

Doing one twice is doing it once, so that a crash in between is harmless.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aggregator.errors import LockedError
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.app.site import SiteAccess
    from aggregator.commands import Action, Command
    from aggregator.contracts import CommandStore
    from aggregator.reports import GenerateReport
    from aggregator.store import SqliteStore

_PAUSE = 0.1
"""Seconds between two looks whether it is done."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command. ``left``: why another process has yet to do it; None: it is done."""

    report: GenerateReport | None = None
    """What this process wrote."""
    left: str | None = None


def ask(
    site: SiteAccess,
    publish: Callable[[SqliteStore], GenerateReport],
    action: Action,
    argument: str,
    *,
    wait: float,
) -> Done:
    """Do it and publish, or leave it to the process that holds the lock.

    ``wait``: seconds until it is left undone; where that process ends meanwhile, it is done here.
    """
    try:
        with site.writing(wait=0) as store:
            do_commands(store)  # what was left before is not to undo this
            do(store, action, argument, site.clock())
            return Done(publish(store))
    except LockedError as error:
        holder = error
    from aggregator.store import beside

    deadline = time.monotonic() + wait
    with beside(site.settings.store) as store:
        number = store.leave(action, argument, site.clock())
        while any(each.id == number for each in store.commands()):
            if time.monotonic() >= deadline:
                return Done(left=str(holder))
            time.sleep(_PAUSE)
            try:
                with site.writing(wait=0) as ours:
                    do_commands(ours)
                    return Done(publish(ours))
            except LockedError as error:
                holder = error
    return Done()


def do_commands(store: CommandStore) -> tuple[Command, ...]:
    """Do everything that was left, and tell what it was."""
    commands = tuple(store.commands())
    for command in commands:
        do(store, command.action, command.argument, command.at)
    if commands:
        store.done([command.id for command in commands])
    return commands


def do(store: CommandStore, action: str, argument: str, at: datetime) -> None:
    """What is asked of something that is no more, or by a newer program, is nothing to be done."""
    match action:
        case "pause" | "resume":
            store.set_paused(argument, action == "pause", at)
        case "reset":
            store.reset(argument)
        case "hide" | "show" if argument.isdecimal():
            store.set_hidden(int(argument), action == "hide")
        case _:
            pass
