"""The store in memory as whoever leaves and takes commands sees it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from aggregator.commands import Command

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class FakeCommands:
    def __init__(self) -> None:
        super().__init__()
        self._commands: dict[int, Command] = {}
        self._command_numbers = count(1)

    def leave(self, action: str, argument: str, at: datetime) -> int:
        number = next(self._command_numbers)
        self._commands[number] = Command(id=number, at=at, action=action, argument=argument)
        return number

    def commands(self) -> Sequence[Command]:
        return list(self._commands.values())

    def done(self, command_ids: Iterable[int]) -> None:
        for number in command_ids:
            self._commands.pop(number, None)
