"""Where a site has its things, as far as a configuration with mistakes tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.salvage import Places, places
from aggregator.config.settings import ServerSettings


def told(tmp_path: Path, text: str, **environ: str) -> Places:
    path = tmp_path / "config" / "aggregator.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return places(path, environ)


def test_what_is_right_is_told_beside_what_is_wrong(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        'store: data/it.db\noutput: {dir: public, entries: many}\nserver: {listen: "[::1]:80"}\nsources: 7',
    )

    assert found == Places(
        store=tmp_path / "data" / "it.db",
        output_dir=tmp_path / "public",
        server=ServerSettings(host="::1", port=80),
        listen_given=True,
    )


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    found = told(tmp_path, "nonsense: 1")

    assert found == Places(
        store=tmp_path / "var" / "aggregator.db",
        output_dir=tmp_path / "feeds",
        server=ServerSettings(host="127.0.0.1", port=8080),
    )


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("store: [a]", "store"),
        ("store: ${NOT_SET}", "store"),
        ("store: postgresql://db/feeds", "store"),
        ("output: feeds", "output_dir"),
        ("output: {dir: {a: b}}", "output_dir"),
        ("server: {listen: 8080}", "server"),
        ("server: {listen: ['127.0.0.1:8080']}", "server"),
    ],
)
def test_what_is_written_wrongly_is_unknown_and_not_its_default(
    tmp_path: Path, text: str, unknown: str
) -> None:
    found = told(tmp_path, text)

    missing = [name for name in ("store", "output_dir", "server") if getattr(found, name) is None]
    assert missing == [unknown]


@pytest.mark.parametrize("text", ["a: [", "- just\n- a list\n", "\x00"])
def test_of_what_cannot_be_read_nothing_is_known(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == Places()
    assert places(tmp_path / "none.yaml", {}) == Places()


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    found = told(tmp_path, "store: a.db\nx: 1", AGGREGATOR__STORE=str(tmp_path / "b.db"))

    assert found.store == tmp_path / "b.db"
