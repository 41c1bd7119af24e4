"""The store in memory as whoever leaves and takes commands, and minds the clock, sees it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from aggregator.commands import Command
from tests.fake_state import FakeState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta


class FakeCommands(FakeState):
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

    def shift(self, by: timedelta) -> None:
        for source in self._sources.values():
            source.attempted = source.attempted and source.attempted + by
            source.next_check = source.next_check and source.next_check + by
            source.due_from = source.due_from and source.due_from + by
            source.held_until = source.held_until and source.held_until + by
        self._holds = {key: until + by for key, until in self._holds.items()}

    def done(self, command_ids: Iterable[int]) -> None:
        for number in command_ids:
            self._commands.pop(number, None)
