from __future__ import annotations

import subprocess
import sys
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.slugs import LONGEST, fold, mint

if TYPE_CHECKING:
    from collections.abc import Container

SAFE_CHARACTERS = "".join(sorted(set(map(chr, range(0x20, 0x7F))) - set('/\\:*?"<>|%#')))
DEVICES = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}

names = st.one_of(
    st.text(max_size=120),
    st.text(st.characters(), max_size=120),
    st.text("中国人民银行证券时报网重庆女绿〇21世纪 APP·（）【】：、é😀ｶＡ", max_size=100),
    st.text(SAFE_CHARACTERS, max_size=90),
    st.sampled_from(
        [".", "..", "con", "CON.txt", "nul .x", "-", " ", "a/../b", "\ud800", "COM¹", "Lpt9.x.y"]
    ),
)


def six(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def is_device(slug: str) -> bool:
    return slug.partition(".")[0].rstrip(" ").casefold() in DEVICES


def assert_safe(slug: str) -> None:
    assert slug
    assert set(slug) <= set(SAFE_CHARACTERS)
    assert slug[0] not in ". -"
    assert slug[-1] not in ". "
    assert not is_device(slug)
    assert len(slug.encode()) <= LONGEST


class Everything:
    """Taken: every name shorter than ``free_from`` characters."""

    def __init__(self, free_from: int) -> None:
        self.free_from = free_from

    def __contains__(self, name: object) -> bool:
        return len(str(name)) < self.free_from


class EveryPrefix:
    """Taken: what carries no hash, and what carries any prefix of the hash of ``x``."""

    def __contains__(self, name: object) -> bool:
        return "-" not in str(name) or sha256(b"x").hexdigest().startswith(str(name).rpartition("-")[2])


@pytest.mark.parametrize(
    "name",
    [
        "zhengquanshibaowang",
        "21shijijingjibaodao 21caijingAPP",
        "anxinguojizhengquan(xianggang)",
        "TechWeb",
        "360",
        "R&D [news] {x} ~y",
        "a  b",
        "it's",
        "a-",
        "a.b",
        "_x",
        "console",
        "com10",
        "a" * LONGEST,
        "category",
    ],
)
def test_a_safe_name_stays_exactly_as_it_is(name: str) -> None:
    assert mint(name, ()) == name


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("证券时报网", "zhengquanshibaowang"),
        ("21世纪经济报道 21财经APP", "21shijijingjibaodao 21caijingAPP"),
        ("安信国际证券（香港）", "anxinguojizhengquan(xianggang)"),
        ("重庆", "chongqing"),
        ("中国人民银行", "zhongguorenminyinhang"),
        ("女", "nv"),
        ("乔治·华盛顿", "qiaozhi-huashengdun"),
        ("Ａ股", "Agu"),
        ("财\u200b经", "caijing"),
        ("财经\ufe0f", "caijing"),
        ("宏观\u3000政策", "hongguan zhengce"),
        ("证券：基金", "zhengquan-jijin"),
        ("财经😀", "caijing"),
        ("·财经·", "caijing"),
    ],
)
def test_chinese_becomes_pinyin_and_ascii_parts_stay(name: str, slug: str) -> None:
    assert mint(name, ()) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("a/b", "a-b"),
        ("C#", "C"),
        ("100%", "100"),
        ('a<>:"b', "a-b"),
        ("a\\b|c", "a-b-c"),
        ("../../etc/passwd", "etc-passwd"),
        (".net", "net"),
        ("-rf", "rf"),
        (" a ", "a"),
        ("a.", "a"),
        ("a\tb\nc", "a b c"),
        ("a\x00b", "a-b"),
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("Straße", "Strasse"),
        ("Việt Nam", "Viet Nam"),
        ("Łódź", "Lodz"),
        ("a—b", "a-b"),
        ("x\u202ey", "xy"),
    ],
)
def test_anything_else_becomes_safe(name: str, slug: str) -> None:
    assert mint(name, ()) == slug


@pytest.mark.parametrize(
    "name", ["con", "CON", "con.txt", "Aux", "COM1", "lpt9.a.b", "nul .x", "ＣＯＮ", "con\n", "COM¹"]
)
def test_a_windows_device_name_is_not_used(name: str) -> None:
    slug = mint(name, ())

    assert slug == f"category-{unicodedata.normalize('NFKC', name).strip()}"
    assert_safe(slug)


