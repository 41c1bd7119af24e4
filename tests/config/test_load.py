from __future__ import annotations

import os
import time
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from aggregator.config import find, load
from aggregator.config.schema import Configuration, SourceSection
from aggregator.config.schema_rules import CategorySection, ConditionSection, FilterSection
from aggregator.config.shape import inner_models, names
from aggregator.config.template import annotated
from aggregator.errors import ConfigError
from aggregator.rules import OutputSettings
from aggregator.views import Site
from tests.config.adapters import ADAPTERS
from tests.config.conftest import SOURCES, SiteFolder

DATA = Path(__file__).parent / "data"


# ── which file ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_flag_wins_over_everything(tmp_path: Path) -> None:
    assert find(tmp_path / "a.yaml", {"AGGREGATOR_CONFIG": "b.yaml"}) == tmp_path / "a.yaml"


def test_without_a_flag_the_environment_names_the_file() -> None:
    assert find(None, {"AGGREGATOR_CONFIG": "b.yaml"}) == Path("b.yaml")


def test_otherwise_the_file_is_looked_for_here_first_in_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="`aggregator init` makes one"):
        find(None, {"AGGREGATOR_CONFIG": ""})
    Path("aggregator.yaml").touch()
    beside = find(None, {})
    Path("config").mkdir()
    Path("config/aggregator.yaml").touch()
    inside = find(None, {})

    assert (beside, inside) == (Path("aggregator.yaml"), Path("config/aggregator.yaml"))


def test_the_site_is_where_the_file_lies_or_above_a_folder_called_config(tmp_path: Path) -> None:
    for folder in ("config", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "aggregator.yaml").write_text(SOURCES)

    inside = load(tmp_path / "config" / "aggregator.yaml", ADAPTERS, {})
    elsewhere = load(tmp_path / "other" / "aggregator.yaml", ADAPTERS, {})

    assert inside.root == tmp_path
    assert elsewhere.root == tmp_path / "other"
    assert elsewhere.sources[0].root == tmp_path / "other"


def test_the_file_is_called_in_messages_what_the_user_called_it(
    site: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.file.parent)
    site.file.write_text("sources: 1")

    with pytest.raises(ConfigError, match=r"^aggregator\.yaml:1:10: sources: must be a list"):
        load(Path("aggregator.yaml"), ADAPTERS, {})


def test_a_file_named_from_within_its_folder_is_of_the_same_site(
    site: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.file.parent)
    site.file.write_text(SOURCES)

    assert load(Path("aggregator.yaml"), ADAPTERS, {}).root == site.root


# ── what comes of it ──────────────────────────────────────────────────────────────────────────────────────


def test_sources_alone_are_a_configuration_with_the_documented_defaults(site: SiteFolder) -> None:
    settings = site.settings("")

    assert settings.path == site.file
    assert settings.site == Site()
    assert settings.site_url is None
    assert settings.output == OutputSettings()
    assert (settings.item_pages, settings.index) == (False, False)
    assert settings.store == site.root / "var" / "aggregator.db"
    assert settings.output_dir == site.root / "feeds"
    assert settings.fetch.user_agent == "aggregator/{version} (+{site_url})"
    assert (settings.fetch.concurrency, settings.fetch.per_host, settings.fetch.host_delay) == (64, 1, 1)
    assert (settings.fetch.timeout, settings.fetch.max_bytes) == (20, 8 * 1024 * 1024)
    assert (settings.fetch.allow_private, settings.fetch.proxy, dict(settings.fetch.hosts)) == ((), None, {})
    assert (settings.schedule.interval, settings.schedule.min, settings.schedule.max) == (3600, 900, 86400)
    assert (settings.schedule.adaptive, settings.schedule.jitter) == (True, 0.1)
    assert settings.server.listen == "127.0.0.1:8080"
    assert [source.id for source in settings.sources] == ["posts"]


