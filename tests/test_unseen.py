"""What nobody is meant to see in HTML, judged by attributes."""

from __future__ import annotations

import pytest

from aggregator import unseen


@pytest.mark.parametrize(
    "attributes",
    [
        {"hidden": None},
        {"hidden": "hidden"},
        {"style": "display:none"},
        {"style": "color: red; DISPLAY : None !important;"},
        {"style": "visibility: hidden"},
        {"style": "display: block; display: none"},
    ],
)
def test_a_hidden_element_is_known(attributes: dict[str, str | None]) -> None:
    assert unseen.is_hidden(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"style": None},
        {"style": "display: block"},
        {"style": "display: none; display: block"},
        {"style": "display"},
        {"hidden": "until-found"},
        {"aria-hidden": "true"},
        {"class": "hidden"},
    ],
)
def test_what_readers_see_is_not_hidden(attributes: dict[str, str | None]) -> None:
    assert not unseen.is_hidden(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"width": "1", "height": "1"},
        {"width": "0", "height": " 1px "},
        {"style": "width:1px; height:1px"},
        {"width": "600", "height": "400", "style": "width:0;height:0"},
    ],
)
def test_a_tracking_pixel_is_known(attributes: dict[str, str | None]) -> None:
    assert unseen.is_pixel(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"width": "1"},
        {"width": "600", "height": "1"},
        {"width": "0", "height": "0", "style": "width:100%;height:auto"},
        {"width": "10", "height": "10"},
        {"width": None, "height": None},
    ],
)
def test_a_picture_is_no_pixel(attributes: dict[str, str | None]) -> None:
    assert not unseen.is_pixel(attributes)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://feeds.feedburner.com/~r/site/~4/abc", True),
        ("https://pixel.wp.com/b.gif?host=x", True),
        ("https://hm.baidu.com/hm.gif?si=1", True),
        ("https://stats.example/__utm.gif?x", True),
        ("https://example.org/pixel.wp.com/b.gif", False),
        ("https://example.org/photo.jpg", False),
    ],
)
def test_known_counters_of_readers_are_known(url: str, expected: bool) -> None:
    assert unseen.is_beacon(url) is expected
