"""The words of the interface, once a language. Pure.

The one rule: a language has all words or is not here; sites in other languages get English ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that pages say by themselves. ``{}`` stands for what is filled in."""

    language: str
    skip: str
    home: str
    about: str
    categories: str
    no_categories: str
    newest: str
    no_items: str
    one_item: str
    many_items: str
    shown: str
    last_change: str
    subscribe: str
    how_to_subscribe: str
    atom: str
    json: str
    opml: str
    source: str
    moved: str
    made_by: str
    day: str
    """Of ``year``, ``month`` (its name), ``day`` and ``weekday``."""
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    """From Monday."""

    def items(self, count: int) -> str:
        """Return how many items, in words."""
        return (self.one_item if count == 1 else self.many_items).format(f"{count:,}")

    def on(self, day: date) -> str:
        """Return the date in words."""
        month, weekday = self.months[day.month - 1], self.weekdays[day.weekday()]
        return self.day.format(year=day.year, month=month, day=day.day, weekday=weekday)


ENGLISH = Words(
    language="en",
    skip="Skip to content",
    home="Home",
    about="Every category here is a feed: subscribe to one, or to all, in a feed reader.",
    categories="Categories",
    no_categories="No category has items yet.",
    newest="Newest items",
    no_items="No items yet.",
    one_item="{} item",
    many_items="{} items",
    shown="the newest {} shown",
    last_change="last change",
    subscribe="Subscribe",
    how_to_subscribe="Copy an address into a feed reader.",
    atom="Atom feed",
    json="JSON Feed",
    opml="All feeds as OPML",
    source="Source",
    moved="This page has moved to",
    made_by="Made by aggregator",
    day="{weekday}, {day} {month} {year}",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)  # fmt: skip

CHINESE = Words(
    language="zh-CN",
    skip="跳到正文",
    home="首页",
    about="每个分类都有订阅地址：在阅读器中可以订阅一个分类，也可以订阅全部。",
    categories="分类",
    no_categories="还没有分类。",
    newest="最新文章",
    no_items="还没有文章。",
    one_item="{} 篇文章",
    many_items="{} 篇文章",
    shown="显示最新 {} 篇",
    last_change="更新于",
    subscribe="订阅",
    how_to_subscribe="把订阅地址复制到阅读器中即可。",
    atom="Atom 订阅地址",
    json="JSON Feed 订阅地址",
    opml="全部订阅地址（OPML）",
    source="文章来源",
    moved="本页已移至",
    made_by="由 aggregator 生成",
    day="{year}年{month}{day}日 {weekday}",
    months=tuple(f"{month}月" for month in range(1, 13)),
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
)


def words(language: str) -> Words:
    """Return the words for a language tag."""
    return CHINESE if language.lower().partition("-")[0] == "zh" else ENGLISH