def test_every_setting_arrives(site: SiteFolder) -> None:
    settings = site.settings("""
site: {title: News, url: "https://Example.org/news", language: zh-CN, timezone: Asia/Shanghai, author: We}
store: data/x.db
output: {dir: public, entries: 10, window: 1d, max_entries: 20, content: summary, formats: json, pages: off,
         item_pages: yes, index: true}
fetch: {user_agent: "me/1 ({version})", concurrency: 8, per_host: 2, host_delay: 500ms, timeout: 5s,
        max_bytes: 500kB, allow_private: [LAN.example, "::1", 10.0.0.0/8], proxy: "http://me:pw@proxy:3128",
        hosts: {RSSHub.lan: {per_host: 4}, other.lan: {host_delay: 0}}}
schedule: {interval: 2h, min: 30m, max: 1d, adaptive: no, jitter: 0%}
server: {listen: "[::1]:80"}
""")

    assert settings.site == Site(
        title="News", base_url="https://example.org/news/", language="zh-CN", timezone="Asia/Shanghai",
        author="We", index=True,
    )  # fmt: skip
    assert settings.site_url == "https://example.org/news/"
    assert settings.store == site.root / "data" / "x.db"
    assert settings.output_dir == site.root / "public"
    assert settings.output == OutputSettings(
        entries=10, window=86400, max_entries=20, content="summary", formats=("atom", "json"), pages=False
    )
    assert (settings.item_pages, settings.index) == (True, True)
    fetch = settings.fetch
    assert (fetch.user_agent, fetch.concurrency, fetch.per_host) == ("me/1 ({version})", 8, 2)
    assert (fetch.host_delay, fetch.timeout, fetch.max_bytes) == (0.5, 5, 500_000)
    assert fetch.allow_private == ("lan.example", "::1", "10.0.0.0/8")
    assert fetch.proxy == "http://me:pw@proxy:3128"
    assert (fetch.hosts["rsshub.lan"].connections, fetch.hosts["rsshub.lan"].delay) == (4, 0.5)
    assert (fetch.hosts["other.lan"].connections, fetch.hosts["other.lan"].delay) == (2, 0)
    schedule = settings.schedule
    assert (schedule.interval, schedule.min, schedule.max) == (7200, 1800, 86400)
    assert (schedule.adaptive, schedule.jitter) == (False, 0)
    assert (settings.server.host, settings.server.port, settings.server.listen) == ("::1", 80, "[::1]:80")


@pytest.mark.parametrize(
    ("listen", "base"),
    [
        ("news.lan:9000", "http://news.lan:9000/"),
        ("0.0.0.0:80", "http://127.0.0.1:80/"),
        ("[::]:80", "http://[::1]:80/"),
    ],
)
def test_without_a_url_the_site_is_where_the_server_listens_and_that_is_told_once(
    site: SiteFolder, listen: str, base: str
) -> None:
    settings = site.settings(f"server: {{listen: '{listen}'}}")

    assert settings.site.base_url == base
    (warning,) = settings.warnings
    assert "site.url: is not set" in warning
    assert base in warning


def test_an_empty_value_means_the_default(site: SiteFolder) -> None:
    settings = site.settings("site:\noutput:\n  entries:\n  window: null\nfetch: ~\ncategories:\nfilters:")

    assert settings.output == OutputSettings()
    assert settings.fetch.concurrency == 64


def test_names_need_no_quotes_whatever_yaml_sees_in_them(site: SiteFolder) -> None:
    settings = site.load("""
site: {title: 2024-01-01, author: no}
categories: [on, 360, 12:30, {slug: yes, aliases: [1e3, 0x10, 007]}]
sources: [{id: 360, type: folder, path: 010, title: 2022-06-13 11:03:16, category: [off, 1_000]}]
""")

    assert (settings.site.title, settings.site.author) == ("2024-01-01", "no")
    assert [category.slug for category in settings.rules.categories] == ["on", "360", "12:30", "yes"]
    assert settings.rules.categories[3].aliases == ("1e3", "0x10", "007")
    (source,) = settings.sources
    assert (source.id, source.location, source.title) == ("360", "010", "2022-06-13 11:03:16")
    assert source.categories == ("off", "1_000")


def test_paths_may_be_absolute_or_start_at_home(site: SiteFolder) -> None:
    settings = site.settings("store: /data/../srv/x.db\noutput: {dir: ~/feeds}")

    assert settings.store == Path("/srv/x.db")
    assert settings.output_dir == Path.home() / "feeds"


def test_the_home_of_nobody_is_a_problem(site: SiteFolder) -> None:
    assert site.wrong("store: ~no-such-user/x.db") == [
        "1:8: store: the home folder that ~ stands for cannot be told"
    ]


def test_settings_hold_nothing_that_can_change(site: SiteFolder) -> None:
    settings = site.settings("fetch: {hosts: {a.lan: {per_host: 2}}}")

    for value in (settings.fetch.hosts, settings.rules.source_filters):
        assert type(value).__name__ == "mappingproxy"
    assert all(not isinstance(getattr(settings, field.name), list | dict) for field in fields(settings))


