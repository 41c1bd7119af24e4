"""What the program is built of: pinned, licensed, and none of it turns data into code."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from aggregator.isolation import Isolation
from aggregator.outputs.pages.renderer import Renderer

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "aggregator").rglob("*.py"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]
WITH_PYTHON = {"aggregator", "pip", "setuptools", "wheel"}
COMPATIBLE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MPL-2.0", "PSF-2.0",
}  # fmt: skip
SAYS = {
    # how packages call it beside the names of SPDX: what it may be
    "Apache 2.0": ["Apache-2.0"],
    "Apache Software License": ["Apache-2.0"],
    "BSD 2-Clause License": ["BSD-2-Clause"],
    "BSD License": ["BSD-2-Clause", "BSD-3-Clause"],
    "FreeBSD and LGPLv3+": ["BSD-2-Clause OR LGPL-3.0-or-later"],
    "MIT License": ["MIT"],
    "Mozilla Public License 2.0 (MPL 2.0)": ["MPL-2.0"],
}


def installed() -> dict[str, str]:
    found: dict[str, str] = {
        canonicalize_name(each.metadata["Name"]): each.version for each in metadata.distributions()
    }
    return {name: version for name, version in found.items() if name not in WITH_PYTHON}


def table() -> dict[str, tuple[str, bool]]:
    """Package → its licence, and whether running needs it."""
    told = (ROOT / "docs" / "licences.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.+?) \| (yes)? ?\|$", told, re.MULTILINE)
    return {name: (licence, running == "yes") for name, licence, running in rows if name != "package"}


# ── pinned ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_package_that_is_installed_is_pinned_to_its_version() -> None:
    pinned: dict[str, str] = {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in PINS
        if each.marker is None or each.marker.evaluate()
    }

    assert {name: pinned.get(name) for name in installed()} == installed()


def test_every_pin_is_exact() -> None:
    assert [
        str(each) for each in PINS if [one.operator for one in each.specifier] != ["=="] or each.url
    ] == []


def test_no_pin_contradicts_what_is_asked_for() -> None:
    asked = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    for each in map(Requirement, asked):
        pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(each.name)]
        assert pins, each
        for pin in pins:
            assert Version(str(pin.specifier).removeprefix("==")) in each.specifier


# ── licensed ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_names_every_package_and_no_other() -> None:
    assert set(table()) == {canonicalize_name(each.name) for each in PINS}


def test_every_licence_goes_with_ours() -> None:
    for name, (licence, _) in table().items():
        choices = [set(choice.split(" AND ")) for choice in licence.split(" OR ")]
        assert any(choice <= COMPATIBLE for choice in choices), name


def test_the_table_agrees_with_what_the_packages_say() -> None:
    told = table()
    for name in installed():
        about = metadata.metadata(name).json
        said = str(about.get("license_expression") or about.get("license") or "")
        if not said or "\n" in said:
            classifiers = [each.split(" :: ")[-1] for each in about.get("classifier", [])]
            said = next((each for each in classifiers if each in SAYS), "")
        assert told[name][0] in SAYS.get(said, [said]) or not said, name


def test_the_table_knows_what_running_needs() -> None:
    needed: set[str] = set()
    to_see = ["aggregator"]
    while to_see:
        for each in map(Requirement, metadata.requires(to_see.pop()) or []):
            name = canonicalize_name(each.name)
            if name not in needed and (each.marker is None or each.marker.evaluate({"extra": ""})):
                needed.add(name)
                to_see.append(name)

    assert {name for name in installed() if table()[name][1]} == needed


# ── and no data becomes code ──────────────────────────────────────────────────────────────────────────────

DANGEROUS_MODULES = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "multiprocessing",
    "code",
    "runpy",
    "pty",
}
DANGEROUS_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.load_all",
    "yaml.full_load", "yaml.unsafe_load", "etree.XMLParser", "etree.parse", "etree.fromstring", "etree.XML",
    "Markup.format",
}  # fmt: skip
SAFE_LOADERS = {"yaml.SafeLoader", "yaml.CSafeLoader", "_LOADER"}


def calls(source: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]


def dangers(source: str) -> list[str]:
    """What in this module could run what somebody wrote, or could be told to."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names if each.name.split(".")[0] in DANGEROUS_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] * (node.module.split(".")[0] in DANGEROUS_MODULES)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found += [name] * (name in DANGEROUS_CALLS)
            for keyword in node.keywords:
                value = ast.unparse(keyword.value)
                found += [f"{name}(shell)"] * (keyword.arg == "shell")
                found += [value] * (keyword.arg == "Loader" and value not in SAFE_LOADERS)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from multiprocessing.connection import Pipe",
        "eval(said)",
        "os.system(said)",
        "run(said, shell=True)",
        "yaml.load(text)",
        "yaml.parse(text, Loader=yaml.UnsafeLoader)",
        "def read():\n    from marshal import loads",
    ],
)
def test_what_is_dangerous_is_seen(source: str) -> None:
    assert dangers(source)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT / "aggregator")))
def test_nothing_turns_what_somebody_wrote_into_code(module: Path) -> None:
    assert dangers(module.read_text("utf-8")) == []


def test_one_module_starts_processes_and_only_our_own_interpreter() -> None:
    starting = {
        path.name
        for path in MODULES
        if re.search(r"\bsubprocess\b|\bos\.(?:exec|spawn|posix_spawn|fork)", path.read_text("utf-8"))
    }

    assert starting == {"isolation.py"}

    source = (ROOT / "aggregator" / "isolation.py").read_text("utf-8")
    (start,) = [call for call in calls(source) if ast.unparse(call.func).startswith("subprocess.")]
    assert ast.unparse(start.func) == "subprocess.Popen"
    assert ast.unparse(start.args[0]) == "[limits.python, '-c', code]"
    assert inspect.signature(Isolation).parameters["python"].default == sys.executable


def test_every_page_escapes_unless_told_otherwise() -> None:
    pages = Renderer()

    for name in ("x.html", "x.xml", "x", ""):
        template = pages._templates.from_string("{{ said }}")
        assert template.render(said="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;", name


def test_the_security_rules_of_the_linter_hold_for_the_whole_program() -> None:
    lint = PROJECT["tool"]["ruff"]["lint"]

    assert "S" in lint["select"]
    assert [rule for rule in lint["ignore"] if rule.startswith("S") and rule[1:].isdigit()] == []
    assert [
        where
        for where, rules in lint["per-file-ignores"].items()
        if any(re.match(r"S\d", rule) for rule in rules)
    ] == [
        "tests/**",
        "benchmarks/**",
    ]
