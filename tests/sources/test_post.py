from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import markup
from aggregator.model import Person
from aggregator.tidy import tidy
from tests.builders import NOW
from tests.sources.posts import HEAD, reading, the_item

POSTS = Path(__file__).parent / "data/posts"
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Expected:
    title: str
    problems: tuple[str, ...] = ()
    categories: tuple[str, ...] = ("ceshi",)
    tags: tuple[str, ...] = ("测试",)
    at: str = "08:00"
    link: str | None = None
    native_id: str | None = None
    body: str = "正文。"
    origin: str | None = None


UNQUOTED = "tags is no valid YAML without quotes: read as written"
EXPECTED = {
    "2022-01-01-unescaped-quote.md": Expected(
        '他说"稳"字当头', ('3: title holds an unescaped " inside quotes: kept as text',)
    ),
    "2022-01-02-backslash.md": Expected(
        r'C:\build 与 "引号" 和 \反斜杠', ("2: title holds a backslash inside quotes: kept as text",)
    ),
    "2022-01-03-empty-title.md": Expected(
        "", ("2: no title: the first words of the body stand in",), body="没有标题的正文。"
    ),
    "2022-01-04-empty-date.md": Expected("没有日期", ("3: no date: taken from its file's name",), at="00:00"),
    "NW202201051234567890.md": Expected(
        "日期在编号里",
        ("3: no date: taken from the digits of its id",),
        at="00:00",
        native_id="infocode:202201051234567890",
    ),
    "2022-01-06-unreadable-date.md": Expected(
        "读不懂的日期",
        ("3: unreadable date: 前天下午", "3: no date: taken from its file's name"),
        at="00:00",
    ),
    "2022-01-07-empty-link.md": Expected("链接是空的", ("9: the original link is empty (<>)",)),
    "2022-01-08-category-number.md": Expected("栏目是一个数", categories=("360",), tags=("on",)),
    "2022-01-09-category-word.md": Expected("栏目是一个词", categories=("on",), tags=("360",)),
    "2022-01-10-tag-at.md": Expected("标签以圈开头", (f"5: {UNQUOTED}",), tags=("@示例 观察",)),
    "2022-01-11-tag-star.md": Expected("标签以星开头", (f"5: {UNQUOTED}",), tags=("*重点* 新闻",)),
    "2022-01-12-tag-colon.md": Expected("标签里有冒号", (f"5: {UNQUOTED}",), tags=("Series: one",)),
    "2022-01-13-tag-hash.md": Expected("标签里有井号", tags=("C # 与 #2 期",)),
    "2022-01-14-bom.md": Expected("开头有标记"),
    "2022-01-15-crlf.md": Expected("回车换行", link="https://www.example.com/crlf"),
    "2022-01-16-cr.md": Expected("只有回车"),
    "2022-01-17-no-newline.md": Expected("结尾没有换行", link="https://www.example.com/no-newline"),
    "2022-01-18-gbk.html": Expected(
        "国标编码",
        ("1: is not UTF-8; read as gb18030, because its bytes fit",),
        body="这一篇用国标编码写成。 （文章来源：示例晚报）",
        origin="示例晚报",
    ),
    "2022-01-19-dots.md": Expected(
        "单引号里的 '引号'", categories=("ceshi", "第二个"), tags=("测试", "甲: 乙"), at="00:00"
    ),
    "2022-01-20-block-scalar.md": Expected("分两行写的 标题"),
    "2022-01-21-unclosed.md": Expected(
        "没有结束行", ("1: the front matter is not closed by '---'",), body="正文。 横线以下。"
    ),
    "2022-01-22-twice.md": Expected(
        "后写的",
        (
            "2: Title is written in capitals: read as title",
            "3: title is there twice: the last one counts",
            "5: 'categories' is not followed by a colon and a blank",
            "6: 'tags' is not followed by a colon and a blank",
            "7: text follows '---' in its line: taken as the body",
        ),
    ),
    "2022-01-23-junk-line.md": Expected("夹着一行", ("3: not understood: ignored",)),
    "2022-01-24-list-of-odd-tags.md": Expected(
        "列表里的怪标签",
        ("5: tags is no valid YAML: read line by line", f"5: {UNQUOTED}", f"5: {UNQUOTED}"),
        tags=("@甲", "乙: 丙"),
    ),
    "2022-01-25-hidden.md": Expected(
        "注释和行情",
        link="https://www.example.com/news?a=1&infocode=202201251234567890",
        native_id="infocode:202201251234567890",
        body="示例银行（000000）当天收平。 第二段。 （文章来源：示例晚报）",
        origin="示例晚报",
    ),
    "NW202201261234567890.markdown": Expected(
        "没有引号: 的标题",
        (
            "2: title is no valid YAML without quotes: read as written",
            "1: no date: taken from the digits of its id",
        ),
        at="00:00",
        native_id="infocode:202201261234567890",
        body="只有编号的一篇。",
    ),
    "2022-01-27-author.html": Expected(
        "署名",
        (f"5: {UNQUOTED}",),
        tags=("{a: b}",),
        link="https://www.example.com/signed",
        body="导语 文字 *不是* 强调。 里面 *也* 不是。 缩进不是代码。",
    ),
}


