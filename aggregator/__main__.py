"""``python -m aggregator`` and the console script.

What takes time to load is loaded where Ctrl-C is understood.
"""

import gc
import resource
import sys

_SELDOM = (20_000, 50, 50)
"""Garbage in circles is rare here, and most objects last as long as a refresh: a look at all of them for
every 700 new ones would take a quarter of the time."""

_HANDLES = 32
"""Files that must be allowed to be open at once; with fewer not even what is told can be told."""


def run() -> int:
    """The command line; returns its exit code."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < _HANDLES:
        sys.stderr.write(
            f"aggregator: no more than {allowed} files may be open: raise the limit (ulimit -n)\n"
        )
        return 1
    gc.set_threshold(*_SELDOM)
    try:
        from aggregator.cli import main  # noqa: PLC0415 - see above

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(run())
