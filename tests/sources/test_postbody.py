from __future__ import annotations

import tracemalloc
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.postbody import info_code, origin, part

LINK = "https://www.example.com/share?infoCode=NW202206132410063351"
NAVIGATION = "[返回示例新闻](//www.example.com/category/shili.html)｜[返回首页](//www.example.com/)"


def test_link_and_navigation_at_the_end_are_no_part_of_the_body() -> None:
    body = part(f"<p>正文。</p>\n\n<{LINK}>\n\n{NAVIGATION}\n", first_line=8)

    assert (body.text, body.link, body.link_line, body.notes) == ("<p>正文。</p>", LINK, 10, [])


@pytest.mark.parametrize(
    "navigation",
    [
        "[返回甲](//a/b.html)｜[返回首页](//a/)",
        "[返回甲](//a/b.html)|[返回首页](//a/)",
        "[返回甲](//a/b.html) ｜ [返回首页](//a/)  ",
        "[返回甲](//a/b.html)\n[返回首页](//a/)",
        "[返回甲](//a/b.html)｜\n[返回首页](//a/)",
        "[返回甲](//a/b.html)\n\n｜[返回首页](//a/)",
        "[返回甲](//a/b.html)\n｜\n[返回首页](//a/)",
        "[返回甲](//a/b.html)<br>[返回首页](//a/)",
        "[返回首页](https://elsewhere.example/x?y=1#z)",
        "[返回](/)",
        "[返回甲 乙](//a/21shiji jingji 21APP.html)｜[返回首页](//a/)",
        "[返回甲(香港)](//a/jia(xianggang).html)｜[返回首页](//a/)",
        "[返回[甲]](//a/b.html)",
        '[返回甲](//a/ "题")｜[返回首页](//a/){:target="_blank"}',
        "- [返回甲](//a/)\n- [返回首页](//a/)",
        "**[返回甲](//a/)** | **[返回首页](//a/)**",
        '<p><a href="//a/b.html">返回甲</a>｜<a href="//a/">返回首页</a></p>',
        '<div class="nav"><a href="/b"><b>返回甲</b></a>&nbsp;|&nbsp;<a href="/">返回首页</a></div>',
        "[返回甲](//a/)\n<!-- 完 -->",
        "[返回甲](//a/)\n<!--\n\n完\n\n-->\n\n",
        "[返回甲](//a/)\n&nbsp;\n<br/>\n\u200b",
    ],
)
def test_navigation_in_any_form_is_dropped(navigation: str) -> None:
    assert part(f"正文。\n\n{navigation}").text == "正文。"
    assert part(f"正文。\n\n<{LINK}>\n{navigation}").link == LINK


@pytest.mark.parametrize(
    "text",
    [
        "正文里请点[返回首页](/)。",
        "请点 [返回首页](/)",
        "[返回首页](/)\n\n正文在后。",
        "[回到首页](/)",
        "返回首页",
        "[返回首页]",
        "｜",
        "正文。\n\n｜",
        "<!-- 甲\n正文 -->",
        "正文 <!-- 注 -->",
    ],
)
def test_what_is_no_navigation_stays(text: str) -> None:
    assert part(text).text == text


def test_navigation_behind_the_text_in_its_line_is_dropped() -> None:
    assert part(f"<p>正文。</p>{NAVIGATION}").text == "<p>正文。</p>"
    assert part(f"<{LINK}> {NAVIGATION}").link == LINK


@pytest.mark.parametrize(
    ("written", "link"),
    [
        (f"<{LINK}>", LINK),
        (f"  < {LINK} >  ", LINK),
        (f"<{LINK}><br>", LINK),
        (f"<{LINK}>\\", LINK),
        (f"<p><{LINK}></p>", LINK),
        (f"&lt;{LINK}&gt;", LINK),
        ("<//www.example.com/x>", "//www.example.com/x"),
        ("<HTTP://www.example.com/甲 乙>", "HTTP://www.example.com/甲 乙"),
        (LINK, LINK),
        ("https://www.example.com/a_(b)", "https://www.example.com/a_(b)"),
        (f"[原文]({LINK})", LINK),
        (f"[阅读全文](<{LINK}>)", LINK),
        (f"[Read the original]({LINK})", LINK),
        (f'<p><a href="{LINK}" target="_blank">原文链接</a></p>', LINK),
        (f"<a href='{LINK}'>{LINK}</a>", LINK),
    ],
)
def test_a_link_that_stands_alone_near_the_end_is_the_original(written: str, link: str) -> None:
    body = part(f"正文。\n\n{written}\n\n{NAVIGATION}\n")

    assert (body.link, body.text) == (link, "正文。")


@pytest.mark.parametrize("label", ["原文链接：{}", "Original: <{}>", "source: {}"])
def test_a_link_with_a_label_is_the_original_and_stays(label: str) -> None:
    text = f"正文。\n\n{label.format(LINK)}"

    assert (part(text).link, part(text).text) == (LINK, text)


@pytest.mark.parametrize(
    "text",
    [
        f"见 <{LINK}>。",
        f"正文\n{LINK}",
        f"[别的]({LINK})",
        f'<a href="{LINK}">别的</a>',
        f"<{LINK}>\n\n一\n\n二\n\n三\n\n四",
        "<mailto:a@example.com>",
        "<b>",
        "",
    ],
)
def test_what_is_no_closing_link_stays(text: str) -> None:
    assert (part(text).link, part(text).text) == (None, text)


def test_lines_may_follow_the_link() -> None:
    body = part(f"正文。\n\n<{LINK}>\n\n（文章来源：示例）\n\n免责声明。")

    assert (body.link, body.text) == (LINK, "正文。\n\n\n\n（文章来源：示例）\n\n免责声明。")


