from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import UsageError
from aggregator.model import Tag
from aggregator.records import Published
from aggregator.reports import GenerateReport
from aggregator.routing import rules_hash
from aggregator.rules import Category, Filter, Matches, OutputSettings, Rules
from tests.builders import NOW
from tests.fakes import FakeFolder, FakePages, FakeStore
from tests.generating import OLD, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def test_each_category_gets_its_feed_and_everything_one() -> None:
    site = Site()
    site.add("a", "macro")
    site.add("b", "stocks", published=OLD + timedelta(hours=1))

    report = site.generate()

    assert report.written == ("all.xml", "category/macro.xml", "category/stocks.xml", "feeds.opml")
    assert report.categories == ("macro", "stocks")
    assert report.feeds == 2
    assert site.titles("all.xml") == ["b", "a"]
    assert site.titles("category/macro.xml") == ["a"]


class Onlooker(FakeFolder):
    """Looks at what the store knows, whenever a file is written or removed."""

    def __init__(self, store: FakeStore) -> None:
        super().__init__()
        self.store = store
        self.changed: set[str] = set()
        self.unknown: set[str] = set()
        """Paths that nobody would know of who found them after a crash at that moment."""
        self.done: set[str] = set()
        """Paths whose output counted as written before they were."""

    def write(self, files: Mapping[str, bytes]) -> Sequence[str]:
        known = self.store.files()
        outdated = {output.id for output in self.store.outputs() if output.generation}
        for path, body in files.items():
            output_id, digest, _ = known.get(path, (0, "", 0))
            self.unknown |= {path} if digest != sha256(body).hexdigest() else set()
            self.done |= {path} if output_id not in outdated else set()
        self.changed.update(files)
        return super().write(files)

    def remove(self, paths: Iterable[str]) -> Sequence[str]:
        paths = list(paths)
        self.unknown |= set(paths) - self.store.files().keys()
        self.changed.update(paths)
        return super().remove(paths)


def test_a_file_is_known_before_it_is_written_and_until_it_is_removed_and_done_only_afterwards() -> None:
    site = Site()
    site.folder = onlooker = Onlooker(site.store)
    site.pages = FakePages()
    site.settings = OutputSettings(entries=2, window=0, max_entries=2, item_pages=True)
    for number in range(9):
        site.add(f"a{number}", "macro", published=OLD + timedelta(days=40 * number))
    site.add("b", "stocks")
    site.generate()
    site.add("a1", "macro", published=OLD + timedelta(days=40), title="edited")
    site.remove("a2")
    site.remove("b")
    site.generate(prune=True)

    assert onlooker.unknown == set()
    assert onlooker.done == set()
    assert {"all.xml", "category/macro.xml", "category/stocks.xml", "feeds.opml"} <= onlooker.changed
    assert len(onlooker.changed) > 10


def test_nothing_changed_writes_nothing() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()

    report = site.generate()

    assert report.written == ()
    assert report.categories == ()


def test_a_new_item_writes_only_what_it_appears_on() -> None:
    site = Site()
    site.add("a", "macro")
    site.add("b", "stocks")
    site.generate()
    site.add("c", "stocks")

    assert site.generate().written == ("all.xml", "category/stocks.xml", "feeds.opml")


def test_every_output_can_be_rendered_and_equal_bytes_are_not_written() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()

    assert site.generate(every=True).written == ()


def test_a_file_that_was_removed_or_cut_is_written_again() -> None:
    site = Site()
    site.add("a", "macro")
    site.add("b", "stocks")
    site.generate()
    del site.folder.files["category/macro.xml"]
    site.folder.files["category/stocks.xml"] = b"cut"

    assert site.generate().written == ("category/macro.xml", "category/stocks.xml")


def test_check_tells_what_differs_and_writes_nothing() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()
    assert site.generator().check() == ()
    before = dict(site.folder.files)
    site.folder.files["category/macro.xml"] = b"x" * len(before["category/macro.xml"])

    assert site.generator().check() == ("category/macro.xml",)
    assert site.folder.files["feeds.opml"] == before["feeds.opml"]


