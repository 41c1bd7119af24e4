"""Where nothing can be kept: in what the system makes up, and where something else lies already."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.config.positions import place_of, sound

if TYPE_CHECKING:
    from aggregator.config.positions import Node, Problems

_OF_THE_SYSTEM = tuple(map(Path, ("/proc", "/sys", "/dev")))
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - asked after; whoever names it has chosen it
"""What is an ordinary folder in ``/dev`` all the same."""


def check_places(root: Node, store: Path, output: Path, problems: Problems) -> None:
    """Store and outputs are where files last, and where neither a device nor anything else is in their place.

    Links are followed: what counts is where one would write.
    """
    for key, path, is_theirs, kind in (
        ("store", store, os.path.isfile, "plain file"),
        ("output.dir", output, os.path.isdir, "folder"),
    ):
        if not sound(root, key):
            continue
        real = Path(os.path.realpath(path))
        system = next((each for each in _OF_THE_SYSTEM if each in (real, *real.parents)), None)
        if system is not None and _IN_MEMORY not in (real, *real.parents):
            what = f"lies in {system}, where the system shows itself and keeps nothing: name another place"
            problems.add(place_of(root, key), key, what)
        elif os.path.lexists(real) and not is_theirs(real):
            problems.add(place_of(root, key), key, f"what is there is no {kind}: name another place")
