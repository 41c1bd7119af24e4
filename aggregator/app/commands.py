"""Commands that whoever writes does: for itself, or because another process left them.

Doing one twice is doing it once, so that a crash in between is harmless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aggregator.contracts import CommandStore
    from aggregator.records import Command

Action = Literal["pause", "resume", "reset", "hide", "show"]
"""The first three of a source by its id, the last two of an item by its number."""


def do_commands(store: CommandStore) -> tuple[Command, ...]:
    """Do everything that was left, and tell what it was."""
    commands = tuple(store.commands())
    for command in commands:
        _do(store, command.action, command.argument)
    if commands:
        store.done([command.id for command in commands])
    return commands


def _do(store: CommandStore, action: str, argument: str) -> None:
    """What is asked of something that is no more, or by a newer program, is nothing to be done."""
    match action:
        case "pause" | "resume":
            store.set_paused(argument, action == "pause")
        case "reset":
            store.reset(argument)
        case "hide" | "show":
            store.set_hidden(int(argument), action == "hide")
        case _:
            pass
