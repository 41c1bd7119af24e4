"""A site with 200 items as a real one might have them, Chinese and English, and a source that is down.

All of it is made up.

Deterministic: always the same items. ``python -m tests.pressroom FOLDER`` makes the site, to be looked at.
"""

# ruff: noqa: E501 - prose is not broken where a line of code would be
from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

CHINA = timezone(timedelta(hours=8))
NEWEST = datetime(2026, 11, 21, 9, 40, tzinfo=UTC)
_CITIES = ("重庆", "青岛", "合肥", "昆明", "长沙", "厦门", "银川", "沈阳")
_ENGLISH_CITIES = ("Porto", "Leeds", "Turku", "Malmö", "Cork", "Ghent", "Graz", "Lund")


@dataclass(frozen=True)
class _Beat:
    """What one category writes about: its titles and paragraphs take turns. ``{}`` is a city."""

    slug: str
    name: str
    language: str
    origin: str
    every: timedelta
    count: int
    titles: tuple[str, ...]
    paragraphs: tuple[str, ...]


_BEATS = (
    _Beat(
        "macro",
        "宏观经济",
        "zh-CN",
        "江岸财经",
        timedelta(hours=9),
        70,
        (
            "{}前三季度消费回暖，社区小店成了新热点",
            "{}发布中小企业融资便利化十二条措施",
            "10 月用电量同比增长 6.3%，制造业贡献过半",
            "{}港集装箱吞吐量连续七个月正增长",
            "专家：稳就业要从“岗位数量”走向“岗位质量”",
            "一张表看懂新版增值税留抵退税",
            "从 GDP 到“获得感”：{}试点居民收入监测新方法",
            "金价高位震荡，{}黄金消费转向小克重",
        ),
        (
            "统计部门昨日公布的数据显示，前三季度社会消费品零售总额同比增长 4.8%，其中餐饮收入增长 7.2%。业内人士认为，周末经济和社区商业是最主要的拉动力量。",
            "记者走访多家企业了解到，订单较年初明显回升，但原材料价格波动仍让不少经营者保持谨慎。一位负责人说：“我们把库存周期从四十五天压到了二十天。”",
            "下一步，当地将围绕融资、用工和物流三个环节推出新的支持办法，预计年内惠及一万两千家中小企业。",
        ),
    ),
    _Beat(
        "keji",
        "科技与产业",
        "zh-CN",
        "北辰科技报",
        timedelta(hours=17),
        40,
        (
            "国产 28 纳米光刻胶通过{}产线验证",
            "{}建成西部最大的算力调度平台",
            "开源社区十年：一个输入法项目如何养活自己",
            "机器人进了养老院：{}的一次小规模试验",
            "电池回收企业的账本：一吨废料值多少钱",
            "RISC-V 生态观察：工具链比芯片更难",
        ),
        (
            "项目团队用了三年时间，把关键材料的批次稳定性从 82% 提高到 97%。接受采访时，负责人反复强调的却是“慢”：“每改一个参数，都要等六周才知道对不对。”",
            "按照规划，平台一期接入了四个数据中心，峰值算力约 1.2 EFLOPS，可按分钟计费，面向高校和中小团队开放。",
            "也有人提醒，设备可以买，人才要自己培养。目前产线上平均年龄不到二十九岁。",
        ),
    ),
    _Beat(
        "zhuanlan",
        "专栏：城市笔记",
        "zh-CN",
        "晚风周刊",
        timedelta(days=4),
        30,
        (
            "在{}，看一座老码头怎样变成图书馆",
            "菜市场的早晨五点",
            "雨天的公交车，和一封没有寄出的信",
            "{}的树：给每棵行道树编一个号码",
            "修表的人",
        ),
        (
            "码头停用那年，附近的孩子还不知道这里曾经每天停靠四十条船。如今仓库改成了阅览室，吊车没有拆，刷成了暗绿色，像一只停在水边的鸟。",
            "图书馆不收押金。管理员说，三年里丢了十一本书，回来了九本。",
        ),
    ),
    _Beat(
        "open-web",
        "The open web",
        "en",
        "Harbour Review",
        timedelta(hours=31),
        35,
        (
            "What we learned from running our own feeds for ten years",
            "{} moves its council minutes to plain HTML",
            "A reading list is not a recommendation engine",
            "Why conditional requests still matter in 2026",
            "Small sites, long memories: an interview with a librarian in {}",
            "Choosing a typeface for two scripts",
        ),
        (
            "Ten years ago we published our first feed because a reader asked for one. We never announced it, and we never took it down; it now brings more returning readers than any other page.",
            "The lesson is not technical. A feed is a promise: the same address, the same order, the same identifiers, for as long as anybody is listening.",
            "“People apologise for using feeds,” she says. “I tell them they are the only visitors who came because they wanted to.”",
        ),
    ),
    _Beat(
        "rivers",
        "Rivers and coasts",
        "en",
        "Tideline",
        timedelta(hours=67),
        24,
        (
            "Eels return to {} after the third weir comes down",
            "A flood map anyone can read",
            "Counting plastic by hand, every Saturday, for six years",
            "{} tests a harbour wall that grows oysters",
        ),
        (
            "Volunteers counted 1,340 juvenile eels in the first month, more than in the previous eight years together. The survey team had to order a second set of nets.",
            "The city expects the work to cost a little under two million, a third of what a conventional wall of the same length would have cost.",
        ),
    ),
)


