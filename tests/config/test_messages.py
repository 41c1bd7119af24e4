from __future__ import annotations

import pytest

from aggregator.config.messages import _masked


@pytest.mark.parametrize(
    ("what", "secret", "told"),
    [
        ("must be text", "e", "must be text"),
        ("there is no 'e' here", "e", "there is no '***' here"),
        ('there is no "abc" here, nor `abc`', "abc", 'there is no "***" here, nor `***`'),
        ("there is no hush! here", "hush!", "there is no *** here"),
        ("must be text", "", "must be text"),
        ("is no '.*' of ours", ".*", "is no '***' of ours"),
    ],
)
def test_a_secret_is_hidden_wherever_it_can_be_told_from_our_words(what: str, secret: str, told: str) -> None:
    assert _masked(what, secret) == told
