"""Fuzz one target with atheris: ``python -m tests.fuzz TARGET --seconds N``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parent / "corpus"
INSTRUMENTED = ["aggregator", "feedparser"]


def main() -> None:
    """Run until the time is over or a fault is found; then it says where it put the input."""
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        from tests.fuzz.targets import LARGEST, TARGETS  # noqa: PLC0415 - to have it instrumented
        from tests.fuzz.words import dictionary  # noqa: PLC0415 - imports what is to be instrumented

    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, epilog="What else is given, libFuzzer is told."
    )
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--into", type=Path, help="the folder for inputs that reach what none did before")
    parser.add_argument("--go-on", action="store_true", help="put each fault aside, and look for others")
    told, more = parser.parse_known_args()
    into = told.into or Path(tempfile.mkdtemp(prefix=f"fuzz-{told.target}-"))
    into.mkdir(parents=True, exist_ok=True)
    words = into.with_name(f"{into.name}.dict")
    words.write_text(dictionary(told.target))
    arguments = [
        sys.argv[0], f"-max_total_time={told.seconds}", f"-max_len={LARGEST}", "-timeout=20",
        f"-dict={words}", f"-artifact_prefix={into}-", str(into), str(CORPUS / told.target), *more,
    ]  # fmt: skip
    target = TARGETS[told.target]
    atheris.Setup(arguments, going_on(target, into) if told.go_on else target)
    atheris.Fuzz()


def going_on(target: Callable[[bytes], None], into: Path) -> Callable[[bytes], None]:
    """Put aside the first input of each kind of fault, the smaller one of two, with its traceback."""
    smallest: dict[str, int] = {}

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            place = "; ".join(
                f"{each.filename}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)[-3:]
            )
            kind = f"{type(error).__name__} at {place}"
            if len(data) >= smallest.get(kind, len(data) + 1):
                return
            if kind not in smallest:
                sys.stderr.write(f"FAULT {kind}: {str(error)[:300]}\n")
            smallest[kind] = len(data)
            name = f"{into}-fault-{sha256(kind.encode()).hexdigest()[:12]}"
            Path(name).write_bytes(data)
            Path(f"{name}.txt").write_text("".join(traceback.format_exception(error)), "utf-8", "replace")

    return run


if __name__ == "__main__":
    main()