def test_check_sees_items_that_were_not_yet_generated() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()
    site.add("b", "macro")
    site.route()

    assert site.generator().check() == ("all.xml", "category/macro.xml", "feeds.opml")


def test_only_the_named_categories_are_written() -> None:
    site = Site()
    site.add("a", "macro")
    site.add("b", "stocks")

    assert site.generate("macro").written == ("category/macro.xml", "feeds.opml")
    assert site.generate().written == ("all.xml", "category/stocks.xml", "feeds.opml")


def test_an_unknown_category_is_told() -> None:
    with pytest.raises(UsageError, match="no category 'nope'"):
        Site().generate("nope")


def test_the_feeds_updated_is_its_entries_at_first_and_then_never_goes_back() -> None:
    site = Site()
    site.add("a", "macro")
    site.add("b", "macro", published=OLD + timedelta(hours=1))
    site.generate()
    first = site.lines("category/macro.xml")[0]
    site.remove("b")
    site.generate()
    left = site.lines("category/macro.xml")[0]
    site.settings = replace(site.settings, entries=7)
    site.generate()

    assert first.endswith((OLD + timedelta(hours=1)).isoformat())
    assert left > first
    assert site.lines("category/macro.xml")[0] == left


def test_a_changed_item_moves_the_feeds_updated() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()
    site.add("a", "macro", title="edited")

    site.generate()

    assert site.lines("category/macro.xml")[0].endswith((NOW + timedelta(minutes=3)).isoformat())
    assert site.titles("category/macro.xml") == ["edited"]


def test_titles_are_configured_or_the_commonest_tag_or_the_name() -> None:
    site = Site(categories=(Category(slug="macro", title="宏观"),))
    site.add("a", "macro", tags=(Tag("x", "X"),))
    site.add("b", "zqsb", tags=(Tag("证券时报网新闻"),))
    site.add("c", "zqsb", tags=(Tag("证券时报网新闻"),))
    site.add("d", "zqsb", tags=(Tag("a"),))
    site.add("e", "楼市")

    site.generate()

    titles = {output.name: output.title for output in site.store.outputs() if output.kind == "category"}
    assert titles["macro"] == "宏观"
    assert titles["zqsb"] == "证券时报网新闻"
    assert titles["loushi"] == "楼市"


def test_what_belongs_nowhere_is_called_as_the_site_says() -> None:
    site = Site()
    site.add("a", tags=(Tag("x"),))
    declared = Site(categories=(Category(slug="misc", title="其他", aliases=("uncategorized",)),))
    declared.add("a")

    for each in (site, declared):
        each.generate()

    assert [output.title for output in site.store.outputs() if output.name == "uncategorized"] == ["未分类"]
    assert "其他" in {output.title for output in declared.store.outputs()}


def test_what_is_itself_a_category_of_an_item_is_no_title_of_another() -> None:
    site = Site()
    site.add("a", "宏观", "股市", tags=(Tag("宏观"), Tag("股市")))

    site.generate()

    assert {output.title for output in site.store.outputs() if output.items} >= {"宏观", "股市"}


def test_a_name_is_looked_up_among_titles_and_aliases_before_a_slug_is_minted() -> None:
    site = Site(categories=(Category(slug="macro", title="宏观", aliases=("经济",)),))
    site.add("a", "宏观")
    site.add("b", "经济")
    site.add("c", "macro")

    site.generate()

    assert site.slugs() == ["macro"]


def test_slugs_that_collide_are_given_configuration_first_then_by_code_point() -> None:
    site = Site(categories=(Category(slug="techweb"),))
    site.add("a", "Techweb")
    site.add("b", "TECHWEB")
    site.add("c", "techweb")

    site.generate()

    slugs = site.slugs()
    assert "techweb" in slugs
    assert len(slugs) == 3
    assert all(slug == "techweb" or slug[:8] in ("TECHWEB-", "Techweb-") for slug in slugs)


