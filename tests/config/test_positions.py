from __future__ import annotations

from aggregator.config.positions import Mark, Node, Pair, Problems, locate, message, place_of, sound, written

HERE = Mark("f", 1, 1)


def mapping(**nodes: Node) -> Node:
    return Node(HERE, {name: Pair(HERE, node) for name, node in nodes.items()})


def test_problems_come_in_the_order_of_the_file_and_once() -> None:
    problems = Problems()

    for mark in (
        Mark("environment: X"),
        Mark("f", 10, 1),
        Mark("f", 2, 10),
        Mark("f", 2, 9),
        Mark("f", 2, 9),
    ):
        problems.add(mark, "k", "is wrong")

    assert problems.texts() == [
        "f:2:9: k: is wrong",
        "f:2:10: k: is wrong",
        "f:10:1: k: is wrong",
        "environment: X: k: is wrong",
    ]


def test_a_variable_for_the_very_setting_needs_no_second_name() -> None:
    assert message(Mark("environment: X", key="a.b"), "a.b", "is wrong") == "environment: X: is wrong"
    assert message(Mark("environment: X", key="a"), "a.b", "is wrong") == "environment: X: a.b: is wrong"
    assert message(HERE, "", "is wrong") == "f:1:1: is wrong"


def test_a_message_is_one_short_line_whatever_the_key() -> None:
    assert len(message(HERE, "k" * 1000, "is wrong")) < 250
    assert "\n" not in message(HERE, "a\nb\x1b", "is wrong")


def test_a_setting_is_sound_until_it_or_what_it_lies_in_is_broken() -> None:
    root = mapping(a=mapping(b=Node(HERE, "x")), c=mapping(d=Node(HERE, "y", broken=True)))

    assert sound(root, "a.b")
    assert sound(root, "a.missing")
    assert not sound(root, "c.d")
    assert not sound(root, "c")
    root.pairs()["a"].node.broken = True
    assert not sound(root, "a.b")
    assert not sound(root, "a.missing")


def test_a_place_is_that_of_the_nearest_value_written() -> None:
    root = mapping(a=Node(Mark("f", 2, 3), "x"), b=Node(HERE, None))

    assert place_of(root, "a.b").line == 2
    assert place_of(root, "c").line == 1
    assert written(root, "a") is root.pairs()["a"].node
    assert written(root, "b") is None
    assert written(root, "c.d") is None


def test_steps_that_lead_nowhere_are_ignored() -> None:
    root = mapping(a=Node(HERE, [Node(HERE, "x")]))

    assert locate(root, "", ["a", "list[str]", 0, "str"]).key == "a[0]"
    assert locate(root, "", ["a", 7]).key == "a"
    assert locate(root, "", ["model", "a"]).key == "a"