# ── all that is wrong ─────────────────────────────────────────────────────────────────────────────────────


def test_all_mistakes_come_out_at_once_each_in_its_place() -> None:
    path = DATA / "mistakes.yaml"
    environ = {"NOT_SE": "1", "AGGREGATOR__FETCH__PER_HOSTS": "3", "aggregator__server__listen": "x"}

    with pytest.raises(ConfigError) as caught:
        load(path, ADAPTERS, environ)

    found = [problem.removeprefix(f"{path}:") for problem in caught.value.problems]
    assert found == (DATA / "mistakes.txt").read_text(encoding="utf-8").splitlines()
    assert len(found) > 20


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n", "{}\n"])
def test_an_empty_file_lacks_sources(site: SiteFolder, text: str) -> None:
    (problem,) = site.problems(text)

    assert problem.endswith(
        "sources: is required: what is to be read, such as `- {id: posts, type: jekyll, path: seeds}`"
    )


@pytest.mark.parametrize("text", ["just text", "- id: x", "[]"])
def test_a_file_that_is_no_mapping_is_refused(site: SiteFolder, text: str) -> None:
    assert site.problems(text) == ["1:1: must be a mapping of sections such as `sources:`"]


def test_a_file_that_is_not_there_tells_of_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; `aggregator init` makes one"):
        load(tmp_path / "x.yaml", ADAPTERS, {})


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"is a folder; name the file, such as {tmp_path}/aggregator.yaml"):
        load(tmp_path, ADAPTERS, {})


def test_in_place_of_a_sites_folder_its_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "aggregator.yaml").touch()

    with pytest.raises(ConfigError, match=f"such as {tmp_path}/config/aggregator.yaml"):
        load(tmp_path, ADAPTERS, {})


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ConfigError, match="is not a regular file"):
        load(tmp_path / "pipe", ADAPTERS, {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(site: SiteFolder) -> None:
    site.file.write_text(SOURCES)
    site.file.chmod(0)

    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load(site.file, ADAPTERS, {})


def test_a_name_that_no_file_can_have_is_told() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("a\0b"), ADAPTERS, {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("x" * 5000), ADAPTERS, {})


def test_a_value_is_quoted_short_and_on_one_line(site: SiteFolder) -> None:
    (problem,) = site.wrong("fetch:\n  concurrency: |\n    many\n    " + "x" * 1000)

    assert "\n" not in problem
    assert len(problem) < 200


def test_two_thousand_sources_load_fast(site: SiteFolder) -> None:
    text = "sources:\n" + "".join(
        f"  - {{id: s{n}, type: web, url: 'https://example.org/{n}', category: c{n % 9}, interval: 30m}}\n"
        for n in range(2000)
    )

    began = time.process_time()
    settings = site.load(text)

    assert time.process_time() - began < 5
    assert len(settings.sources) == 2000


def test_the_configuration_of_a_new_site_is_right(site: SiteFolder) -> None:
    settings = site.load(annotated("新闻").replace("jekyll", "folder"))

    assert settings.site.title == "新闻"


MODELS = [Configuration, SourceSection, CategorySection, FilterSection, ConditionSection]
KEYS = sorted(
    {"path", "url", "parts", "form"}
    | {key for model in MODELS for key in names(model)}
    | {key for inner in inner_models(Configuration).values() for key in names(inner.model)}
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=8),
        st.sampled_from(
            ["folder", "web", "1h", "8MiB", "10%", "${X}", "${", "a:1", "http://a@b/", "atom", "full"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=3)), inner),
    ),
    max_leaves=15,
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sections=st.dictionaries(st.sampled_from(sorted(names(Configuration))), VALUES), source=VALUES)
def test_whatever_is_written_is_a_configuration_or_a_list_of_problems(
    site: SiteFolder, sections: dict[str, object], source: object
) -> None:
    text = yaml.safe_dump({**sections, "sources": [source, {"type": "folder", "path": "x"}]})

    problems: tuple[str, ...] = ()
    try:
        site.load(text, {"X": "y"})
    except ConfigError as error:
        problems = error.problems

    assert len(set(problems)) == len(problems)
    assert all(problem.startswith(f"{site.file}:") and problem.count("\n") == 0 for problem in problems)
