"""Compiled templates are taken from beside them, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment, FileSystemLoader

from aggregator.outputs.pages.compiled import CompiledTemplates

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = "<p>{{ text }}</p>\n"


class Telling(Environment):
    """Counts what it compiles."""

    compiled = 0

    def compile(self, *arguments: Any, **options: Any) -> Any:
        """Compile as ever."""
        self.compiled += 1
        return super().compile(*arguments, **options)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.html").write_text(TEMPLATE)
    return folder


def rendered(folder: Path, text: str = "<b>", *, keeps: bool = True, **options: Any) -> tuple[str, int]:
    """What comes of the template, and how many were compiled for it."""
    about = {"autoescape": True} | options
    cache = CompiledTemplates(keeps=keeps)
    environment = Telling(loader=FileSystemLoader(folder), bytecode_cache=cache, **about)
    return environment.get_template("a.html").render(text=text), environment.compiled


def kept(folder: Path) -> list[Path]:
    """Every file that is kept."""
    return sorted((folder / "__pycache__").glob("*"))


def test_a_template_is_compiled_once(templates: Path) -> None:
    assert rendered(templates) == ("<p>&lt;b&gt;</p>", 1)
    assert rendered(templates, "&") == ("<p>&amp;</p>", 0)
    assert len(kept(templates)) == 1


def test_a_template_that_changed_is_compiled_again(templates: Path) -> None:
    rendered(templates)
    (templates / "a.html").write_text("{{ text }}!")

    assert rendered(templates) == ("&lt;b&gt;!", 1)


@pytest.mark.parametrize("options", [{"autoescape": False}, {"trim_blocks": True}, {"lstrip_blocks": True}])
def test_what_was_compiled_with_other_options_is_compiled_again(
    templates: Path, options: dict[str, Any]
) -> None:
    rendered(templates, **options)

    assert rendered(templates) == ("<p>&lt;b&gt;</p>", 1)


def test_what_is_damaged_is_compiled_again(templates: Path) -> None:
    rendered(templates)
    (file,) = kept(templates)
    whole = file.read_bytes()
    for place in range(0, len(whole), 7):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]):
            file.write_bytes(damaged)
            assert rendered(templates) == ("<p>&lt;b&gt;</p>", 1)
            assert file.read_bytes() == whole


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_nobody_else_can_write_what_is_kept(templates: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        rendered(templates)
    finally:
        os.umask(before)

    for path in (templates / "__pycache__", *kept(templates)):
        assert not path.stat().st_mode & 0o022


def test_where_nothing_can_be_kept_it_is_compiled_each_time(templates: Path) -> None:
    (templates / "__pycache__").write_text("a file")

    assert [rendered(templates)[1] for _ in range(2)] == [1, 1]


def test_what_was_cut_off_leaves_nothing_for_long(templates: Path) -> None:
    rendered(templates)
    (file,) = kept(templates)
    file.rename(f"{file}.{os.getpid()}")

    assert [rendered(templates)[1] for _ in range(3)] == [1, 1, 0]
    assert kept(templates) == [file]


def test_nothing_is_kept_where_python_keeps_nothing(templates: Path) -> None:
    assert [rendered(templates, keeps=False)[1] for _ in range(2)] == [1, 1]
    assert not kept(templates)


@pytest.mark.parametrize(("setting", "count"), [("", 1), ("1", 0)])
def test_pages_keep_theirs_where_python_keeps_its_modules(tmp_path: Path, setting: str, count: int) -> None:
    code = (
        "from tests.outputs.builders import *; from aggregator.outputs.pages import *; Pages().feed(a_feed())"
    )
    environment = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": setting}

    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | environment)

    assert len([*tmp_path.rglob("category.*-html")]) == count
