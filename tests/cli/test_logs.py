"""How log lines look."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.cli.common import Common, log_with_time, set_up_logging

if TYPE_CHECKING:
    from collections.abc import Callable

    Told = Callable[..., str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is written of some records, by a command that runs for long or by another one."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)

    def tell(common: Common, *, for_long: bool = True) -> str:
        set_up_logging(common)
        if for_long:
            log_with_time(common)
        logger = logging.getLogger("aggregator")
        (handler,) = logger.handlers
        assert isinstance(handler, logging.StreamHandler)
        stream = io.StringIO()
        handler.setStream(stream)
        log = logging.getLogger("aggregator.daemon")
        log.debug("a detail")
        log.info("posts: 1 new", extra={"fields": {"event": "refreshed", "source": "posts", "new": 1}})
        log.warning("a \x1b[31mtitle")
        try:
            _ = 1 // 0
        except ZeroDivisionError:
            log.exception("a bug")
        return stream.getvalue()

    return tell


def test_a_line_of_json_carries_its_fields(told: Told) -> None:
    first, second, third = map(json.loads, told(Common(log_format="json")).splitlines())

    assert {"event": "refreshed", "source": "posts", "new": 1}.items() <= first.items()
    assert (first["level"], first["message"]) == ("info", "posts: 1 new")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert second["message"] == "a \x1b[31mtitle"
    assert "ZeroDivisionError" in third["exception"]


def test_a_line_of_text_has_the_time_and_nothing_that_steers_a_terminal(told: Told) -> None:
    lines = told(Common()).splitlines()

    assert re.fullmatch(r"\d{4}-\S+Z info: posts: 1 new", lines[0])
    assert re.fullmatch(r"\d{4}-\S+Z warning: a \S*\[31mtitle", lines[1])
    assert "\x1b" not in lines[1]
    assert lines[-1] == "ZeroDivisionError: integer division or modulo by zero"


def test_a_journal_notes_the_time_itself(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:12345")

    assert told(Common()).startswith("info: posts: 1 new\n")


@pytest.mark.parametrize(
    ("verbosity", "for_long", "first"),
    [
        (-1, True, "warning"),
        (0, True, "info"),
        (2, True, "debug"),
        (0, False, "warning"),
        (-1, False, "error"),
    ],
)
def test_how_much_is_told(told: Told, verbosity: int, for_long: bool, first: str) -> None:
    common: Any = Common(verbosity=verbosity, log_format="json")

    assert json.loads(told(common, for_long=for_long).splitlines()[0])["level"] == first
