"""A corpus of feed documents of our own making, each with what a reader must find in it.

Its rule: every expectation is stated here by hand, from the formats' specifications; none is taken from
what a parser made of the document. ``python -m tests.corpus`` writes ``tests/data/feeds``.
"""