@dataclass(frozen=True)
class Post:
    path: str
    text: str


def posts() -> Iterator[Post]:
    """Every post of the site; one of them is long, wide and of every element."""
    for beat in _BEATS:
        cities = _CITIES if beat.language == "zh-CN" else _ENGLISH_CITIES
        for number in range(beat.count):
            moment = NEWEST - beat.every * number - timedelta(minutes=7 * number)
            title = beat.titles[number % len(beat.titles)].format(cities[number % len(cities)])
            paragraphs = [
                beat.paragraphs[(number + turn) % len(beat.paragraphs)]
                for turn in range(len(beat.paragraphs))
            ]
            yield _post(beat, number, moment, title, "".join(f"<p>{each}</p>" for each in paragraphs))
    yield _post(_BEATS[3], 900, NEWEST - timedelta(hours=2), _LONG_TITLE, _EVERYTHING)


def _post(beat: _Beat, number: int, moment: datetime, title: str, body: str) -> Post:
    code = f"{moment:%Y%m%d%H%M}{number:05d}{_BEATS.index(beat)}"
    origin = f"<p>（文章来源：{beat.origin}）</p>" if beat.language == "zh-CN" else ""
    author = "" if beat.language == "zh-CN" else f"author: {beat.origin}\nlang: en\n"
    local = moment.astimezone(CHINA)
    head = (
        f"---\nlayout: post\ntitle: {json.dumps(title, ensure_ascii=False)}\n"
        f"date: {local:%Y-%m-%d %H:%M:%S} +0800\n"
        f"categories: {beat.slug}\ntags: {json.dumps(beat.name, ensure_ascii=False)}\n{author}---\n"
    )
    link = f"\n\n<https://news.example/{beat.slug}/NewsShare.html?infoCode=NW{code}>\n"
    return Post(f"{beat.slug}/{local:%Y-%m-%d}-NW{code}.html", head + body + origin + link)


_LONG_TITLE = (
    "A title as long as they come, with an address in it: https://example.org/" + "averylongword" * 9
)
_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
_ADDRESS = "https://example.org/" + "path/" * 40
_EVERYTHING = f"""
<p>Everything a body can hold, with <a href="{_ADDRESS}">{_ADDRESS}</a>
and {_WORD}.</p>
<h1>A heading of the first level</h1>
<p>Text with <code>code {"x" * 200}</code>, <kbd>Ctrl</kbd>, <mark>marked</mark> and <sub>sub</sub><sup>sup</sup>.</p>
<h4>One of the fourth</h4><ul><li>a list</li><li>of two<ol><li>and one inside</li></ol></li></ul>
<blockquote><p>A quotation of somebody who said very little, and said it well.</p></blockquote>
<pre>a line of preformatted text that is much longer than any screen is wide: {"0123456789 " * 30}</pre>
<table><tr>{"".join(f"<th>Column number {number}</th>" for number in range(14))}</tr>
<tr>{"".join(f"<td>{number * 37},{number}00</td>" for number in range(14))}</tr></table>
<figure><figcaption>A caption without its picture</figcaption></figure><hr>
<details><summary>More</summary><p>What was behind it.</p></details>
"""

CONFIGURATION = """
sources:
  - {id: posts, type: jekyll, path: seeds, title: 新闻室}
  - {id: silent, type: feed, url: "http://127.0.0.1:9/feed.xml", title: 港湾评论, category: keji}
fetch: {allow_private: [127.0.0.1]}
site: {title: 观潮 Tidewatch, url: "https://tide.example/", language: zh-CN, timezone: Asia/Shanghai}
categories:
  - {slug: open-web, title: The open web, was: [web]}
output: {item_pages: true, entries: 20, window: 24h}
"""


def write(root: Path, configuration: str = CONFIGURATION) -> Path:
    """Make the site below ``root``, not yet refreshed; returns its configuration."""
    for post in posts():
        path = root / "seeds" / post.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(post.text, "utf-8")
    config = root / "config" / "aggregator.yaml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(configuration, "utf-8")
    return config


if __name__ == "__main__":
    write(Path(sys.argv[1]))
