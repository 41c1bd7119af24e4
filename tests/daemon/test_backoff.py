"""What failed is tried again, later and later."""

from __future__ import annotations

from aggregator.daemon.backoff import Backoff


def test_waits_double_up_to_five_minutes_and_begin_again_after_a_success() -> None:
    backoff = Backoff()

    waits = [backoff.failed().total_seconds() for _ in range(1100)]
    backoff.went_well()

    assert waits[:9] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert set(waits[9:]) == {300}
    assert backoff.failed().total_seconds() == 2
