"""All rules, an area a module."""

from tests.judge.rule import RULES
from tests.judge.rules import (
    bodies,
    connections,
    credentials,
    deltas,
    failures,
    freshness,
    gone,
    manners,
    patience,
    redirects,
    schedule,
    validators,
    wishes,
)

__all__ = [
    "RULES", "bodies", "connections", "credentials", "deltas", "failures", "freshness", "gone", "manners",
    "patience", "redirects", "schedule", "validators", "wishes",
]  # fmt: skip
