"""Any date anybody writes, as an aware datetime or nothing."""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import dates, monthnames

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS)  # noqa: DTZ001 - bounds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        # ISO 8601, RFC 3339 and what is like them
        ("2022-06-13T11:03:16Z", "2022-06-13T11:03:16Z"),
        ("2022-06-13t11:03:16z", "2022-06-13T11:03:16Z"),
        ("2022-06-13T11:03:16+08:00", "2022-06-13T11:03:16+08:00"),
        ("2022-06-13T11:03:16+0800", "2022-06-13T11:03:16+08:00"),
        ("2022-06-13T11:03:16-03", "2022-06-13T11:03:16-03:00"),
        ("2022-06-13T11:03:16\u221205:30", "2022-06-13T11:03:16-05:30"),
        ("2022-06-13T11:03:16-00:00", "2022-06-13T11:03:16Z"),
        ("2022-06-13T11:03:16.5Z", "2022-06-13T11:03:16.500000Z"),
        ("2022-06-13T11:03:16,123456789Z", "2022-06-13T11:03:16.123456Z"),
        ("2022-06-13T11:03Z", "2022-06-13T11:03:00Z"),
        ("2022-06-13T11:03:16", "2022-06-13T11:03:16+08:00"),
        ("2022-06-13T11:03:16+08:00[Asia/Shanghai]", "2022-06-13T11:03:16+08:00"),
        ("2022-06-13 11:03:16 +0800", "2022-06-13T11:03:16+08:00"),
        ("2022-06-13 11:03:16 +08:00", "2022-06-13T11:03:16+08:00"),
        ("2022-06-13 11:03:16 UTC", "2022-06-13T11:03:16Z"),
        ("2022-06-13 11:03", "2022-06-13T11:03:00+08:00"),
        ("2022-06-13", "2022-06-13T00:00:00+08:00"),
        ("  2022-06-13  \n 11:03 ", "2022-06-13T11:03:00+08:00"),
        ("2022-6-3 9:05", "2022-06-03T09:05:00+08:00"),
        ("2022/06/13", "2022-06-13T00:00:00+08:00"),
        ("2022/6/13 11:03:16", "2022-06-13T11:03:16+08:00"),
        ("2022.06.13", "2022-06-13T00:00:00+08:00"),
        ("20220613", "2022-06-13T00:00:00+08:00"),
        ("20220613T110316Z", "2022-06-13T11:03:16Z"),
        ("20220613T1103+0800", "2022-06-13T11:03:00+08:00"),
        ("２０２２－０６－１３", "2022-06-13T00:00:00+08:00"),
        # Chinese
        ("2022年6月13日", "2022-06-13T00:00:00+08:00"),
        ("2022年6月13日 11:03", "2022-06-13T11:03:00+08:00"),
        ("2022年06月13日11：03：16", "2022-06-13T11:03:16+08:00"),
        ("2022 年 6 月 13 日 11时03分16秒", "2022-06-13T11:03:16+08:00"),
        ("2022年6月13日 星期一 下午3:05", "2022-06-13T15:05:00+08:00"),
        ("2022年6月13日 下午15:05", "2022-06-13T15:05:00+08:00"),
        ("2022年6月13日 上午0:05", "2022-06-13T00:05:00+08:00"),
        # RFC 822, RFC 5322 and their deformations
        ("Mon, 13 Jun 2022 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("Mon, 13 Jun 2022 11:03:16 +0800", "2022-06-13T11:03:16+08:00"),
        ("Mon, 13 Jun 2022 11:03:16 +0000 (UTC)", "2022-06-13T11:03:16Z"),
        ("Sun, 13 Jun 2022 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("13 Jun 2022 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("Mon, 3 Jun 2022 1:03:16 GMT", "2022-06-03T01:03:16Z"),
        ("Mon, 13 Jun 2022 11:03 GMT", "2022-06-13T11:03:00Z"),
        ("Mon, 13 Jun 2022", "2022-06-13T00:00:00+08:00"),
        ("Mon, 13 Jun 22 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("Mon, 13 Jun 99 11:03:16 GMT", "1999-06-13T11:03:16Z"),
        ("Monday, 13 June 2022 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("Monday, 13-Jun-22 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("mon 13 JUN 2022 11:03:16 gmt", "2022-06-13T11:03:16Z"),
        ("Mon,13 Sept. 2022 11:03:16 GMT", "2022-09-13T11:03:16Z"),
        ("Lun, 13 Jun 2022 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("Mon, 13 Jun 2022 11:03:16 EST", "2022-06-13T11:03:16-05:00"),
        ("Mon, 13 Jun 2022 11:03:16 PDT", "2022-06-13T11:03:16-07:00"),
        ("Mon, 13 Jun 2022 11:03:16 GMT+8", "2022-06-13T11:03:16+08:00"),
        ("Mon, 13 Jun 2022 11:03:16 UTC+08:00", "2022-06-13T11:03:16+08:00"),
        ("Mon, 13 Jun 2022 24:00:00 GMT", "2022-06-14T00:00:00Z"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60.9Z", "2017-01-01T00:00:00Z"),
        ("13th June 2022", "2022-06-13T00:00:00+08:00"),
        # The same in the language of the program's surroundings
        ("Mo, 13 Mai 2022 11:03:16 +0200", "2022-05-13T11:03:16+02:00"),
        ("Montag, 13. März 2022", "2022-03-13T00:00:00+08:00"),
        ("Mon, 13 juin 2022 11:03:16 GMT", "2022-06-13T11:03:16Z"),
        ("lun., 1er août 2022 11:03:16 +0200", "2022-08-01T11:03:16+02:00"),
        ("lun, 13 déc. 2022 11:03:16 GMT", "2022-12-13T11:03:16Z"),
        ("lunes, 13 de junio de 2022", "2022-06-13T00:00:00+08:00"),
        ("seg, 13 out 2022 11:03:16 -0300", "2022-10-13T11:03:16-03:00"),
        ("mar, 13 set 2022 11:03:16 +0200", "2022-09-13T11:03:16+02:00"),
        ("ma, 13 mei 2022 11:03:16 +0200", "2022-05-13T11:03:16+02:00"),
        ("Пн, 13 июня 2022 11:03:16 +0300", "2022-06-13T11:03:16+03:00"),
        ("Pzt, 13 Ağu 2022 11:03:16 +0300", "2022-08-13T11:03:16+03:00"),
        # American and C
        ("June 13, 2022", "2022-06-13T00:00:00+08:00"),
        ("Monday, June 13th, 2022 at 11:03 AM EST", "2022-06-13T11:03:00-05:00"),
        ("Jun 13, 2022 12:03 a.m.", "2022-06-13T00:03:00+08:00"),
        ("Jun 13, 2022 12:03pm", "2022-06-13T12:03:00+08:00"),
        ("Mon Jun 13 2022 11:03:16 GMT+0800 (China Standard Time)", "2022-06-13T11:03:16+08:00"),
        ("Mon Jun 13 11:03:16 2022", "2022-06-13T11:03:16+08:00"),
        ("Mon Jun 13 11:03:16 UTC 2022", "2022-06-13T11:03:16Z"),
    ],
)
def test_a_date_is_read(written: str, expected: str) -> None:
    found = dates.parse(written, SHANGHAI)

    assert found is not None
    assert dates.rfc3339(found) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "1655089396",
        "2022-02-30",
        "2021-02-29",
        "2022-13-01",
        "2022-00-10",
        "2022-06-00",
        "0000-01-01",
        "10000-01-01",
        "2022-06",
        "2022",
        "2022-06/13",
        "06/13/2022",
        "13.06.2022",
        "2022-W24-1",
        "2022-06-13T",
        "2022-06-13T25:00",
        "2022-06-13T24:00:01",
        "2022-06-13T11:60",
        "2022-06-13T11:03:61",
        "2022-06-13T11:03:16+15:00",
        "2022-06-13T11:03:16+08:60",
        "2022-06-13 11:03:16 IST",
        "2022-06-13 11:03:16 Asia/Shanghai",
        "2022-06-13 11:03:16 A",
        "2022-06-13 13:03 PM",
        "2022年6月13日 上午15:05",
        "2022年13月13日",
        "Mon, 32 Jun 2022 11:03:16 GMT",
        "Mon, 13 Foo 2022 11:03:16 GMT",
        "Mon, 13 lis 2022 11:03:16 GMT",
        "Posted 13 June 2022",
        "13 Jun 2022 and more",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31T24:00:00Z",
        "2022-06-13" + " " * 50 + "x" * 60,
        "\ud800",
        "\x002022-06-13",
    ],
)
def test_what_cannot_be_read_is_never_guessed(written: str) -> None:
    assert dates.parse(written, SHANGHAI) is None


def test_no_name_of_a_month_is_anothers_too() -> None:
    every = [name for names in monthnames._WRITTEN for name in names.split()]

    assert len(every) == len(set(every))
    assert all(name == name.lower() == unicodedata.normalize("NFKC", name) for name in every)


@pytest.mark.parametrize(
    ("default_zone", "expected"),
    [
        (SHANGHAI, "2022-06-13T11:03:16+08:00"),
        (ZoneInfo("Asia/Taipei"), "2022-06-13T11:03:16+08:00"),
        (timezone(timedelta(hours=8)), "2022-06-13T11:03:16+08:00"),
        (CHICAGO, "2022-06-13T11:03:16-06:00"),
        (UTC, "2022-06-13T11:03:16-06:00"),
    ],
)
def test_cst_is_chinas_where_the_source_is(default_zone: tzinfo, expected: str) -> None:
    found = dates.parse("Mon, 13 Jun 2022 11:03:16 CST", default_zone)

    assert found is not None
    assert dates.rfc3339(found) == expected


def test_a_date_without_a_zone_is_in_the_default_zone_as_it_was_on_that_day() -> None:
    winter, summer = dates.parse("2022-01-13 11:03", CHICAGO), dates.parse("2022-06-13 11:03", CHICAGO)

    assert winter is not None
    assert summer is not None
    assert (winter.utcoffset(), summer.utcoffset()) == (timedelta(hours=-6), timedelta(hours=-5))


@given(MOMENTS)
def test_what_is_written_is_read_again(moment: datetime) -> None:
    assert dates.parse(dates.rfc3339(moment), SHANGHAI) == moment


@given(MOMENTS)
def test_the_mail_form_is_read_to_the_second(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    day_names, month_names = "Mon Tue Wed Thu Fri Sat Sun", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    day, month = day_names.split()[moment.weekday()], month_names.split()[moment.month - 1]

    written = f"{day}, {moment.day} {month} {moment.year:04} {moment:%H:%M:%S %z}"

    assert dates.parse(written, SHANGHAI) == moment


TWO_DIGITS = st.integers(0, 99).map("{:02}".format)
SHAPED = st.builds(
    "{:04}-{}-{}T{}:{}:{}{}".format,
    st.integers(0, 9999),
    *[TWO_DIGITS] * 5,
    st.sampled_from(["", "Z", "-14:00", "+14:00", "+99:99"]),
)
"""Shaped like a date, most of days and times that there are not."""


@given(
    st.one_of(
        st.text(), st.text(st.sampled_from("0123456789-/.:T年月日+ ZGMTJunMon,()"), max_size=40), SHAPED
    )
)
def test_any_text_is_a_date_or_none(written: str) -> None:
    found = dates.parse(written, SHANGHAI)

    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize("unit", ["1", " ", "2022-", "mon ", "(", "a,", "1:", "+0"])
def test_a_long_text_is_refused_at_once(unit: str) -> None:
    start = time.perf_counter()
    found = [dates.parse(unit * (length // len(unit)), SHANGHAI) for length in (99, 100, 1_000_000)]

    assert found == [None] * 3
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("name", "hours"),
    [("UTC", 0), ("Z", 0), ("Asia/Shanghai", 8), ("+08:00", 8), ("-0330", -3.5), ("+00:00", 0)],
)
def test_a_zone_is_a_name_or_an_offset(name: str, hours: float) -> None:
    assert dates.zone(name).utcoffset(datetime(2022, 6, 13)) == timedelta(hours=hours)  # noqa: DTZ001 - asked of a zone


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "Asia", "../etc/passwd", "/etc/passwd", "+15:00", "+08:60", "8", "a\x00b", "\ud800"],
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.zone(name)


def test_the_clock_is_aware_and_in_utc() -> None:
    assert dates.utc_now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2022, 6, 13, 11, 3, 16, tzinfo=UTC), "2022-06-13T11:03:16Z"),
        (datetime(2022, 6, 13, 11, 3, 16, 500, tzinfo=SHANGHAI), "2022-06-13T11:03:16.000500+08:00"),
        (datetime(1900, 1, 1, tzinfo=SHANGHAI), "1900-01-01T00:00:17+08:06"),
        (datetime(22, 6, 13, tzinfo=UTC), "0022-06-13T00:00:00Z"),
    ],
)
def test_a_moment_is_written_as_rfc3339_can(moment: datetime, expected: str) -> None:
    assert dates.rfc3339(moment) == expected


