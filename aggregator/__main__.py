"""``python -m aggregator`` and the console script.

What takes time to load is loaded where Ctrl-C is understood.
"""

import sys


def run() -> int:
    """The command line; returns its exit code."""
    try:
        from aggregator.cli import main  # noqa: PLC0415 - see above

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(run())
