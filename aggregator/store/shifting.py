"""What is kept as a moment but means a distance from now follows the clock when that is set."""

from __future__ import annotations

from datetime import timedelta

from aggregator.store.rows import Connected

_MICROSECOND = timedelta(microseconds=1)


class Shifting(Connected):
    """When sources are due, and until when they are held back."""

    def shift(self, by: timedelta) -> None:
        """See :meth:`aggregator.contracts.ScheduleStore.shift`."""
        with self._connection.writing() as raw:
            raw.execute(
                "update sources set attempted = attempted + ?1, next_check = next_check + ?1,"
                " due_from = due_from + ?1, held_until = held_until + ?1",
                (by // _MICROSECOND,),
            )
            raw.execute("update hosts set not_before = not_before + ?", (by // _MICROSECOND,))
