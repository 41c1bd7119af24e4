"""Pages of older items and of single ones: which there are, and when they are rendered again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import history
from aggregator.rules import Category, OutputSettings, Rules
from aggregator.views import item_path
from tests.fakes import FakePages
from tests.generating import Site

JUNE = datetime(2022, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PAST = "category/macro/"


class Library(Site):
    """A site whose feeds show two items, so that a third is an older one."""

    def __init__(self, *, item_pages: bool = False, **rules: object) -> None:
        super().__init__(**rules)
        self.settings = OutputSettings(
            formats=("atom",), entries=2, window=0, max_entries=2, item_pages=item_pages
        )
        self.pages: FakePages = FakePages()

    def rendered(self) -> list[str]:
        """The pages that the next generation renders."""
        self.pages.rendered.clear()
        self.generate()
        return sorted(self.pages.rendered)

    def past(self) -> list[str]:
        return sorted(path.removeprefix(PAST) for path in self.folder.files if path.startswith(PAST))


@pytest.fixture
def library() -> Library:
    """Two items in April, one in May, two in June."""
    library = Library()
    for number, days in enumerate((0, 1, -20, -40, -50)):
        library.add(f"item {number}", "macro", published=JUNE + days * DAY)
    library.generate()
    return library


# ── months ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_category_whose_page_shows_everything_has_no_months() -> None:
    library = Library()
    library.add("a", "macro", published=JUNE)
    library.add("b", "macro", published=JUNE - 90 * DAY)
    library.generate()

    assert library.past() == []


def test_every_month_of_a_category_with_older_items_has_a_page(library: Library) -> None:
    assert library.past() == ["2022-04.html", "2022-05.html", "2022-06.html"]
    assert library.lines(f"{PAST}2022-04.html") == ["macro after nothing", "item 3 full", "item 4 full"]
    assert library.lines(f"{PAST}2022-06.html") == ["macro after 2022-05", "item 1 full", "item 0 full"]


def test_without_anything_new_no_page_is_rendered(library: Library) -> None:
    assert library.rendered() == []


def test_a_new_item_renders_the_page_of_its_month_alone(library: Library) -> None:
    library.add("new", "macro", published=JUNE + 2 * DAY)

    assert library.rendered() == [f"{PAST}2022-06.html"]


def test_a_new_month_changes_no_page_of_a_month_that_is_over(library: Library) -> None:
    before = {path: body for path, body in library.folder.files.items() if path.startswith(PAST)}
    library.add("new", "macro", published=JUNE + 40 * DAY)

    assert library.rendered() == [f"{PAST}2022-07.html"]
    assert before.items() <= library.folder.files.items()
    assert library.lines(f"{PAST}2022-07.html")[0] == "macro after 2022-06"


def test_a_late_item_in_a_month_of_its_own_is_named_by_the_month_after_it(library: Library) -> None:
    library.add("late", "macro", published=JUNE - 80 * DAY)

    assert library.rendered() == [f"{PAST}2022-03.html", f"{PAST}2022-04.html"]
    assert library.lines(f"{PAST}2022-04.html")[0] == "macro after 2022-03"


def test_a_changed_item_renders_the_page_of_its_month(library: Library) -> None:
    library.add("item 3", "macro", published=JUNE - 40 * DAY, title="changed")

    assert library.rendered() == [f"{PAST}2022-04.html"]
    assert "changed full" in library.lines(f"{PAST}2022-04.html")


def test_an_item_that_moves_leaves_its_month_and_comes_to_another(library: Library) -> None:
    library.add("item 3", "macro", published=JUNE - 20 * DAY)

    assert library.rendered() == [f"{PAST}2022-04.html", f"{PAST}2022-05.html"]
    assert library.lines(f"{PAST}2022-04.html")[1:] == ["item 4 full"]


def test_a_withdrawn_item_leaves_its_month_and_an_empty_month_goes_at_once(library: Library) -> None:
    library.remove("item 2")

    report = library.generate()

    assert report.removed == (f"{PAST}2022-05.html",)
    assert library.past() == ["2022-04.html", "2022-06.html"]
    assert library.lines(f"{PAST}2022-06.html")[0] == "macro after 2022-04"
    assert f"{PAST}2022-05.html" not in library.store.files()


def test_months_go_when_the_page_shows_everything_again(library: Library) -> None:
    for number in (2, 3, 4):
        library.remove(f"item {number}")
    library.generate()

    assert library.past() == []


def test_a_month_is_that_of_the_sites_clock() -> None:
    library = Library()
    library.view = replace(library.view, timezone="Asia/Shanghai")
    for number in range(3):
        library.add(str(number), "macro", published=datetime(2022, 5, 31, 16 + number, tzinfo=UTC))
    library.generate()

    assert library.past() == ["2022-06.html"]


def test_another_time_zone_shelves_every_item_again(library: Library) -> None:
    library.add("on the border", "macro", published=datetime(2022, 4, 30, 23, tzinfo=UTC))
    library.generate()
    library.view = replace(library.view, timezone="Asia/Shanghai")
    library.generate()

    assert "on the border full" in library.lines(f"{PAST}2022-05.html")


def test_a_page_that_somebody_removed_is_written_again(library: Library) -> None:
    del library.folder.files[f"{PAST}2022-04.html"]

    assert library.generate().written == (f"{PAST}2022-04.html",)


def test_pages_are_told_apart_when_everything_is_checked(library: Library) -> None:
    assert library.generator().check() == ()

    library.folder.files[f"{PAST}2022-04.html"] = b"tampered with"

    assert library.generator().check() == (f"{PAST}2022-04.html",)


def test_a_page_that_cannot_be_written_is_written_the_next_time(library: Library) -> None:
    library.add("new", "macro", published=JUNE + 2 * DAY)
    library.add("late", "macro", published=JUNE - 80 * DAY)
    library.folder.broken.add(f"{PAST}2022-03.html")
    failed = library.generate()
    library.folder.broken.clear()
    library.generate()

    assert failed.errors
    assert library.generator().check() == ()
    assert library.lines(f"{PAST}2022-04.html")[0] == "macro after 2022-03"


def test_a_renamed_category_takes_its_months_along() -> None:
    library = Library(categories=(Category(slug="macro"),))
    for number in range(3):
        library.add(str(number), "macro", published=JUNE + number * DAY)
    library.generate()
    library.rules = Rules(categories=(Category(slug="economy", aliases=("macro",), was=("macro",)),))
    library.generate()

    assert f"category/economy/{JUNE:%Y-%m}.html" in library.folder.files
    assert library.generate().unneeded == ()


def test_a_category_called_like_a_file_has_no_months() -> None:
    library = Library()
    for number in range(3):
        library.add(str(number), "macro.HTML", published=JUNE + number * DAY)
    library.generate()

    assert [path for path in library.folder.files if path.count("/") == 2] == []


def test_a_month_follows_the_content_mode_of_its_category() -> None:
    library = Library(categories=(Category(slug="macro", content="none"),))
    for number in range(3):
        library.add(str(number), "macro", published=JUNE + number * DAY)
    library.generate()

    assert library.lines(f"{PAST}2022-06.html")[1:] == ["2 none", "1 none", "0 none"]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "move", "remove", "write", "retitle", "fail"]),
        st.integers(0, 6),
        st.integers(0, 5),
        st.sampled_from(["macro", "stocks"]),
    ),
    max_size=25,
)


@given(_STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_pages_are_what_writing_everything_anew_gives(
    steps: list[tuple[str, int, int, str]],
) -> None:
    library = Library(item_pages=True)
    for deed, number, month, category in steps:
        name = f"item {number}"
        known = library.store.known("posts", [name]).get(name)
        if deed in ("add", "change", "move"):
            moment = JUNE + (month if deed == "move" else number) * 30 * DAY
            library.add(name, category, published=moment, title=f"{deed} {month}")
        elif deed == "remove" and known:
            library.remove(name)
        elif deed == "retitle":
            library.rules = Rules(categories=(Category(slug=category, title=f"title {month}"),))
        elif deed == "fail":
            library.folder.broken = {f"{PAST}2022-{6 + month:02}.html", f"{PAST}2022-{7 + month:02}.html"}
        elif deed == "write":
            library.generate()
            library.folder.broken = set()
    library.folder.broken = set()
    library.generate()

    incremental = dict(library.folder.files)
    library.folder.files.clear()
    library.store.forget_files(list(library.store.files()))
    library.generate(every=True)

    # A category that lost its last item keeps its feed, until it is pruned, as long as there is one.
    pages = {path: body for path, body in incremental.items() if path.count("/") == 2 or "item/" in path}
    assert pages == {
        path: body for path, body in library.folder.files.items() if path.count("/") == 2 or "item/" in path
    }


# ── busy months ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def busy() -> Library:
    """A month with one item more than its page can show: 500 on the first, one on the third."""
    library = Library()
    for number in range(history.MONTH_LIMIT):
        library.add(f"item {number}", "macro", published=JUNE + timedelta(seconds=number))
    library.add("last", "macro", published=JUNE + 2 * DAY)
    library.generate()
    return library


def test_a_busy_month_names_its_days_and_each_has_a_page(busy: Library) -> None:
    assert busy.past() == ["2022-06-01.html", "2022-06-03.html", "2022-06.html"]
    assert busy.lines(f"{PAST}2022-06.html") == ["macro after nothing", "2022-06-01", "2022-06-03"]
    assert busy.lines(f"{PAST}2022-06-03.html") == ["macro after 2022-06-01", "last full"]


def test_a_new_item_in_a_busy_month_renders_its_day_and_its_month(busy: Library) -> None:
    busy.add("new", "macro", published=JUNE + 2 * DAY)

    assert busy.rendered() == [f"{PAST}2022-06-03.html", f"{PAST}2022-06.html"]


def test_a_month_that_is_not_busy_any_more_shows_its_items_again(busy: Library) -> None:
    busy.remove("last")

    report = busy.generate()

    assert busy.past() == ["2022-06.html"]
    assert len(busy.lines(f"{PAST}2022-06.html")) == history.MONTH_LIMIT + 1
    assert report.removed == (f"{PAST}2022-06-01.html", f"{PAST}2022-06-03.html")


# ── items ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def items() -> Library:
    library = Library(item_pages=True)
    library.add("a", "macro", published=JUNE)
    library.add("b", "stocks", published=JUNE)
    library.generate()
    return library


def path(native_id: str) -> str:
    return item_path(f"urn:example:{native_id}")


def test_each_item_has_a_page_where_that_is_asked_for(items: Library) -> None:
    assert items.lines(path("a")) == ["a full macro"]
    assert items.lines(path("b")) == ["b full stocks"]


def test_a_new_item_renders_its_own_page_alone(items: Library) -> None:
    items.add("c", "macro", published=JUNE)

    assert [each for each in items.rendered() if each.startswith("item/")] == [path("c")]


def test_an_item_that_leaves_takes_its_page_along_at_once(items: Library) -> None:
    items.remove("a")

    assert items.generate().removed == (path("a"),)
    assert path("a") not in items.folder.files


def test_an_item_that_comes_back_has_the_same_page(items: Library) -> None:
    known = items.store.known("posts", ["a"])["a"]
    items.store.set_hidden(known.item_id, True)
    items.generate()
    items.store.set_hidden(known.item_id, False)
    items.generate()

    assert items.lines(path("a")) == ["a full macro"]


def test_the_page_of_an_item_follows_the_titles_of_its_categories(items: Library) -> None:
    items.rules = Rules(categories=(Category(slug="macro", title="Economy"),))

    assert [each for each in items.rendered() if each.startswith("item/")] == [path("a")]
    assert items.lines(path("a")) == ["a full Economy"]


def test_pages_of_items_nobody_asks_for_any_more_are_unneeded(items: Library) -> None:
    items.settings = replace(items.settings, item_pages=False)

    unneeded = items.generate().unneeded
    items.generate(prune=True)

    assert set(unneeded) == {path("a"), path("b")}
    assert [each for each in items.folder.files if each.startswith("item/")] == []


def test_the_path_of_an_item_is_safe_whatever_its_id_is() -> None:
    for public_id in ("../../etc/passwd", "http://a.example/?<script>", "\ud800", ""):
        assert item_path(public_id).removeprefix("item/").removesuffix(".html").isalnum()