def words(html: str) -> str:
    return " ".join(markup.to_text(html).split())


def test_every_broken_post_is_expected_to_be_something() -> None:
    assert {path.name for path in POSTS.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_post_is_saved_and_what_was_repaired_is_told(name: str) -> None:
    expected = EXPECTED[name]

    found = reading((POSTS / name).read_bytes(), name)
    (item,) = found.items

    day = name[:10] if name.startswith("20") else f"{name[2:6]}-{name[6:8]}-{name[8:10]}"
    assert item.title.value == expected.title
    assert [str(problem) for problem in found.problems] == [f"{name}:{what}" for what in expected.problems]
    assert (item.categories, tuple(tag.term for tag in item.tags)) == (expected.categories, expected.tags)
    assert item.published is not None
    assert item.published.isoformat() == f"{day}T{expected.at}:00+08:00"
    assert item.link == expected.link
    by_link = f"url:{expected.link}" if expected.link else f"name:{name}"
    assert item.native_id == item.seed == (expected.native_id or by_link)
    assert words(item.content.value) == expected.body
    assert item.origin == expected.origin
    assert found.waits


def test_what_else_a_front_matter_says_is_read() -> None:
    item = the_item((POSTS / "2022-01-27-author.html").read_bytes())

    assert item.authors == (
        Person("甲", "https://www.example.com/a"),
        Person("乙"),
        Person("c@example.com", email="c@example.com"),
    )
    assert (item.language, item.summary.value) == ("zh-CN", "摘要")
    assert item.updated == datetime(2022, 2, 1, 9, tzinfo=CHINA)


def test_a_post_that_says_little_has_no_author_and_its_sources_language() -> None:
    item = the_item(HEAD, language="en")

    assert (item.authors, item.language, item.updated, item.tags) == ((), "en", None, ())
    assert (item.content.value, item.summary.value) == ("", "")


# ── what is no post ──


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("---\nlayout: page\ndate: 2022-01-01\n---\n", "layout: page", 2),
        ("---\ndate: 2022-01-01\nlayout: Default\n---\n", "layout: Default", 3),
        ("---\ndate: 2022-01-01\npublished: false\n---\n", "published: false", 3),
        ("---\ndate: 2022-01-01\npublished: 'No'\n---\n", "published: false", 3),
        ("---\ndate: 2022-01-01\ndraft: true\n---\n", "draft: true", 3),
        ("---\ntitle: About us\n---\ntext", "no date, and none in its name or id", 1),
    ],
)
def test_what_is_no_post_is_skipped_and_an_item_it_gave_leaves(text: str, reason: str, line: int) -> None:
    found = reading(text, "seeds/a.md")

    assert (found.items, found.skipped, found.keeps) == ((), reason, False)
    assert str(found.problems[-1]) == f"seeds/a.md:{line}: skipped: {reason}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no front matter"),
        ("just text", "no front matter"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no front matter"),
        ('---\ntitle: "a\ndate: 2022', "cut off"),
    ],
)
def test_a_post_that_lost_its_head_keeps_the_item_it_gave(text: str | bytes, reason: str) -> None:
    found = reading(text)

    assert (found.items, found.skipped, found.keeps) == ((), reason, True)


@pytest.mark.parametrize(
    "head", ["layout: post", "layout: news", "layout:", "published: true", "draft: false"]
)
def test_a_post_is_one_whatever_its_head_also_says(head: str) -> None:
    assert reading(f"---\ndate: 2022-01-01\n{head}\n---\n").items


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("2022-01-01-a.md", ""),
        ("NW202201011234567890.md", ""),
        ("a.md", "<http://a.example/?infoCode=1>"),
    ],
)
def test_a_dated_name_or_an_info_code_makes_a_post(name: str, body: str) -> None:
    assert the_item(f"---\ntitle: a\n---\n{body}", name).title.value == "a"


