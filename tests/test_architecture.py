"""The house rules that can be checked: one door per library, one clock, small modules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "aggregator"
MODULES = sorted(PACKAGE.rglob("*.py"))
LIMIT = 300
LONGER: dict[str, str] = {
    # module: why it may be longer, in the module itself
    "contracts.py": "the whole seam in one file",
}

DOORS = {
    "apscheduler": ("daemon/alarms.py",),
    "aiohttp": ("web/", "server/"),
    "brotli": ("web/bodies.py", "server/files.py"),
    "charset_normalizer": ("sources/detector.py",),
    "click": ("cli/",),
    "feedgen": ("outputs/atomfeed.py",),
    "feedparser": ("sources/tolerant.py", "sources/keeping.py"),
    "httpx": (),
    "jinja2": ("outputs/pages/renderer.py",),
    "listparser": ("sources/outlines.py",),
    "lxml": ("outputs/",),
    "markdown_it": ("markdown.py",),
    "markupsafe": ("outputs/pages/renderer.py",),
    "nh3": ("markup.py",),
    "pydantic": ("config/", "sources/"),
    "pydantic_core": ("config/",),
    "pypinyin": ("slugs.py",),
    "regex": ("patterns.py",),
    "requests": (),
    "rich": ("cli/",),
    "selectolax": ("markup.py",),
    "socket": ("daemon/notify.py", "web/faults.py", "web/probe.py", "web/sockets.py", "wire.py"),
    "sqlite3": ("store/",),
    "urllib.request": (),
    "watchfiles": ("daemon/watching.py",),
    "yaml": ("config/", "sources/"),
}


def imports(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("library", DOORS)
def test_each_library_comes_in_by_its_own_door(library: str) -> None:
    doors = DOORS[library]

    intruders = [
        name_of(module)
        for module in MODULES
        if any(name == library or name.startswith(library + ".") for name in imports(module))
        and not name_of(module).startswith(doors or ("nowhere",))
    ]

    assert intruders == []


def test_the_clock_is_read_in_one_place() -> None:
    reading = re.compile(
        r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))\("
    )

    readers = {name_of(module) for module in MODULES if reading.search(module.read_text("utf-8"))}

    assert readers == {"dates.py"}


def test_sql_is_in_the_store_alone() -> None:
    sql = re.compile(r"\b(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\s", re.IGNORECASE)

    elsewhere = [
        name_of(module)
        for module in MODULES
        if not name_of(module).startswith("store/")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and sql.search(node.value)
    ]

    assert elsewhere == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_data_classes_are_lean(module: Path) -> None:
    if name_of(module) == "values.py":
        return
    taken = {
        alias.name
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses"
        for alias in node.names
    }
    assert "dataclass" not in taken or name_of(module) == "values.py", (
        "from aggregator.values import dataclass"
    )


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_are_small(module: Path) -> None:
    lines = len(module.read_text("utf-8").splitlines())

    assert lines <= LIMIT or name_of(module) in LONGER


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text("utf-8")))


def test_contracts_stay_small() -> None:
    tree = ast.parse((PACKAGE / "contracts.py").read_text("utf-8"))

    sizes = {
        node.name: sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in node.body)
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }

    assert {name: size for name, size in sizes.items() if size > 12} == {}


def test_tests_replace_parts_by_real_fakes() -> None:
    patching = re.compile(r"mock\.pat" + r"ch|monkeypatch\.set" + r"attr|unittest\.mo" + r"ck")

    patched = [
        path.name for path in Path(__file__).parent.rglob("*.py") if patching.search(path.read_text("utf-8"))
    ]

    assert patched == []
