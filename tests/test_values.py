"""The lean data classes behave as those of the standard library do."""

from __future__ import annotations

import dataclasses
import operator
from dataclasses import field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.values import dataclass, replace


@dataclass(frozen=True, slots=True, order=True)
class Lean:
    """One of ours."""

    name: str
    size: int = 0
    secret: str = field(default="", repr=False)
    memo: list[int] = field(default_factory=list, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Usual:
    """The same of the standard library."""

    name: str
    size: int = 0
    secret: str = field(default="", repr=False)
    memo: list[int] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class _One:
    only: str


@dataclass(frozen=True)
class _Nothing:
    pass


@dataclass
class _Changing:
    count: int = 0


@dataclass(slots=True, eq=False)
class _Himself:
    name: str


@dataclass(frozen=True, kw_only=True)
class _Named:
    name: str


@dataclass(frozen=True)
class _OwnWays:
    name: str

    def __repr__(self) -> str:
        return "told my way"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _OwnWays)

    def __hash__(self) -> int:
        return 7


VALUES = st.tuples(st.sampled_from("ab"), st.integers(0, 1), st.sampled_from("xy"), st.lists(st.just(1)))


@given(VALUES, VALUES)
def test_values_compare_order_hash_and_show_as_usual(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    lean, usual = (Lean(*one), Lean(*other)), (Usual(*one), Usual(*other))
    assert (lean[0] == lean[1]) == (usual[0] == usual[1])
    assert (hash(lean[0]) == hash(lean[1])) == (hash(usual[0]) == hash(usual[1]))
    for order in (operator.lt, operator.le, operator.gt, operator.ge):
        assert order(*lean) == order(*usual)
    assert repr(lean[0]) == repr(usual[0]).replace("Usual", "Lean")
    assert dataclasses.replace(lean[0], size=9) == replace(lean[0], size=9) == Lean(one[0], 9, *one[2:])
    assert not hasattr(lean[0], "__dict__")
    assert [each.name for each in dataclasses.fields(lean[0])] == ["name", "size", "secret", "memo"]


def test_a_changed_copy_is_one_of_the_same_class_and_knows_its_fields() -> None:
    changing = _Changing(1)
    copy = replace(changing)

    assert copy == changing
    assert copy is not changing
    assert replace(_Named(name="a"), name="b") == _Named(name="b")
    with pytest.raises(TypeError, match="unexpected"):
        replace(changing, size=1)  # type: ignore[call-arg]


def test_only_values_of_one_class_are_equal() -> None:
    value: Any = Lean("a")
    assert value != ("a", 0, "", [])
    assert value != Usual("a")
    assert _One("a") == _One("a") != _One("b")
    assert hash(_One("a")) == hash(_One("a"))
    assert _Nothing() == _Nothing()
    assert hash(_Nothing()) == hash(_Nothing())


def test_only_values_of_one_class_that_has_an_order_have_one() -> None:
    value: Any = Lean("a")
    others: list[Any] = [Usual("a"), ("a", 0, "", [])]
    for other in others:
        with pytest.raises(TypeError, match="not supported"):
            assert value < other
        with pytest.raises(TypeError, match="not supported"):
            assert value <= other
    with pytest.raises(TypeError, match="not supported"):
        assert _One("a") < _One("b")  # type: ignore[operator]


def test_what_may_change_has_no_hash() -> None:
    changing = _Changing()
    changing.count += 1
    assert changing == _Changing(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(changing)


def test_what_is_not_to_be_compared_is_equal_to_itself() -> None:
    assert _Himself("a") != _Himself("a")
    assert len({_Himself("a"), _Himself("a")}) == len(("a", "a"))


def test_fields_can_be_for_names_alone() -> None:
    with pytest.raises(TypeError):
        _Named("a")  # type: ignore[call-arg]
    assert _Named(name="a").name == "a"


def test_what_a_class_says_itself_stays() -> None:
    assert repr(_OwnWays("a")) == "told my way"
    assert _OwnWays("a") == _OwnWays("b")
    assert hash(_OwnWays("a")) == hash(_OwnWays("b"))


def test_what_holds_itself_can_be_shown() -> None:
    round_and_round: list[Any] = []
    value = Lean("a", memo=round_and_round)
    round_and_round.append(value)
    assert repr(value) == "Lean(name='a', size=0, memo=[...])"
