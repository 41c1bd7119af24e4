"""Where the system does not tell that a file changed: what other machines write nobody here sees happen."""

from __future__ import annotations

import re
from pathlib import Path

_SILENT = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|ncpfs|vboxsf|prl_fs|virtiofs|fakeowner|fuse\..*"
)
"""File systems whose files change without an event."""
_MOUNTS = Path("/proc/self/mountinfo")


def is_silent(path: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether changes below ``path`` must be looked for. Where mounts cannot be told they need not be."""
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
        real = path.resolve()
    except OSError:
        return False
    kinds = {point: kind for point, kind in map(_mount, text.splitlines()) if real.is_relative_to(point)}
    if not kinds:
        return False
    nearest = max(kinds, key=lambda point: len(point.parts))
    return _SILENT.fullmatch(kinds[nearest]) is not None


def _mount(line: str) -> tuple[Path, str]:
    """Mount point and type of a line: ``36 35 98:0 /root /point opts … - type source opts`` (proc(5))."""
    before, _, after = line.partition(" - ")
    point = before.split(" ")[4] if before.count(" ") > 4 else "/"  # noqa: PLR2004 - the fifth field
    unescaped = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)
    return Path(unescaped), after.split(" ")[0]
