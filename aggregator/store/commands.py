"""What is asked of the process that holds the lock, by others that can only leave a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.commands import Command
from aggregator.dates import from_micros, to_micros
from aggregator.store.codec import array, bindable, original
from aggregator.store.rows import Connected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class Commands(Connected):
    """Notes, oldest first."""

    def leave(self, action: str, argument: str, at: datetime) -> int:
        """See :meth:`aggregator.contracts.CommandStore.leave`."""
        with self._connection.writing() as raw:
            ((number,),) = raw.execute(
                "insert into commands (at, action, argument) values (?, ?, ?) returning id",
                (to_micros(at), bindable(action), bindable(argument)),
            ).fetchall()
            return int(number)

    def commands(self) -> Sequence[Command]:
        """See :meth:`aggregator.contracts.CommandStore.commands`."""
        with self._connection.reading() as raw:
            rows = raw.execute("select id, at, action, argument from commands order by id")
            return [
                Command(id=number, at=from_micros(at), action=original(action), argument=original(argument))
                for number, at, action, argument in rows
            ]

    def done(self, command_ids: Iterable[int]) -> None:
        """See :meth:`aggregator.contracts.CommandStore.done`."""
        with self._connection.writing() as raw:
            raw.execute(
                "delete from commands where id in (select value from json_each(?))", (array(command_ids),)
            )
