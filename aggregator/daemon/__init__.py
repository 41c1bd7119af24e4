"""The daemon: refreshes when sources are due, watches local folders, publishes, until it is told to stop.

It decides when; what is done is the application's. ``service`` puts it together: ``alarms`` (APScheduler) and
``heartbeat`` say when, ``watching`` says what changed on disk, ``work`` reads sources, ``publishing`` writes
outputs, ``notify`` tells the service manager, ``early`` notes signals, ``doors`` is what else runs beside.
"""

from __future__ import annotations

from aggregator.daemon.service import Daemon, Surroundings, run

__all__ = ["Daemon", "Surroundings", "run"]
