"""A client in virtual time that keeps every rule; with a flaw, it breaks one kind of them. Pure.

It is what proves the judge: each rule is kept by the flawless client, and broken by the flaw that it names.
"""

from tests.judge.model.client import Model

__all__ = ["Model"]