@given(MOMENTS)
def test_people_are_told_the_second_in_utc(moment: datetime) -> None:
    told = datetime.fromisoformat(dates.to_the_second(moment))

    assert told.utcoffset() == timedelta()
    assert timedelta() <= moment - told < timedelta(seconds=1)


@given(MOMENTS)
def test_microseconds_lose_nothing(moment: datetime) -> None:
    offset = moment.utcoffset() or timedelta()

    found = dates.from_micros(dates.to_micros(moment), int(offset.total_seconds()))

    assert found == moment
    assert found.utcoffset() == offset
    assert dates.from_micros(dates.to_micros(moment)).tzinfo is UTC


_USUAL_PARTS = st.tuples(
    st.sampled_from(["1899", "0001", "1970", "2022", "2024", "9999", "22"]),
    st.sampled_from(["01", "02", "12", "13", "00"]),
    st.sampled_from(["01", "29", "30", "31", "32"]),
    st.sampled_from(["00:00:00", "23:59:59", "24:00:00", "12:60:00", "10:00:60", "11:03"]),
    st.sampled_from(
        ["Z", "GMT", "+00:00", "-00:00", "+08:00", "+14:59", "+15:00", "-0530", "+0800", "+0860", ""]
    ),
)


@given(_USUAL_PARTS, st.sampled_from(["Mon, ", "Foo, ", "mon, ", ""]), st.booleans())
def test_the_short_way_to_a_date_leads_where_the_long_one_does(
    parts: tuple[str, str, str, str, str], weekday: str, is_rfc_822: bool
) -> None:
    year, month, day, clock, zone = parts
    names = {"01": "Jan", "02": "Feb", "12": "DEC", "13": "Foo", "00": "Sept"}
    written = (
        f"{weekday}{day} {names[month]} {year} {clock} {zone}"
        if is_rfc_822
        else f"{year}-{month}-{day}T{clock}{zone}"
    )

    short, long = dates.parse(written, SHANGHAI), dates.parse(f" {written}", SHANGHAI)

    assert short == long
    assert short is None or long is None or short.isoformat() == long.isoformat()


