from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from aggregator.errors import ConfigError
from aggregator.sources import GROUP, adapters, installed
from aggregator.sources.jekyll import Jekyll, JekyllOptions


class Unnamed:
    options = JekyllOptions
    fetch = parse = None


class Bare:
    name = "bare"


class Failing:
    def __init__(self) -> None:
        raise ZeroDivisionError("on purpose")


def plug_in(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value if ":" in value else f"{__name__}:{value}", GROUP)


def test_local_posts_can_be_read_as_installed() -> None:
    assert isinstance(adapters()["jekyll"], Jekyll)


def test_the_same_plug_in_found_twice_is_one() -> None:
    twice = [plug_in("jekyll", "aggregator.sources.jekyll:Jekyll")] * 2

    assert list(adapters(twice)) == ["jekyll"]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("gone", "no_such_package:Adapter", "cannot be loaded: ModuleNotFoundError"),
        ("gone", "aggregator.sources:NoSuchClass", "cannot be loaded: AttributeError"),
        ("failing", "Failing", "cannot be loaded: ZeroDivisionError: on purpose"),
        ("bare", "Bare", "is no source adapter: it lacks options, fetch, parse"),
        ("unnamed", "Unnamed", "calls itself None"),
        ("other", "aggregator.sources.jekyll:Jekyll", "calls itself 'jekyll'"),
    ],
)
def test_a_broken_plug_in_is_named_with_what_is_wrong(name: str, value: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        adapters([plug_in("jekyll", "aggregator.sources.jekyll:Jekyll"), plug_in(name, value)])

    (problem,) = caught.value.problems
    assert problem.startswith(f"source type {name!r} (")
    assert why in problem


def test_two_plug_ins_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"both aggregator\.sources\.jekyll:Jekyll and .*:Bare claim it"):
        adapters([plug_in("jekyll", "aggregator.sources.jekyll:Jekyll"), plug_in("jekyll", "Bare")])


def test_an_installation_without_any_source_type_is_told() -> None:
    with pytest.raises(ConfigError, match="no source types are installed"):
        adapters([])


class Names:
    name = "names"
    options = JekyllOptions
    fetch = sources = None


def test_what_yields_sources_is_told_from_what_yields_items() -> None:
    found = installed([plug_in("jekyll", "aggregator.sources.jekyll:Jekyll"), plug_in("names", "Names")])

    assert (list(found.adapters), list(found.lists), list(found.kinds)) == (
        ["jekyll"],
        ["names"],
        ["jekyll", "names"],
    )
