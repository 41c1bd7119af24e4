"""What every command shares: the common options, how configuration is found, how lines are shown."""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from aggregator.dates import from_micros, rfc3339
from aggregator.errors import AggregatorError
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aggregator.app import App

_VERSION = 1

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON may hold as it is, but a terminal would obey or could not show."""


@dataclass
class Common:
    """The options that are understood before and after the command."""

    config: Path | None = None
    verbosity: int = 0
    """-1 quiet, 0 normal, 1 and more verbose."""
    color: str = "auto"
    log_format: str = "auto"

    def app(self, *, may_be_none: bool = False) -> App:
        """The application of the site that the options name; ``may_be_none``: one that reads nothing yet.

        Raises ConfigError.
        """
        from aggregator.app import App

        return App.open(self.config, os.environ, {}, may_be_none=may_be_none)

    def wants_color(self, stream: TextIO | None) -> bool:
        """Whether to write colours there: by the flag, NO_COLOR, FORCE_COLOR, TERM=dumb, then a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return os.environ["FORCE_COLOR"] != "0"
        return is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at it, on a terminal that can move its cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options; what stands after the command wins."""

    @click.option("-c", "--config", type=click.Path(path_type=Path), help="The configuration file.")
    @click.option("-v", "--verbose", count=True, help="Tell more; twice: everything.")
    @click.option("-q", "--quiet", is_flag=True, help="Tell problems only.")
    @click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours in the output.")
    @click.option("--log-format", type=click.Choice(["auto", "text", "json"]), help="How log lines look.")
    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        context = click.get_current_context()
        common = context.find_root().ensure_object(Common)
        _take(common, kwargs)
        set_up_logging(common)
        return command(*args, **kwargs)

    return wrapper


def _take(common: Common, options: dict[str, Any]) -> None:
    config, color, log_format = (options.pop(key) for key in ("config", "color", "log_format"))
    verbose, quiet = options.pop("verbose"), options.pop("quiet")
    common.config = config or common.config
    common.color = color or common.color
    common.log_format = log_format or common.log_format
    if quiet:
        common.verbosity = -1
    elif verbose:
        common.verbosity = verbose


def current() -> Common:
    """The common options of the command that runs."""
    common: Common = click.get_current_context().find_root().ensure_object(Common)
    return common


class _JsonLines(logging.Formatter):
    """One object a line; what a record carries as ``fields`` are keys of it."""

    def format(self, record: logging.LogRecord) -> str:
        about: dict[str, object] = {
            "time": _time_of(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            about["exception"] = self.formatException(record.exc_info)
        return json.dumps(about, ensure_ascii=False)


class _TextLines(logging.Formatter):
    def __init__(self, *, timed: bool = False) -> None:
        super().__init__()
        self._timed = timed

    def format(self, record: logging.LogRecord) -> str:
        from aggregator.text import terminal_safe

        line = f"{record.levelname.lower()}: {terminal_safe(record.getMessage())}"
        if record.exc_info:
            trace = self.formatException(record.exc_info).splitlines()
            line = "\n".join([line, *map(terminal_safe, trace)])
        return f"{_time_of(record)} {line}" if self._timed else line


def _time_of(record: logging.LogRecord) -> str:
    """To the millisecond."""
    seconds, milliseconds = divmod(int(record.created * 1000), 1000)
    return f"{rfc3339(from_micros(seconds * 1_000_000))[:-1]}.{milliseconds:03}Z"


class _ToStderr(logging.StreamHandler[TextIO]):
    """The handler of this program, told from others'."""


def set_up_logging(common: Common) -> None:
    """Send log records to stderr, in the form and from the level that the options ask for.

    Also what libraries warn of, such as asyncio of an error that nobody took.
    """
    handler = _ToStderr(sys.stderr)
    handler.setFormatter(_JsonLines() if common.log_format == "json" else _TextLines())
    levels = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
    logger = logging.getLogger("aggregator")
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(levels.get(common.verbosity, logging.DEBUG))
    others = logging.getLogger()
    others.handlers[:] = [*(each for each in others.handlers if not isinstance(each, _ToStderr)), handler]


def log_with_time(common: Common) -> None:
    """Log what a command that runs for long tells: also what goes well, and when it was.

    A service manager's journal notes the time itself.
    """
    logger = logging.getLogger("aggregator")
    if common.verbosity <= 0:
        logger.setLevel(logging.INFO if common.verbosity == 0 else logging.WARNING)
    if common.log_format != "json" and not os.environ.get("JOURNAL_STREAM"):
        for handler in logger.handlers:
            handler.setFormatter(_TextLines(timed=True))


def echo(line: str = "", **style: Any) -> None:
    """A line of the result, on stdout, with nothing in it that a terminal would obey.

    ``style`` is that of :func:`click.style`, and holds where colours are wanted.
    """
    put(_line(line, sys.stdout, style))


def tell(line: str, **style: Any) -> None:
    """A line of progress or of trouble, on stderr. That nobody listens stops no work."""
    try:
        click.echo(_line(line, sys.stderr, style), err=True, color=True)
    except OSError:
        let_go_of(sys.stderr)


def echo_json(about: Mapping[str, Any]) -> None:
    """The one JSON object that a command prints, with the version of its form; a line for each it tells of.

    An indented one takes ten times as long to write: Python's own encoder does it.
    """
    every_letter = "utf" in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    encode = json.JSONEncoder(ensure_ascii=not every_letter).encode
    members = (
        f"  {encode(key)}: {_lines(value, encode)}" for key, value in {"version": _VERSION, **about}.items()
    )
    text = "{\n" + ",\n".join(members) + "\n}"
    put(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _lines(value: object, encode: Callable[[object], str]) -> str:
    """A value in one line; of a list, each element in its own."""
    if not isinstance(value, (list, tuple)) or not value:
        return encode(value)
    return "[\n" + ",\n".join(f"    {encode(each)}" for each in value) + "\n  ]"


def put(text: str) -> None:
    """Write to stdout what is fit for it as it is."""
    try:
        # What is coloured by now is so on purpose: click must not judge the stream once more.
        click.echo(text, color=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go_of(sys.stdout)
        raise cannot_be_written(error) from error


def refuses(stream: TextIO | None) -> bool:
    """Whether a stream takes nothing, not even a line's end; then it is let go of."""
    try:
        click.echo(file=stream)
    except OSError:
        let_go_of(stream)
        return True
    return False


def cannot_be_written(error: OSError) -> AggregatorError:
    """What is told of stdout that takes nothing."""
    return AggregatorError(f"the output cannot be written: {error.strerror}")


def let_go_of(stream: TextIO | None) -> None:
    """Nobody takes what is written there: keep the interpreter from trying once more at its end."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _line(line: str, stream: TextIO | None, style: Mapping[str, Any]) -> str:
    from aggregator.text import terminal_safe

    safe = terminal_safe(line)
    return click.style(safe, **style) if style and current().wants_color(stream) else safe


def counted(count: int, what: str) -> str:
    """``1 file``, ``1,234 files``; in words of the regular plural."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


class Duration(click.ParamType[float]):
    """A duration such as ``90s``, ``5m`` or ``1h``; the value is in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read one; click tells the user what is wrong with it."""
        from aggregator.config.units import seconds

        if isinstance(value, int | float):
            return float(value)
        try:
            return float(seconds(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
