"""The two posts every export is modelled on, where a copy of them lies beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator import markup
from aggregator.model import Item
from aggregator.sources.jekyll import Jekyll
from tests.sources.posts import a_folder_source, fetch

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
OWN = REPOSITORY / "seeds"
IDS = {
    "202201122245264451": "2022-01-12T15:23:02+08:00",
    "202206132410063351": "2022-06-13T11:03:16+08:00",
}

real = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the model posts are not here")


def read(site: Path) -> tuple[dict[str, Item], list[str]]:
    source = a_folder_source(site)
    fetched = fetch(source)
    readings = [Jekyll().parse(source, document) for document in fetched.documents.values()]
    problems = [*fetched.problems, *(problem for reading in readings for problem in reading.problems)]
    items = {item.native_id: item for reading in readings for item in reading.items}
    return items, [str(problem) for problem in problems]


@real
@pytest.mark.parametrize("digits", IDS)
def test_every_field_of_a_model_post_is_read(digits: str) -> None:
    (path,) = (SHARED / "seeds").glob(f"*{digits}.md")
    _, head, rest = path.read_text(encoding="utf-8").split("---\n", 2)
    title = next(line.split('"')[1] for line in head.splitlines() if line.startswith("title:"))

    items, problems = read(SHARED)
    item = items[f"infocode:{digits}"]

    assert problems == []
    assert item.title.value == title
    assert item.published is not None
    assert item.published.isoformat() == IDS[digits]
    assert item.categories == ("zhengquanshibaowang",)
    assert [tag.term for tag in item.tags] == ["证券时报网新闻"]
    assert item.link == f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{digits}"
    assert item.origin == "证券时报网"
    assert item.seed == f"infocode:{digits}"
    assert (item.authors, item.updated, item.summary.value) == ((), None, "")
    assert item.content.value == rest.split("\n")[0]
    assert markup.to_text(item.content.value).endswith("（文章来源：证券时报网）")
    assert "返回" not in item.content.value


def test_the_posts_of_the_repository_need_no_repair() -> None:
    items, problems = read(REPOSITORY)

    assert problems == []
    assert len(items) >= 10
    assert len({category for item in items.values() for category in item.categories}) >= 3
    assert {f"infocode:{digits}" for digits in IDS} <= set(items)
    assert all(item.link and item.title and item.published and item.content for item in items.values())
    assert {path.suffix for path in OWN.iterdir()} == {".md", ".txt"}
