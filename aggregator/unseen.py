"""What nobody is meant to see in HTML: hidden elements, tracking pixels. Pure; judged by attributes alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Attributes = Mapping[str, str | None]

SIDES = ("width", "height")

_ONE_PIXEL = re.compile(r"\s*[01](?:\.0+)?(?:px)?\s*", re.ASCII)
_BEACONS = re.compile(
    r"(?i)https?://(?:"
    r"pixel\.(?:wp|quantserve)\.com/|stats\.wordpress\.com/|feeds\.wordpress\.com/1\.0/|hm\.baidu\.com/hm\.gif"
    r"|(?:feeds\.feedburner\.com|feedproxy\.google\.com)/~r/|(?:\w+\.)?feedsportal\.com/"
    r"|(?:www|ssl)\.google-analytics\.com/|\w+\.scorecardresearch\.com/|(?:\w+\.)?statcounter\.com/"
    r"|www\.facebook\.com/tr[/?]|ad\.doubleclick\.net/|medium\.com/_/stat|\w+\.cnzz\.com/"
    r"|blogger\.googleusercontent\.com/tracker/|api\.follow\.it/track-|www\.assoc-amazon\.com/e/ir"
    r"|[^/?#]+/__utm\.gif)"
)


def is_hidden(attributes: Attributes) -> bool:
    """Whether the element is hidden by ``hidden``, ``display: none`` or ``visibility: hidden``.

    ``aria-hidden`` hides from screen readers what others see, and ``until-found`` waits to be found.
    """
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return True
    styles = _styles(attributes)
    return styles.get("display") == "none" or styles.get("visibility") in ("hidden", "collapse")


def is_pixel(attributes: Attributes) -> bool:
    """Whether an image states both sides and neither is more than a pixel; its style overrules."""
    stated = {**attributes, **_styles(attributes)} if attributes.get("style") else attributes
    return all(_ONE_PIXEL.fullmatch(stated.get(side) or "") for side in SIDES)


def is_beacon(url: str) -> bool:
    """Whether the address of an image is a known counter of readers."""
    return _BEACONS.match(url) is not None


def _styles(attributes: Attributes) -> dict[str, str]:
    """The declarations of a ``style`` attribute in lower case; the last of a name holds."""
    style = attributes.get("style")
    if not style:
        return {}
    declarations = (part.partition(":") for part in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in declarations}