def test_entities_of_the_stated_origin_are_decoded_once() -> None:
    item = the_item(f"{HEAD}<p>（文章来源：A&amp;amp;B报 &lt;b&gt;）</p>")

    assert tidy(item, NOW).origin == "A&amp;B报 <b>"


# ── dates ──


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2022-06-13 11:03:16 +0800", "2022-06-13T11:03:16+08:00"),
        ('"2022-06-13 11:03:16 -0500"', "2022-06-13T11:03:16-05:00"),
        ("2022-06-13T03:03:16Z", "2022-06-13T03:03:16+00:00"),
        ("2022-06-13 11:03:16", "2022-06-13T11:03:16+09:00"),
        ("2022-06-13", "2022-06-13T00:00:00+09:00"),
        ("2022-02-30", "2022-01-01T00:00:00+09:00"),
        ("1899-12-30 00:00:00", "2022-01-01T00:00:00+09:00"),
        ("[]", "2022-01-01T00:00:00+09:00"),
    ],
)
def test_a_zone_is_kept_and_a_missing_one_is_the_sources(written: str, moment: str) -> None:
    item = the_item(f"---\ndate: {written}\n---\n", "2022-01-01-a.md", timezone="Asia/Tokyo")

    assert item.published is not None
    assert item.published.isoformat() == moment


@pytest.mark.parametrize("name", ["2022-02-30-a.md", "about.md", "NW202299991234567890.md"])
def test_a_post_whose_date_cannot_be_read_anywhere_has_none(name: str) -> None:
    found = reading("---\ntitle: a\ndate:\n---\n", name)

    assert [item.published for item in found.items] == [None]
    assert "no date, and none in its name or id" in [problem.what for problem in found.problems]


def test_a_dated_name_instead_of_a_date_needs_no_word() -> None:
    assert reading("---\ntitle: a\n---\n", "2022-01-01-a.md").problems == ()


# ── identity and link ──


@pytest.mark.parametrize(
    ("name", "head", "body", "native_id"),
    [
        ("a.md", "", "<http://a.example/?infoCode=NW12>", "infocode:12"),
        ("a.md", "infoCode: 34", "<http://a.example/?infoCode=12>", "infocode:12"),
        ("NW202201011234567890.md", "infoCode: NW34", "<http://a.example/>", "infocode:34"),
        ("NW202201011234567890.md", "", "<http://a.example/>", "infocode:202201011234567890"),
        ("a.md", "link: http://a.example/?infoCode=56", "", "infocode:56"),
        ("a.md", "", "<HTTP://A.example:80/x?utm_source=y#z>", "url:http://a.example/x"),
        ("a.md", "original_url: http://a.example/x", "", "url:http://a.example/x"),
        ("a.md", "link: http://b.example/", "<http://a.example/x>", "url:http://a.example/x"),
        ("x/y/a.md", "", "", "name:a.md"),
        ("x/cafe\u0301.md", "", "", "name:caf\u00e9.md"),
        ("a.md", "link: /relative\nsource: 示例晚报", "", "name:a.md"),
    ],
)
def test_the_identity_is_the_info_code_else_the_link_else_the_name(
    name: str, head: str, body: str, native_id: str
) -> None:
    item = the_item(f"---\ndate: 2022-01-01\n{head}\n---\n{body}\n", name)

    assert (item.native_id, item.seed) == (native_id, native_id)


def test_a_link_that_leads_nowhere_is_told_and_the_front_matters_taken() -> None:
    found = reading("---\ndate: 2022-01-01\nlink: http://a.example/\n---\n<http://a b:x/>\n", "a.md")

    assert found.items[0].link == "http://a.example/"
    assert str(found.problems[0]) == "a.md:5: the original link is no web address: http://a b:x/"


def test_categories_and_tags_are_whole_strings_or_lists() -> None:
    item = the_item("---\ndate: 2022-01-01\ncategories: a b\ncategory: c\ntags: [d e, d e, f]\ntag:\n---\n")

    assert item.categories == ("c", "a b")
    assert [tag.term for tag in item.tags] == ["d e", "f"]


def test_a_markdown_post_without_link_is_right() -> None:
    item = the_item(f"{HEAD}Some *words*.\n\n- one\n- two\n")

    assert (item.link, item.origin) == (None, None)
    assert "<em>words</em>" in item.content.value


