"""Templates as compiled, beside them, as Python keeps its own modules: compiling takes longer than rendering.

The one rule: nothing is run that was not compiled here, from these very templates, by this very Python. It
lies where Python looks for the compiled modules of this package, so whoever could change it there could
change those as well.
"""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from hashlib import sha256
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache
from jinja2 import __version__ as _jinja

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

_DIGEST = sha256().digest_size
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class CompiledTemplates(BytecodeCache):
    """Keeps what was compiled, if it ``keeps`` anything, and takes it from there."""

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the path; empty where Python keeps nothing."""
        if filename is None or sys.implementation.cache_tag is None:
            return ""
        return f"{cache_from_source(filename)}-{Path(name).suffix[1:]}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what lies there, if it is whole and was compiled from the same by the same."""
        with suppress(OSError):
            body = Path(bucket.key).read_bytes()
            if body[:_DIGEST] == self._stamp(bucket, body[_DIGEST:]):
                bucket.code = marshal.loads(body[_DIGEST:])  # noqa: S302 - whole, and ours: see above

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it; where that cannot be, it is compiled each time."""
        if not self._keeps or not bucket.key:
            return
        place, code = Path(bucket.key), marshal.dumps(bucket.code)
        beside = place.with_name(f"{place.name}.{os.getpid()}")
        with suppress(OSError):
            place.parent.mkdir(0o755, parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(beside, _NEW, 0o644), "wb") as file:
                    file.write(self._stamp(bucket, code) + code)
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)

    @staticmethod
    def _stamp(bucket: Bucket, code: bytes) -> bytes:
        """By which a file is told that is damaged, or was compiled otherwise."""
        how = bucket.environment
        options = (how.autoescape, how.trim_blocks, how.lstrip_blocks)
        about = (bucket.checksum, options, _jinja, MAGIC_NUMBER, code)
        return sha256(repr(about).encode()).digest()
