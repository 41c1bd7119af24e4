"""HTML pages that work from a folder, without a server and without scripts."""

from aggregator.outputs.pages.renderer import Pages

__all__ = ["Pages"]