@pytest.mark.parametrize(
    "name", ["", " ", ".", "..", "...", "…", "😀", "🇨🇳", "---", "/", "%", "\ud800", "\u200b", "«»"]
)
def test_a_name_of_which_nothing_is_left_becomes_category_and_its_hash(name: str) -> None:
    assert mint(name, ()) == f"category-{six(name)}"


@pytest.mark.parametrize(
    ("name", "left"), [("Новости 24", "24"), ("日本語カナ", "ribenyu"), ("한국", "category")]
)
def test_a_name_that_lost_letters_carries_its_hash(name: str, left: str) -> None:
    assert mint(name, ()) == f"{left}-{six(name)}"


@pytest.mark.parametrize("name", ["a" * 81, "中" * 50, "x." * 200, "财" * 10_000])
def test_a_long_name_is_cut_and_carries_its_hash(name: str) -> None:
    slug = mint(name, ())

    assert slug.endswith(f"-{six(name)}")
    assert LONGEST - 4 <= len(slug) <= LONGEST


def test_long_names_that_differ_only_beyond_what_is_looked_at_get_different_slugs() -> None:
    assert mint("a" + "😀" * 1000, ()) != mint("a" + "😀" * 1001, ())


@pytest.mark.parametrize(
    ("name", "holder"), [("Techweb", "TechWeb"), ("重庆", "chongqing"), ("é", "e"), ("C#", "c")]
)
def test_a_taken_name_gets_six_digits_of_its_own_hash(name: str, holder: str) -> None:
    free = mint(name, ())

    assert mint(name, {fold(holder)}) == f"{free}-{six(name)}"


def test_a_long_taken_name_makes_room_for_its_hash() -> None:
    name = "b" * LONGEST

    assert mint(name, {name}) == f"{'b' * (LONGEST - 7)}-{six(name)}"


def test_no_dot_or_blank_stands_before_the_hash() -> None:
    name = "b" * 70 + " . . . . ."[:9] + "x"

    assert mint(name, {name}) == f"{'b' * 70}-{six(name)}"


@pytest.mark.parametrize("free_from", [9, 10, 30, 66])
def test_where_the_hash_is_taken_too_more_of_it_is_used(free_from: int) -> None:
    slug = mint("x", Everything(free_from))

    assert slug == f"x-{sha256(b'x').hexdigest()[: free_from - 2]}"


def test_where_the_whole_hash_is_taken_another_one_is_used() -> None:
    slug = mint("x", EveryPrefix())

    assert slug == f"x-{sha256(b'x' + bytes([0]) + b'1').hexdigest()}"
    assert_safe(slug)


@given(names, st.booleans())
@example("\ud800x", True)
@example("con.txt", True)
@example("𠮷野家", False)
def test_every_slug_is_safe_on_any_file_system_and_given_again(name: str, taken: bool) -> None:
    holders: Container[str] = {fold(mint(name, ()))} if taken else ()

    slug = mint(name, holders)

    assert_safe(slug)
    assert fold(slug) not in holders
    assert slug == mint(name, holders)


@given(st.text(SAFE_CHARACTERS, min_size=1, max_size=LONGEST))
def test_every_safe_name_stays(name: str) -> None:
    slug = mint(name, ())

    safe = name[0] not in ". -" and name[-1] not in ". " and not is_device(name)
    assert (slug == name) == safe


@given(names)
def test_a_slug_is_its_own_slug(name: str) -> None:
    slug = mint(name, ())

    assert mint(slug, ()) == slug


@given(st.lists(names, max_size=12))
def test_many_names_never_share_a_file(many: list[str]) -> None:
    taken: set[str] = set()

    for name in many:
        slug = mint(name, taken)
        assert fold(slug) not in taken
        taken.add(fold(slug))


@given(names)
def test_a_fold_is_its_own_fold(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_fold_ignores_case_and_composition() -> None:
    assert fold("CAFE\u0301 Straße") == fold("café STRASSE")


def test_safe_names_do_not_wait_for_the_pinyin_dictionaries() -> None:
    program = """if True:
        import sys
        from aggregator.slugs import mint
        print(mint("a", ()), mint("é", ()), "pypinyin" in sys.modules)
    """

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "a e False\n"
