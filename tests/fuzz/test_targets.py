"""Every target holds to its promise for its corpus, for inputs changed from it, and those atheris makes.

``AGGREGATOR_FUZZ`` says how many changed inputs there are of each, ``AGGREGATOR_FUZZ_SECONDS`` how long
atheris looks for others, where it is installed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.checks import unsafe
from tests.fuzz.targets import LARGEST, TARGETS
from tests.fuzz.words import WORDS, dictionary

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())
TRIES = int(os.environ.get("AGGREGATOR_FUZZ", "400")) // 4
SECONDS = os.environ.get("AGGREGATOR_FUZZ_SECONDS", "1")
WITH_ATHERIS = sorted(TARGETS) if find_spec("atheris") else []
"""There are wheels of it for Linux on x86-64 and Python 3.11 to 3.13 alone (see pyproject.toml)."""


def of(target: str) -> list[bytes]:
    return [path.read_bytes() for path in FILES if path.parent.name == target]


def changed(rng: random.Random, inputs: list[bytes], words: list[bytes]) -> bytes:
    """One input with some bytes changed, cut out, doubled, or replaced by a word or part of another."""
    body = bytearray(rng.choice(inputs))
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at = rng.randrange(len(body) + 1)
        length = rng.choice([0, 1, 1, 4, 30])
        other = rng.choice(inputs)
        start = rng.randrange(len(other) + 1)
        body[at : at + length] = rng.choice(
            (
                b"",
                rng.randbytes(length),
                bytes(body[at : at + length]) * 2,
                rng.choice(words),
                other[start : start + rng.choice([4, 30, 200])],
            )
        )
    return bytes(body[:LARGEST])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_holds(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_inputs_changed_at_random_hold(target: str) -> None:
    rng = random.Random(target)  # noqa: S311 - test data, not secrets
    inputs = of(target)

    for _ in range(TRIES):
        body = changed(rng, inputs, WORDS[target])
        try:
            TARGETS[target](body)
        except Exception as error:
            raise AssertionError(f"{target}: {body!r}") from error


@pytest.mark.parametrize("target", WITH_ATHERIS)
def test_inputs_that_are_guided_by_coverage_hold(tmp_path: Path, target: str) -> None:
    # Both would measure coverage: the one of the tests is left out.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        target,
        "--seconds",
        SECONDS,
        "--into",
        str(tmp_path / "new"),
    ]

    ran = subprocess.run(
        command, cwd=CORPUS.parent.parent.parent, env=environ, capture_output=True, text=True,
        errors="replace", check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr[-4000:]
    assert "Done " in ran.stderr


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_each_target_has_a_small_corpus(target: str) -> None:
    sizes = [len(each) for each in of(target)]

    assert 1 <= len(sizes) <= 60
    assert max(sizes) <= LARGEST
    assert len(dictionary(target).splitlines()) == len([word for word in WORDS[target] if word])


@pytest.mark.parametrize(
    "html",
    [
        "<script>",
        "<p onclick=x>",
        "<a href='javascript:x'>",
        "<a href=/a>",
        "<img srcset='https://a/b 1x, data:x 2x'>",
        "<!-- a -->",
        "<?a?>",
        "<p title=a title=b>",
        "<a href='http://u:p@h/'>",
        '<img srcset="https://x.example/a,b 1x,javascript:1 2x">',
        '<img srcset="https://x.example/a,, javascript:1">',
        "\x00",
    ],
)
def test_what_is_unsafe_is_seen(html: str) -> None:
    assert unsafe(html)


@pytest.mark.parametrize(
    "addresses", ["https://x.example/a,b:c", "https://x.example/a, https://x.example/b,c:d"]
)
def test_a_comma_inside_an_address_parts_no_set(addresses: str) -> None:
    assert not unsafe(f'<img srcset="{addresses}">')
