from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from aggregator.config.units import (
    Duration,
    Percent,
    Size,
    duration_text,
    seconds,
    share,
    share_text,
    size,
    size_text,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90s", 90), ("30m", 1800), ("1h", 3600), ("7d", 604_800), ("2w", 1_209_600), ("1h30m", 5400),
        ("1d 12h", 129_600), ("500ms", 0.5), ("1.5h", 5400), ("0s", 0), ("0", 0), (" 1m ", 60),
        ("1m1ms", 60.001),
    ],
)  # fmt: skip
def test_durations_are_read(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    "text", ["", "s", "1", "-1s", "1x", "1h1h", "30m1h", "1,5h", "1e3s", "1H", "٣s", "1h!", "9" * 99 + "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a duration such as"):
        seconds(text)


def test_a_bare_number_lacks_its_unit() -> None:
    with pytest.raises(ValueError, match=r"did you mean 30s\?"):
        seconds("30")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0s"), (0.5, "500ms"), (60, "1m"), (5400, "1h30m"), (86_400, "24h"), (172_800, "48h"),
        (604_800, "7d"), (604_801, "168h1s"),
    ],
)  # fmt: skip
def test_durations_are_written_as_people_do(value: float, text: str) -> None:
    assert duration_text(value) == text


@given(st.integers(0, 10**9))
def test_a_duration_that_is_written_reads_as_itself(milliseconds: int) -> None:
    value = milliseconds / 1000

    assert seconds(duration_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8MiB", 8_388_608),
        ("500kB", 500_000),
        ("1.5 GB", 1_500_000_000),
        ("64", 64),
        ("2kib", 2048),
        ("7B", 7),
    ],
)
def test_sizes_are_read(text: str, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "MiB", "-1MiB", "8 M B", "8TB", "1e3", "8M", "8mm"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a size such as 500kB or 8MiB"):
        size(text)


def test_a_size_without_its_b_is_asked_after() -> None:
    with pytest.raises(ValueError, match=r"did you mean 8MiB\?"):
        size("8M")


@given(st.integers(0, 10**13))
def test_a_size_that_is_written_reads_as_itself(value: int) -> None:
    assert size(size_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 0.1), ("0%", 0), ("0", 0), ("12.5 %", 0.125), ("100%", 1)]
)
def test_percentages_are_read(text: str, value: float) -> None:
    assert share(text) == value


@pytest.mark.parametrize("text", ["", "%", "10", "0.1", "-1%", "1e3%", "ten%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a percentage such as 10%"):
        share(text)


@given(st.integers(0, 1000))
def test_a_percentage_that_is_written_reads_as_itself(thousandths: int) -> None:
    assert share(share_text(thousandths / 1000)) == thousandths / 1000


class Model(BaseModel):
    wait: Annotated[float, Duration("1s", "7d")] = 60.0
    room: Annotated[int, Size("1kB", "1MiB")] = 1000
    part: Annotated[float, Percent("0%", "50%")] | None = None


def test_bounds_are_told_as_people_write_them() -> None:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"wait": "8d", "room": "1B", "part": "60%"})

    assert [str(error.get("ctx", {})["error"]) for error in caught.value.errors()] == [
        "must be at most 7d",
        "must be at least 1kB",
        "must be at most 50%",
    ]


def test_only_text_is_a_quantity() -> None:
    with pytest.raises(ValidationError, match="must be a duration"):
        Model.model_validate({"wait": ["1s"]})


def test_editors_see_quantities_as_text() -> None:
    assert Model.model_json_schema()["properties"]["wait"]["type"] == "string"