def test_of_several_links_the_one_with_an_id_is_the_original() -> None:
    other = "https://www.example.com/other"

    assert part(f"<{LINK}>\n\n<{other}>").link == LINK
    assert part(f"<{other}1>\n\n<{other}2>").link == f"{other}2"


def test_a_link_behind_the_last_tag_is_the_original() -> None:
    body = part(f"<p>正文。</p><{LINK}>  \n")

    assert (body.link, body.text) == (LINK, "<p>正文。</p>")


@pytest.mark.parametrize("written", ["<>", "< >", "<p><></p>"])
def test_an_empty_link_is_told_and_no_part_of_the_body(written: str) -> None:
    body = part(f"正文。\n\n{written}\n\n{NAVIGATION}", first_line=7)

    assert (body.link, body.text.strip()) == (None, "正文。")
    assert body.notes == [(9, "the original link is empty (<>)")]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("（文章来源：证券时报网）", "证券时报网"),
        ("(文章来源:示例)", "示例"),
        ("（ 文章来源： 示例　晚报 ）", "示例 晚报"),
        ("(文章来源：示例）", "示例"),
        ("（文章来源：安信（香港）有限公司）后文", "安信（香港）有限公司"),
        ("（文章来源：甲）正文（文章来源：乙）", "乙"),
        ("（文章来源：甲）正文（文章来源：）", "甲"),
        ("（文章来源：没有合上\n下一段", "没有合上"),
        ("正文\n文章来源：示例晚报\n", "示例晚报"),
        ("（文章来源：）", None),
        ("（来源：图表）", None),
        ("文章来源说明很长" + "长" * 100, None),
        ("", None),
    ],
)
def test_the_stated_origin_is_found(text: str, stated: str | None) -> None:
    assert origin(text) == stated


@pytest.mark.parametrize(
    ("url", "stated", "stem", "digits"),
    [
        (LINK, "", "", "202206132410063351"),
        ("http://a/?x=1&INFOCODE=nw12", "", "", "12"),
        ("http://a/#/x?infoCode=34", "", "", "34"),
        ("http://a/?myinfoCode=34", "", "", None),
        ("http://a/?infoCode=", "", "", None),
        ("http://a/?infoCode=abc", "NW56", "", "56"),
        (None, "56", "NW202206132410063351", "56"),
        (None, "no", "2022-06-13-NW202206132410063351", "202206132410063351"),
        (None, "", "nw202206132410063351-title", "202206132410063351"),
        (None, "", "2022-06-13-202206132410063351", "202206132410063351"),
        (None, "", "202206132410063351", "202206132410063351"),
        (None, "", "2022-06-13-20220613", None),
        (None, "", "2022-06-13-snow20220613", None),
        (None, "", "2022-06-13-٢٠٢٢٠٦١٣٢٤١٠٠٦٣٣٥١", None),
    ],
)
def test_the_info_code_is_found(url: str | None, stated: str, stem: str, digits: str | None) -> None:
    assert info_code(url, stated, stem) == digits


PIECES = st.sampled_from(
    [
        "[返回",
        "](",
        "//a",
        ")",
        "｜",
        "\n",
        "<",
        ">",
        LINK,
        "正文",
        "<p>",
        "</p>",
        "<!--",
        "-->",
        " ",
        "<>",
        "&nbsp;",
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_end_can_be_read(text: str) -> None:
    body = part(text)

    assert len(body.text) <= len(text)


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_prose_is_left_alone(text: str) -> None:
    assert part(f"{text}\n\n<{LINK}>\n\n{NAVIGATION}\n").text == text


@pytest.mark.parametrize(
    "piece",
    ["[返回", "<a>返回", "｜", "<!--", "-->", "\n", "<", "[返回](a)｜", "（文章来源：", "\n<!--x-->", "<p> "],
)
def test_a_huge_body_takes_no_long_time(piece: str) -> None:
    part(piece * 20_000)
    origin(piece * 2_000)


@pytest.mark.parametrize(
    "line",
    [
        "[原文](" + " " * 4000 + "x",
        '[原文](a "' + " " * 4000 + "x",
        "<a " + "href=" * 800,
        "<" + " " * 4000 + "x",
        "<http://a.example/" + " " * 4000 + "x",
        ">" * 4000 + "返回",
        ">" + "&nbsp;" * 600 + "返回",
        "原文链接：" + " " * 4000 + "x",
    ],
    ids=lambda line: line[:8],
)
def test_a_last_line_of_any_kind_takes_no_long_time(line: str) -> None:
    before = process_time()

    part(f"text\n\n{line}")

    assert process_time() - before < 1


@pytest.mark.parametrize(
    "text", ["\n" * 100_000 + "文章来源x", "文章来源：" + " " * 100_000 + "x" * 61, "文章来源：" * 20_000]
)
def test_an_origin_is_looked_for_in_no_long_time(text: str) -> None:
    before = process_time()

    origin(text)

    assert process_time() - before < 1


def test_a_long_line_of_nothing_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        assert part("text\n" + " " * 4_000_000).text == "text"
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("line", "link"),
    [
        ("[原文](  <https://a.example/ >  )", "https://a.example/ "),
        ('[原文](https://a.example/b c "title" )', "https://a.example/b c"),
        ('[原文](https://a.example/"b" )', "https://a.example/"),
        ("[原文]( https://a.example/(b) )", "https://a.example/(b)"),
        ("<a class=x href='https://a.example/?a=\"b'>原文</a>", "https://a.example/?a="),
        ("<a href = https://a.example/ target=_blank>原文</a>", "https://a.example/"),
    ],
)
def test_a_link_is_found_however_it_is_parted_by_blanks(line: str, link: str) -> None:
    assert part(f"text\n\n{line}").link == link