def test_of_posts_alone_the_first_by_code_point_keeps_the_name() -> None:
    site = Site()
    site.add("a", "Techweb")
    site.add("b", "TechWeb")

    site.generate()

    assert "TechWeb" in site.slugs()
    assert "Techweb" not in site.slugs()


def test_a_slug_once_given_is_kept() -> None:
    site = Site()
    site.add("a", "Techweb")
    site.generate()
    site.add("b", "TechWeb")
    site.generate()

    assert "Techweb" in site.slugs()


def test_a_category_that_was_called_otherwise_keeps_its_id_and_its_old_feed() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()
    atom_id = site.lines("category/macro.xml")[0].split()[1]
    site.rules = Rules(categories=(Category(slug="economy", title="Economy", was=("macro",)),))

    site.generate()

    assert site.lines("category/economy.xml")[0].split()[1] == atom_id
    assert site.folder.files["category/macro.xml"] == site.folder.files["category/economy.xml"]
    assert site.slugs() == ["economy"]


def test_a_category_that_is_called_as_before_again_has_its_former_slug_again() -> None:
    site = Site(categories=(Category(slug="macro"),))
    site.add("a", "macro")
    site.generate()
    before = site.lines("category/macro.xml")
    site.rules = Rules(categories=(Category(slug="economy", was=("macro",)),))
    site.generate()
    site.rules = Rules(categories=(Category(slug="macro", was=("economy",)),))

    site.generate()

    assert site.slugs() == ["macro"]
    assert site.lines("category/macro.xml")[0] == before[0]
    assert site.folder.files["category/economy.xml"] == site.folder.files["category/macro.xml"]
    assert site.generate().written == ()


def test_a_filter_keeps_out_and_a_loosened_one_brings_back() -> None:
    advert = Filter("drop", Matches("title", "^ad"))
    site = Site(filters=(advert,))
    site.add("ad-1", "macro")
    site.add("news", "macro")
    site.generate()
    shown = site.titles("category/macro.xml")
    site.rules = Rules()
    site.generate()

    assert shown == ["news"]
    assert sorted(site.titles("category/macro.xml")) == ["ad-1", "news"]


def test_filters_of_a_source_and_of_a_category_reach_only_theirs() -> None:
    site = Site(
        source_filters={"posts": (Filter("drop", Matches("title", "^ad")),)},
        categories=(Category(slug="macro", filters=(Filter("drop", Matches("title", "^rumour")),)),),
    )
    for name in ("ad", "rumour", "news"):
        site.add(name, "macro", "stocks")

    site.generate()

    assert site.titles("category/macro.xml") == ["news"]
    assert sorted(site.titles("category/stocks.xml")) == ["news", "rumour"]
    assert sorted(site.titles("all.xml")) == ["news", "rumour"]


def test_where_a_rule_stands_is_no_part_of_it() -> None:
    def rules(where: str) -> Rules:
        rule = Filter("drop", Matches("title", "x"), where)
        return Rules(
            filters=(rule,),
            categories=(Category(slug="a", filters=(rule,), where=where),),
            source_filters={"s": (rule,)},
        )

    assert rules_hash(rules("a.yaml:1")) == rules_hash(rules("a.yaml:2"))
    assert rules_hash(rules("a.yaml:1")) != rules_hash(Rules())


def test_how_much_is_shown_is_the_sources_then_the_categorys_then_the_sites() -> None:
    site = Site(categories=(Category(slug="macro", content="none"),))
    site.add("a", "macro", "stocks")
    site.generate()
    by_category = site.lines("category/macro.xml")[1].split()[1]
    by_site = site.lines("category/stocks.xml")[1].split()[1]
    site.source_content = {"posts": "summary"}
    site.generate()

    assert (by_category, by_site) == ("none", "full")
    assert site.lines("category/macro.xml")[1].split()[1] == "summary"


