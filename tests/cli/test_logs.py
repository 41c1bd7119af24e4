"""How log lines look."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.cli import untaken
from aggregator.cli.common import Common, log_with_time, set_up_logging
from aggregator.cli.untaken import untaken_errors_logged

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


def test_what_libraries_and_python_itself_tell_are_lines_like_all_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Stumbles:
        def __del__(self) -> None:
            raise OSError("while it is let go of")

    def stumble() -> None:
        raise ValueError("in a thread")

    set_up_logging(Common(log_format="json"))
    set_up_logging(Common(log_format="json"))
    logging.getLogger("asyncio").error("Task exception was never retrieved")
    with untaken_errors_logged():
        del [Stumbles()][:]
        thread = threading.Thread(target=stumble, name="reader")
        thread.start()
        thread.join()

    library, object_, in_thread = map(json.loads, capsys.readouterr().err.splitlines())
    assert (library["logger"], library["message"]) == ("asyncio", "Task exception was never retrieved")
    assert "OSError: while it is let go of" in object_["exception"]
    assert in_thread["message"] == "an error in the thread reader: a bug; please report it"
    assert "ValueError: in a thread" in in_thread["exception"]
    assert sys.unraisablehook is not untaken._while_let_go_of
