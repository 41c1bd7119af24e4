"""Composition: the only package that knows which parts are in use.

Every front door comes through here, so that the one-off command and whatever runs for long take one road.
"""

from aggregator.app.application import App

__all__ = ["App"]