@pytest.mark.parametrize(
    ("body", "origin"),
    [
        ("<p>正文</p><p class='x'>（文章<b>来源</b>：<a href='#'>示例</a>晚报）</p>", "示例晚报"),
        ("<p>（文章来源：&#31034;例）</p><p>正文</p>", "示例"),
        ("<p>正文</p><!-- <p>（文章来源：旧）</p> --><p>文章来源不明</p>", None),
        ("（文章来源：示例晚报）", "示例晚报"),
        ('<p>（文章来源：示例）</p><p style="display:none">（文章来源：藏）</p>', "示例"),
        ('<p>（文章来源：示例）</p><p style="DISPLAY : none">（文章来源：藏）</p>', "示例"),
        ("<p>（文章来源：示例）</p><p Hidden>（文章来源：藏）</p>", "示例"),
        ("<p>（文章来源：示例）</p><SCRIPT>（文章来源：藏）</SCRIPT>", "示例"),
        ("<p>（文章来源：示例）</p><template>（文章来源：藏）</template>", "示例"),
        ("> （文章来源：示例）\n\n<p>正文</p>", "示例"),
        ("正文。（文章来源：[示例](https://example.com/)）", "示例"),
    ],
)
def test_the_stated_origin_is_found_in_any_dialect(body: str, origin: str | None) -> None:
    assert the_item(f"{HEAD}{body}").origin == origin


# ── whatever comes ──

NOISE = st.sampled_from(
    [
        *(b"---\n", b"title: ", b"date: ", b'"', b"\n", b"\r\n", b"[", b"]", b": ", b"- ", b"tags:", b"\x00"),
        *(b"<http://a.example/?infoCode=", b">", b"<p>", b"<!--", b"\xff\xfe", b"\xef\xbb\xbf"),
        *("（文章来源：".encode(), "[返回".encode(), "［返回".encode("gbk")),
    ]
)
NAMES = st.sampled_from(["a.md", "2022-01-01-a.md", "2022-13-99-x.txt", "NW00000000.html", "\\xff.markdown"])


@given(st.lists(NOISE | st.binary(max_size=4), max_size=24).map(b"".join), NAMES)
def test_any_bytes_can_be_read(content: bytes, name: str) -> None:
    for body in (content, HEAD.encode() + content, b"---\n" + content):
        found = reading(body, name)

        assert bool(found.items) != bool(found.skipped)


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20).filter(
    lambda word: word.lower() != "null"
)


@given(
    words=st.tuples(WORDS, WORDS, WORDS),
    tag=st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
    paragraphs=st.lists(WORDS, min_size=1, max_size=4),
    when=st.datetimes(
        datetime(1990, 1, 1),  # noqa: DTZ001 - the zones are drawn beside it
        datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    ),
    digits=st.integers(10**17, 10**18 - 1),
)
def test_a_post_made_of_fields_gives_them_back(
    words: tuple[str, str, str], tag: str, paragraphs: list[str], when: datetime, digits: int
) -> None:
    title, category, origin = words
    link = f"https://www.example.com/share.html?infoCode=NW{digits}"
    body = "".join(f"<p>{each}</p>" for each in paragraphs) + f"<p>（文章来源：{origin}）</p>"
    text = (
        f'---\nlayout: post\ntitle: "{title}"\ndate: {when:%Y-%m-%d %H:%M:%S %z}\ncategories: {category}\n'
        f"tags: {tag}\n---\n{body}\n\n<{link}>\n\n[返回{tag}](//a/{category}.html)｜[返回首页](//a/)\n"
    )

    found = reading(text)
    (item,) = found.items

    assert found.problems == ()
    assert (item.title.value, item.categories) == (title, (category,))
    assert [each.term for each in item.tags] == [tag]
    assert item.published == when.replace(microsecond=0)
    assert item.published.utcoffset() == when.utcoffset()
    assert (item.link, item.native_id, item.content.value) == (link, f"infocode:{digits}", body)
    assert item.origin == origin


@given(st.dates(date(1000, 1, 1)))
def test_any_day_in_a_name_is_a_date(day: date) -> None:
    item = the_item("---\ntitle: a\n---\n", f"{day.isoformat()}-a.md", timezone="UTC")

    assert item.published == datetime.combine(day, time(), UTC)


@pytest.mark.parametrize("body", ["x 文章" + " " * 300_000 + "x", "<p>x</p>\n\nx" + "\n" * 300_000 + "x"])
def test_long_runs_of_blanks_take_little_memory(body: str) -> None:
    tracemalloc.start()
    try:
        the_item(HEAD + body)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
