"""Dates in every form that occurs; what cannot be read without guessing is reported and is no date.

RFC 822, 5; RFC 3339, 5.6; ISO 8601; and what Chinese publishers write.
"""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import Case, atom, case, entry, item, rss, said

_JUNE = "2022-06-13T11:03:16"
_READ = (
    # name, as it is written, the instant; the zone of the source is UTC
    ("rfc-822", "Mon, 13 Jun 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-offset", "Mon, 13 Jun 2022 11:03:16 +0800", f"{_JUNE}+08:00"),
    ("rfc-822-negative-offset", "Mon, 13 Jun 2022 11:03:16 -0330", f"{_JUNE}-03:30"),
    ("rfc-822-minus-zero", "Mon, 13 Jun 2022 11:03:16 -0000", f"{_JUNE}Z"),
    ("rfc-822-without-weekday", "13 Jun 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-wrong-weekday", "Fri, 13 Jun 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-without-seconds", "Mon, 13 Jun 2022 11:03 GMT", "2022-06-13T11:03:00Z"),
    ("rfc-822-two-digit-year", "Mon, 13 Jun 22 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-two-digit-year-of-old", "Sun, 13 Jun 99 11:03:16 GMT", "1999-06-13T11:03:16Z"),
    ("rfc-822-full-names", "Monday, 13 June 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-sept", "Tue, 13 Sept 2022 11:03:16 GMT", "2022-09-13T11:03:16Z"),
    ("rfc-822-lower-case", "mon, 13 jun 2022 11:03:16 gmt", f"{_JUNE}Z"),
    ("rfc-822-upper-case", "MON, 13 JUN 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-one-digit-day", "Fri, 3 Jun 2022 11:03:16 GMT", "2022-06-03T11:03:16Z"),
    ("rfc-822-one-digit-hour", "Mon, 13 Jun 2022 9:03:16 GMT", "2022-06-13T09:03:16Z"),
    ("rfc-822-blanks", " Mon,  13  Jun 2022   11:03:16  GMT ", f"{_JUNE}Z"),
    ("rfc-822-without-comma", "Mon 13 Jun 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-hyphens", "Mon, 13-Jun-2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-colon-in-offset", "Mon, 13 Jun 2022 11:03:16 +08:00", f"{_JUNE}+08:00"),
    ("rfc-822-chinese-names", "星期一, 13 六月 2022 11:03:16 +0800", f"{_JUNE}+08:00"),
    ("rfc-822-numbered-month", "週一, 13 6月 2022 11:03:16 +0800", f"{_JUNE}+08:00"),
    ("rfc-822-french-month", "lun., 13 juin 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("rfc-822-german-names", "Mo, 13 Juni 2022 11:03:16 +0200", f"{_JUNE}+02:00"),
    ("spanish", "lunes, 13 de junio de 2022 11:03:16", f"{_JUNE}Z"),
    ("rfc-822-russian-names", "Пн, 13 июн 2022 11:03:16 +0300", f"{_JUNE}+03:00"),
    ("iso-with-weekday", "2022-06-13 周一 11:03:16 +0800", f"{_JUNE}+08:00"),
    ("japanese-with-weekday", "2022年6月13日(月) 11:03:16 +0900", f"{_JUNE}+09:00"),
    ("fourteen-digits", "20220613110316", f"{_JUNE}Z"),
    ("point-without-fraction", f"{_JUNE}.Z", f"{_JUNE}Z"),
    ("rfc-822-est", "Mon, 13 Jun 2022 11:03:16 EST", f"{_JUNE}-05:00"),
    ("rfc-822-pdt", "Mon, 13 Jun 2022 11:03:16 PDT", f"{_JUNE}-07:00"),
    ("rfc-822-ut", "Mon, 13 Jun 2022 11:03:16 UT", f"{_JUNE}Z"),
    ("rfc-822-z", "Mon, 13 Jun 2022 11:03:16 Z", f"{_JUNE}Z"),
    ("rfc-822-jst", "Mon, 13 Jun 2022 11:03:16 JST", f"{_JUNE}+09:00"),
    ("rfc-822-gmt-plus-8", "Mon, 13 Jun 2022 11:03:16 GMT+8", f"{_JUNE}+08:00"),
    ("rfc-822-gmt-plus-0800", "Mon, 13 Jun 2022 11:03:16 GMT+0800", f"{_JUNE}+08:00"),
    ("rfc-822-utc-minus-5", "Mon, 13 Jun 2022 11:03:16 UTC-5", f"{_JUNE}-05:00"),
    ("rfc-822-with-comment", "Mon, 13 Jun 2022 11:03:16 +0800 (China Standard Time)", f"{_JUNE}+08:00"),
    ("rfc-822-midnight-24", "Mon, 13 Jun 2022 24:00:00 GMT", "2022-06-14T00:00:00Z"),
    ("rfc-822-leap-second", "Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"),
    ("rfc-822-leap-day", "Thu, 29 Feb 2024 11:03:16 GMT", "2024-02-29T11:03:16Z"),
    ("of-javascript", "Mon Jun 13 2022 11:03:16 GMT+0800 (China Standard Time)", f"{_JUNE}+08:00"),
    ("of-unix", "Mon Jun 13 11:03:16 UTC 2022", f"{_JUNE}Z"),
    ("american", "June 13, 2022 11:03 AM", "2022-06-13T11:03:00Z"),
    ("american-afternoon", "Jun 13, 2022 1:03 PM", "2022-06-13T13:03:00Z"),
    ("rfc-3339", f"{_JUNE}Z", f"{_JUNE}Z"),
    ("rfc-3339-offset", f"{_JUNE}+08:00", f"{_JUNE}+08:00"),
    ("rfc-3339-fraction", f"{_JUNE}.5Z", "2022-06-13T11:03:16.5Z"),
    ("rfc-3339-many-digits", f"{_JUNE}.123456789+08:00", "2022-06-13T11:03:16.123456+08:00"),
    ("rfc-3339-blank-for-t", "2022-06-13 11:03:16+08:00", f"{_JUNE}+08:00"),
    ("rfc-3339-offset-without-colon", f"{_JUNE}+0800", f"{_JUNE}+08:00"),
    ("rfc-3339-blank-before-offset", "2022-06-13 11:03:16 +0800", f"{_JUNE}+08:00"),
    ("rfc-3339-lower-case", "2022-06-13t11:03:16z", f"{_JUNE}Z"),
    ("rfc-3339-without-seconds", "2022-06-13T11:03Z", "2022-06-13T11:03:00Z"),
    ("rfc-3339-unknown-offset", f"{_JUNE}-00:00", f"{_JUNE}Z"),
    ("rfc-3339-midnight-24", "2022-06-13T24:00:00Z", "2022-06-14T00:00:00Z"),
    ("iso-day", "2022-06-13", "2022-06-13T00:00:00Z"),
    ("iso-without-zone", _JUNE, f"{_JUNE}Z"),
    ("iso-compact", "20220613T110316Z", f"{_JUNE}Z"),
    ("iso-compact-day", "20220613", "2022-06-13T00:00:00Z"),
    ("slashes", "2022/06/13", "2022-06-13T00:00:00Z"),
    ("slashes-time", "2022/6/13 11:03:16", f"{_JUNE}Z"),
    ("dots", "2022.06.13 11:03", "2022-06-13T11:03:00Z"),
)
_IN_CHINA = (
    # the zone of the source is Asia/Shanghai
    ("chinese", "2022年6月13日 11:03", "2022-06-13T11:03:00+08:00"),
    ("chinese-seconds", "2022年06月13日 11:03:16", f"{_JUNE}+08:00"),
    ("chinese-day", "2022年6月13日", "2022-06-13T00:00:00+08:00"),
    ("chinese-without-blank", "2022年6月13日11时03分", "2022-06-13T11:03:00+08:00"),
    ("chinese-afternoon", "2022年6月13日 下午3:05", "2022-06-13T15:05:00+08:00"),
    ("chinese-weekday", "2022年6月13日 星期一 11:03", "2022-06-13T11:03:00+08:00"),
    ("chinese-full-width", "２０２２年６月１３日　１１：０３", "2022-06-13T11:03:00+08:00"),
    ("zone-of-the-source", "2022-06-13 11:03:16", f"{_JUNE}+08:00"),
    ("zone-of-the-source-day", "2022/06/13", "2022-06-13T00:00:00+08:00"),
    ("zone-of-the-source-rfc-822", "Mon, 13 Jun 2022 11:03:16", f"{_JUNE}+08:00"),
    ("zone-of-the-source-does-not-override", "Mon, 13 Jun 2022 11:03:16 GMT", f"{_JUNE}Z"),
    ("cst-is-chinas", "Mon, 13 Jun 2022 11:03:16 CST", f"{_JUNE}+08:00"),
)
_UNREADABLE = (
    ("words", "last Blursday"),
    ("chinese-words", "昨天下午"),
    ("relative", "3 hours ago"),
    ("chinese-relative", "3小时前"),
    ("day-first", "13/06/2022 11:03"),
    ("month-first", "06/13/2022"),
    ("ambiguous", "06/05/2022"),
    ("thirteenth-month", "2022-13-13T11:03:16Z"),
    ("thirtieth-of-february", "2022-02-30T11:03:16Z"),
    ("hour-25", "Mon, 13 Jun 2022 25:03:16 GMT"),
    ("minute-61", "2022-06-13T11:61:16Z"),
    ("unknown-zone", "Mon, 13 Jun 2022 11:03:16 XYZ"),
    ("unknown-month", "Mon, 13 Lis 2022 11:03:16 GMT"),
    ("year-zero", "0000-00-00T00:00:00Z"),
    ("nothing-but-a-zone", "GMT"),
    ("epoch-seconds", "1655089396"),
    ("markup", "&lt;b&gt;today&lt;/b&gt;"),
    ("very-long", "2022-06-13 " + "1" * 500),
)


def _published(name: str, written: str, instant: str | None, zone: str = "UTC", **keys: object) -> Case:
    document = rss(item(f"<pubDate>{written}</pubDate>"))
    return case(f"dates/{name}.xml", document, said(published=instant), timezone=zone, **keys)


_OTHERS = [
    _published("none", "", None, problems=None),
    _published("blank", "   ", None, problems=None),
    _published("cst-is-americas-elsewhere", "Mon, 13 Jun 2022 11:03:16 CST", f"{_JUNE}-06:00"),
    _published("of-the-future", "Tue, 01 Jan 2137 00:00:00 GMT", "2026-11-22T12:00:00Z", problems=None),
    _published("of-the-year-one", "0001-01-01T00:00:00Z", None, problems=None),
    _published("of-1900", "Mon, 01 Jan 1900 00:00:00 GMT", None, problems=None),
    _published("of-1970", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z", problems=None),
    case(
        "dates/one-unreadable-among-good-ones.xml",
        rss(
            item("<pubDate>Mon, 13 Jun 2022 11:03:16 GMT</pubDate>", 1)
            + item("<pubDate>last Blursday</pubDate>", 2)
            + item("<pubDate>Tue, 14 Jun 2022 11:03:16 GMT</pubDate>", 3)
        ),
        said(published=f"{_JUNE}Z"),
        said(published=None),
        said(published="2022-06-14T11:03:16Z"),
        problems=["Blursday"],
    ),
    case(
        "dates/atom-chinese-form.xml",
        atom(entry("<published>2022年6月13日 11:03</published>")),
        said(published="2022-06-13T11:03:00+08:00"),
        timezone="Asia/Shanghai",
    ),
    case(
        "dates/atom-unreadable.xml",
        atom(entry("<published>last Blursday</published>")),
        said(published=None, updated="2026-03-01T08:00:00Z"),
        problems=["Blursday"],
    ),
    case(
        "dates/dublin-core-year-and-month.xml",
        rss(item("<dc:date>2022-06</dc:date>")),
        said(title="Tide table 1"),
        problems=None,
    ),
    case(
        "dates/two-of-them.xml",
        rss(item("<pubDate>Mon, 13 Jun 2022 11:03:16 GMT</pubDate><pubDate>Tue, 14 Jun 2022 11:03:16 GMT</pubDate>")),
        said(title="Tide table 1"),
        problems=None,
    ),
]

CASES = [
    *(_published(*each) for each in _READ),
    *(_published(*each, zone="Asia/Shanghai") for each in _IN_CHINA),
    *(
        _published(f"unreadable-{name}", written, None, problems=[written.replace("&lt;b&gt;", "")[:5]])
        for name, written in _UNREADABLE
    ),
    *_OTHERS,
]
