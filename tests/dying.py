"""What ends, or hinders, a run of the program in the middle: a clock that kills, and files that do."""

from __future__ import annotations

import errno
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.builders import NOW

if TYPE_CHECKING:
    from datetime import datetime


class Killed(BaseException):
    """The process died."""


class Reaper:
    """Kills the process in this one's stead: at the n-th file that it opens or renames below a folder.

    ``full``: the disk is full from then on instead, as long as the folder is watched.
    """

    def __init__(self) -> None:
        self.folder: str | None = None
        self.left = 0
        self.full = False
        sys.addaudithook(self.look)

    def look(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.folder is None or event not in ("open", "os.rename"):
            return
        if event == "os.rename" or self.folder in str(arguments[0]):
            self.left -= 1
            if self.left < 0 and self.full:
                raise OSError(errno.ENOSPC, "no space left on device")
            if self.left < 0:
                self.folder = None
                raise Killed


REAPER = Reaper()


class DyingClock:
    """A clock that moves on with every look at it, and kills whoever looks once too often."""

    def __init__(self) -> None:
        self.now = NOW
        self.left: int | None = None

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed
        return self.now