def test_the_window_is_the_categorys_own() -> None:
    site = Site(categories=(Category(slug="macro", entries=1),))
    for number in range(5):
        site.add(f"item-{number}", "macro", "stocks", published=OLD + timedelta(days=7 * number))

    site.generate()

    assert site.titles("category/macro.xml") == ["item-4"]
    assert len(site.titles("category/stocks.xml")) == 5


def test_a_category_without_items_keeps_an_empty_feed_until_it_is_pruned() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()
    site.remove("a")
    emptied = site.generate()
    pruned = site.generate(prune=True)
    after = site.generate()

    assert site.store.outputs()
    assert emptied.unneeded == ("category/macro.xml",)
    assert pruned.removed == ("category/macro.xml",)
    assert after.written == ()
    assert "category/macro.xml" not in site.folder.files
    site.settings = replace(site.settings, entries=9)
    site.generate()
    site.generate(every=True)
    assert "category/macro.xml" not in site.folder.files


def test_files_of_others_are_never_pruned() -> None:
    site = Site()
    site.folder.files["category/hand-made.xml"] = b"mine"
    site.add("a", "macro")

    site.generate(prune=True)

    assert site.folder.files["category/hand-made.xml"] == b"mine"


def test_an_empty_category_that_was_not_pruned_keeps_its_feed_for_its_subscribers() -> None:
    site = Site()
    site.add("a", "macro")
    site.generate()
    site.remove("a")
    site.generate()
    del site.folder.files["category/macro.xml"]

    site.generate()

    assert "category/macro.xml" in site.folder.files


def test_a_file_of_a_form_that_is_no_longer_written_is_forgotten_when_it_is_gone() -> None:
    site = Site(categories=(Category(slug="economy", was=("macro",)),))
    site.add("a", "macro")
    site.generate()
    site.rules = Rules(categories=(Category(slug="economy"),))
    output = next(each for each in site.store.outputs() if each.name == "economy")
    record = Published(
        output_id=output.id,
        generation=0,
        title=output.title,
        updated=output.updated,
        rule_hash=output.rule_hash,
        shown=(),
        files={"category/economy.rss": ("", 1)},
    )
    site.store.published([record])

    site.generate()

    assert "category/economy.rss" not in site.store.files()


def test_what_cannot_be_written_is_told_and_due_again_while_the_others_go_on() -> None:
    site = Site()
    site.add("a", "macro")
    site.add("b", "stocks")
    site.folder.broken.add("category/macro.xml")

    failed = site.generate()
    site.folder.broken.clear()
    healed = site.generate()

    assert failed.errors == ("category/macro.xml: no space left",)
    assert "category/stocks.xml" in failed.written
    assert "category/macro.xml" in healed.written


def test_what_fails_for_one_reason_is_told_once() -> None:
    site = Site()
    for name in ("a", "b", "c"):
        site.add(name, name)
        site.folder.broken.add(f"category/{name}.xml")

    failed = site.generate()

    assert failed.errors == ("category/a.xml: no space left (and 2 more outputs)",)


def test_what_is_about_to_be_written_is_known_before_so_that_a_death_leaves_no_file_behind() -> None:
    site = Site()
    site.add("a", "macro")
    site.folder.broken.add("all.xml")
    site.generate()
    site.remove("a")
    site.folder.broken.clear()

    site.generate()

    assert "all.xml" in site.store.files()
    assert site.titles("all.xml") == []


def test_a_feeds_id_is_minted_from_the_sites_url_where_there_is_one() -> None:
    with_url, without, other = Site(), Site(), Site()
    with_url.site_url = "https://example.org/"
    other.store.site_uuid = "11111111-1111-4111-8111-111111111111"
    ids = []
    for site in (with_url, without, other):
        site.add("a", "macro")
        site.generate()
        ids.append(site.lines("category/macro.xml")[0].split()[1])

    assert len(set(ids)) == 3
    with_url.site_url = "https://moved.example/"
    with_url.generate(every=True)
    assert with_url.lines("category/macro.xml")[0].split()[1] == ids[0]


def test_no_items_no_files() -> None:
    site = Site()

    assert site.generate() == GenerateReport()
    assert site.generator().check() == ()
