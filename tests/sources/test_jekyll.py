from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from aggregator.errors import FetchError
from aggregator.passing import Errand, pack_errand, pack_read, unpack_errand, unpack_read
from aggregator.reading import read_document
from aggregator.sources.jekyll import Jekyll, JekyllOptions
from tests.builders import NOW, a_source
from tests.sources.posts import HEAD, a_document, a_folder_source, fetch, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "paths", "location"),
    [
        ("seeds", ("seeds",), "seeds"),
        (" ./seeds/ ", ("./seeds/",), "seeds"),
        (["b", "a/", "a"], ("b", "a/", "a"), "a, b"),
        ("/srv/posts", ("/srv/posts",), "/srv/posts"),
    ],
)
def test_one_folder_or_several_can_be_configured(path: Any, paths: tuple[str, ...], location: str) -> None:
    options = JekyllOptions(path=path)

    assert (options.paths, options.location) == (paths, location)


@pytest.mark.parametrize(
    "options",
    [{}, {"path": ""}, {"path": "  "}, {"path": []}, {"path": ["a", ""]}, {"path": 1}, {"path": "a", "x": 1}],
)
def test_other_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JekyllOptions(**options)


def test_every_option_is_explained_in_the_schema() -> None:
    assert all(option["description"] for option in JekyllOptions.model_json_schema()["properties"].values())


def test_several_folders_are_one_identity_space(tmp_path: Path) -> None:
    write(tmp_path / "seeds/2022-06-13-a.md", HEAD)
    write(tmp_path / "more/2022/2022-06-13-a.md", HEAD)
    source = a_folder_source(tmp_path, "seeds", "more")

    documents = fetch(source).documents.values()
    items = [item for document in documents for item in Jekyll().parse(source, document).items]

    assert [document.name for document in documents] == ["more/2022/2022-06-13-a.md", "seeds/2022-06-13-a.md"]
    assert {item.native_id for item in items} == {"name:2022-06-13-a.md"}


def test_the_same_bytes_give_the_same_item_wherever_the_site_lies(tmp_path: Path) -> None:
    for site in ("one", "two"):
        write(tmp_path / site / "seeds/a.md", HEAD)

    (one,), (two,) = (fetch(a_folder_source(tmp_path / site)).documents.values() for site in ("one", "two"))

    assert one == two


def test_a_source_without_options_fails_in_words() -> None:
    with pytest.raises(FetchError, match="posts: has no folder to read"):
        fetch(a_source())


def test_the_end_of_a_post_that_is_cut_is_told(tmp_path: Path) -> None:
    document = a_document(HEAD + "<p>High water.</p>\n" * 60_000)

    read = read_document(Jekyll(), a_folder_source(tmp_path), document, NOW)

    (problem,) = read.reading.problems
    assert problem.what.endswith("has HTML of more than 1,000,000 characters; the rest is cut off")


def test_adapter_source_and_reading_can_go_to_another_process(tmp_path: Path) -> None:
    here, document = a_folder_source(tmp_path), a_document(HEAD)

    adapter, source, _, _ = unpack_errand(pack_errand(Errand(Jekyll(), here, document, NOW)))
    read = read_document(adapter, source, document, NOW)

    assert source == here
    assert unpack_read(pack_read(read), source, document) == read
