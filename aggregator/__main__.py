"""``python -m aggregator``: the same as the console script."""

import sys

from aggregator.cli import main

if __name__ == "__main__":
    sys.exit(main())
