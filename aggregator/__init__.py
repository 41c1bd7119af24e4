"""A feed aggregator: local posts and feeds in, one Atom feed per category out."""

__version__ = "0.1.0"
