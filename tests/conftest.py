"""What all tests share: programs that some need, and property tests that repeat."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "aggregator",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("aggregator")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands set up logging for their process; a test shares its process with others."""
    logger = logging.getLogger("aggregator")
    before = logger.handlers[:], logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate = before[0], before[1]
    logger.setLevel(before[2])


def need(program: str) -> str:
    """The path of a program; without it the test is skipped, or fails where everything must run."""
    found = shutil.which(program)
    if found is None:
        reason = f"{program} is not installed"
        if os.environ.get("AGGREGATOR_TESTS_MUST_RUN"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
