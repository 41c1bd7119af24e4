"""Reading many sources, host by host: each waits in its host's queue, and no queue keeps a run for ever.

What waits is a name in a queue, not a task. What does not come to its turn in time stays due: the next run
begins with it, for whoever has waited longest goes first.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from aggregator.commits import TOGETHER
from aggregator.lanes import host_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from aggregator.lanes import HostRule, Lanes
    from aggregator.model import Source
    from aggregator.reports import SourceResult

    Start = Callable[[], Awaitable[SourceResult]]

_BESIDES = 2
"""Sources that are read beside those that a host is being asked for: parsed, or waiting for the disk.

Where hosts are asked without a pause, as many in all as are kept in one transaction, if that is more.
"""


class Queue(NamedTuple):
    """The sources of one host or group, in their order; ``rule`` None: they wait for nobody."""

    key: str
    rule: HostRule | None
    names: deque[str]

    def cut(self, seconds: float) -> Sequence[str]:
        """Take away, and return, what cannot come to its turn in so many seconds."""
        if self.rule is None or not self.rule.delay:
            return ()
        most = max(1, int(seconds / self.rule.delay))
        return [self.names.pop() for _ in range(len(self.names) - most)]

    def abreast(self, queues: int) -> int:
        """How many of them are read side by side, with so many queues in all."""
        if self.rule is None:
            return len(self.names)
        besides = _BESIDES if self.rule.delay else max(_BESIDES, TOGETHER // queues)
        return min(len(self.names), self.rule.connections + besides)


def queues(sources: Iterable[tuple[Source, str | None]], lanes: Lanes) -> Sequence[Queue]:
    """The queues of these, each with the URL that it is asked for at; None: it asks nobody."""
    names: defaultdict[tuple[str, HostRule | None], deque[str]] = defaultdict(deque)
    for source, url in sources:
        host = host_of(url) if url is not None else None
        lane = ("", None) if host is None else lanes.lane(host)
        names[lane].append(source.id)
    return [Queue(key, rule, of_lane) for (key, rule), of_lane in names.items()]


async def read(
    waiting: Sequence[Queue], starts: Mapping[str, Start], patience: float | None
) -> Mapping[str, SourceResult]:
    """Read all of these, queues side by side.

    After ``patience`` seconds only the first of a queue is still begun, and after twice as many whatever is
    under way is cut off: it may have been led to another host, and wait there. Both are left in their queue.
    An error that is no result, such as that of a store that is full, ends all of them before it is raised.
    """
    loop = asyncio.get_running_loop()
    end = None if patience is None else loop.time() + patience
    results: dict[str, SourceResult] = {}

    async def work(queue: Queue) -> None:
        timed = end if queue.rule is not None else None
        while queue.names:
            name = queue.names.popleft()
            try:
                results[name] = await starts[name]()
            except asyncio.CancelledError:
                queue.names.append(name)
                raise
            if timed is not None and loop.time() >= timed:
                return

    async def work_in_time(queue: Queue) -> None:
        late = None if patience is None or end is None or queue.rule is None else end + patience
        scope = asyncio.timeout_at(late)
        try:
            async with scope:
                await work(queue)
        except TimeoutError:
            if not scope.expired():
                raise

    every = [queue for queue in waiting for _ in range(queue.abreast(len(waiting)))]
    at_work = [asyncio.create_task(work_in_time(queue)) for queue in every]
    try:
        await asyncio.gather(*at_work)
    finally:
        for each in at_work:
            each.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
    return results