def _near(pattern: re.Pattern[str]) -> st.SearchStrategy[str]:
    """What has this form, and what nearly has it."""
    exact = st.from_regex(pattern, fullmatch=True)
    edited = st.builds(
        lambda text, at, added, gone: text[: at % len(text)] + added + text[at % len(text) + gone :],
        exact,
        st.integers(0, 40),
        st.text("0123459:-+ TZt.", max_size=2),
        st.integers(0, 2),
    )
    return exact | edited


@given(_near(dates._ISO_8601) | _near(dates._RFC_822), st.sampled_from([UTC, SHANGHAI, CHICAGO]))
def test_what_is_read_at_once_is_read_as_any_other_date(written: str, zone: tzinfo) -> None:
    at_once, at_length = dates.parse(written, zone), dates._unusual(written, zone)

    assert at_once == at_length
    assert (at_once and at_once.isoformat()) == (at_length and at_length.isoformat())
    assert (at_once and at_once.tzinfo) == (at_length and at_length.tzinfo)


@pytest.mark.parametrize(
    "written",
    ["2022-06-13T11:03:16Z", "2022-06-13 11:03:16 +0800", "2022-06-13", "Mon, 13 Jun 2022 11:03:16 GMT"],
)
def test_what_nearly_all_dates_look_like_is_read_at_once(written: str) -> None:
    assert dates._usual(written, SHANGHAI) is not None
