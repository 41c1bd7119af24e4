"""What systemd is told, by the protocol of sd_notify(3): lines in a datagram. Without it nobody is told."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MICROSECONDS = 1_000_000


class Notify:
    """The service manager that ``environ`` names, if any."""

    def __init__(
        self,
        environ: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
        pid: int | None = None,
    ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._monotonic = monotonic
        self.watchdog = _watchdog(environ, os.getpid() if pid is None else pid)
        """Seconds after which it takes us for dead unless :meth:`alive` is called; None: never."""
        self._alive = float("-inf")
        self._status = ""

    def ready(self) -> None:
        """Work has begun, or goes on after :meth:`reloading`."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """The configuration is being read again."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(self._monotonic() * _MICROSECONDS)}")

    def stopping(self) -> None:
        """We are about to end."""
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for a person."""
        if text != self._status:
            self._status = text
            self._tell("STATUS=" + text.replace("\n", " "))

    def alive(self) -> None:
        """To be called often; it is passed on twice in the time that the watchdog grants."""
        now = self._monotonic()
        if self.watchdog is not None and now - self._alive >= self.watchdog / 2 - 0.5:
            self._alive = now
            self._tell("WATCHDOG=1")

    def _tell(self, lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as tells:
                tells.setblocking(False)
                tells.sendto(lines.encode(), self._address)
        except OSError:
            return  # it is gone or busy; that is no reason to stop working


def _address(name: str) -> str:
    """A path, or a name in Linux's abstract space, which ``@`` stands for the first byte of."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else ""


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    micros = environ.get("WATCHDOG_USEC", "")
    if not micros.isdecimal() or int(micros) == 0 or environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    return int(micros) / _MICROSECONDS
