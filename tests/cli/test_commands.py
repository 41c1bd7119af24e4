from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from aggregator.cli import cli
from aggregator.store.lock import SiteLock
from tests.cli.conftest import CONFIGURATION, Site


@pytest.fixture
def filled(site: Site) -> Site:
    site.write_post("2022-01-12-a.md", "202201122245264451", title="About GDP")
    site.write_post(
        "2022-06-13-b.md",
        "202206132410063351",
        title="[ad] buy",
        date="2022-06-13",
        category="stocks",
        tag="股票",
    )
    site.configure(CONFIGURATION + "filters:\n  - drop: {title_matches: '^\\[ad\\]'}\n")
    assert site.run("refresh").code == 0
    return site


def test_init_writes_a_site_that_works_as_it_is(site: Site) -> None:
    ran = site.run("init", "fresh")

    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "next: cd fresh && aggregator refresh"
    os.chdir("fresh")
    refreshed = site.run("refresh", "--json").json
    assert refreshed["totals"]["new"] == 1
    assert refreshed["sources"][0]["problems"] == []
    assert Path("feeds/category/welcome.xml").exists()


def test_init_replaces_nothing_without_force(site: Site) -> None:
    site.run("init", "fresh")
    config = site.root / "fresh" / "config" / "aggregator.yaml"
    config.write_text("mine")

    refused = site.run("init", "fresh")

    assert refused.code == 2
    assert "--force" in refused.err
    assert config.read_text() == "mine"
    assert site.run("init", "fresh", "--force").code == 0
    assert config.read_text() != "mine"


def test_init_keeps_what_stands_in_the_folder_already(site: Site) -> None:
    folder = site.root / "there"
    folder.mkdir()
    (folder / ".gitignore").write_text("mine")

    ran = site.run("init", "there")

    assert ran.code == 0
    assert "kept there/.gitignore" in ran.out.splitlines()
    assert (folder / ".gitignore").read_text() == "mine"
    assert (folder / "config" / "aggregator.yaml").exists()


def test_init_hides_no_configuration_behind_another(site: Site) -> None:
    folder = site.root / "there"
    folder.mkdir()
    (folder / "aggregator.yaml").write_text("mine")

    assert site.run("init", "there").code == 2
    assert not (folder / "config").exists()


def test_init_waits_for_no_pipe_in_the_configuration_s_place(site: Site) -> None:
    config = site.root / "piped" / "config" / "aggregator.yaml"
    config.parent.mkdir(parents=True)
    os.mkfifo(config)

    ran = site.run("init", "piped", "--force")

    assert ran.code == 2
    assert ran.err == (
        "aggregator: piped/config/aggregator.yaml: cannot be replaced: it is no plain file; move it away\n"
    )


def test_init_in_a_place_that_cannot_be_written_is_told(site: Site) -> None:
    (site.root / "file").write_text("")

    ran = site.run("init", "file/below")

    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_validate_says_that_all_is_fine(site: Site) -> None:
    assert site.run("validate").out == "config/aggregator.yaml: fine, 1 source\n"


def test_validate_shows_where_values_come_from(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR__FETCH__CONCURRENCY", "7")

    lines = site.run("validate", "--show").out.splitlines()

    assert "fetch.concurrency: 7  # environment AGGREGATOR__FETCH__CONCURRENCY" in lines
    assert "site.title: Test site  # config/aggregator.yaml:1" in lines


def test_validate_prints_a_schema_for_editors(site: Site) -> None:
    schema = json.loads(site.run("validate", "--schema").out)

    assert "sources" in schema["properties"]


def test_generate_rebuilds_a_lost_folder(filled: Site) -> None:
    before = filled.files()
    subprocess.run(["rm", "-r", filled.root / "feeds"], check=True)

    ran = filled.run("generate", "--all")

    assert ran.code == 0
    assert filled.files() == before


def test_generate_check_tells_what_would_change(filled: Site) -> None:
    assert filled.run("generate", "--check").code == 0
    path = filled.root / "feeds" / "all.xml"
    path.write_bytes(path.read_bytes().replace(b"GDP", b"XYZ"))

    ran = filled.run("generate", "--check")

    assert ran.code == 1
    assert ran.out == "would change: all.xml\n"
    assert filled.run("generate", "--check", "--all").code == 2


def test_generate_prune_removes_only_what_we_wrote(filled: Site) -> None:
    (filled.root / "feeds" / "mine.xml").write_text("mine")
    filled.configure(CONFIGURATION + "output: {formats: [atom]}\n")

    told = filled.run("generate")
    pruned = filled.run("generate", "--prune")

    assert "no longer needed: 2 files; --prune removes what is not needed" in told.out
    assert "removed all.json" in pruned.out
    assert "all.json" not in filled.files()
    assert "mine.xml" in filled.files()


def test_generate_of_one_category(filled: Site) -> None:
    assert filled.run("generate", "nope").code == 2
    assert filled.run("generate", "macro").out == "nothing to write: every output is as it should be\n"


def test_status_for_people_and_for_programs(filled: Site) -> None:
    ran = filled.run("status")
    about = filled.run("status", "--json").json

    assert ran.out.splitlines()[-1] == "1 source, 2 items, 0 failing"
    assert about["version"] == 1
    assert about["totals"] == {"sources": 1, "items": 2, "failing": 0}
    assert about["sources"][0]["state"] == "ok"
    assert filled.run("status", "--failing", "--json").json["sources"] == []


def test_reading_commands_say_what_to_do_without_a_store(site: Site) -> None:
    for command in (["status"], ["list", "items"], ["explain", "x"]):
        ran = site.run(*command)
        assert ran.code == 1
        assert "aggregator refresh" in ran.err


def test_list_shows_sources_categories_and_items(filled: Site) -> None:
    assert filled.run("list", "sources").out == "posts  jekyll  2 items  Test site\n"
    assert filled.run("list", "items", "--category", "macro").err == ""
    assert filled.run("list", "categories").out.splitlines() == [
        "macro  宏观  1 item  https://feeds.example/category/macro.xml"
    ]
    (source,) = filled.run("list", "sources", "--json").json["sources"]
    (category,) = filled.run("list", "categories", "--json").json["categories"]
    items = filled.run("list", "items", "--json").json["items"]
    assert (source["id"], source["items"], source["configured"]) == ("posts", 2, True)
    assert (category["slug"], category["title"], category["items"]) == ("macro", "宏观", 1)
    assert [item["title"] for item in items] == ["[ad] buy", "About GDP"]
    assert [item["categories"] for item in items] == [[], ["macro"]]
    assert filled.run("list", "items", "--category", "macro", "--json").json["items"] == items[1:]
    assert len(filled.run("list", "items", "--source", "posts", "--limit", "1").out.splitlines()) == 1


@pytest.mark.parametrize(
    "needle",
    [
        "seeds/2022-06-13-b.md",
        "https://example.org/news?infoCode=NW202206132410063351",
        "infocode:202206132410063351",
        "2",
    ],
)
def test_explain_names_the_rule_that_keeps_an_item_out(filled: Site, needle: str) -> None:
    ran = filled.run("explain", needle)

    assert ran.code == 0
    assert "kept out of every output: it matches the drop rule at config/aggregator.yaml:5" in ran.out
    assert ran.out.splitlines()[-1] == "in output   none"


def test_explain_tells_why_an_item_is_where_it_is(filled: Site) -> None:
    steps = filled.run("explain", "seeds/2022-01-12-a.md", "--json").json["items"][0]["steps"]

    assert {"about": "category", "what": "macro: its own categories"} in steps
    assert {"about": "in output", "what": "category/macro.xml"} in steps
    assert filled.run("explain", "nothing").code == 2


def test_explain_tells_why_no_item_came_of_a_post(site: Site) -> None:
    (site.root / "seeds" / "undated.md").write_text("---\ntitle: Undated\n---\ntext")
    site.run("refresh")

    ran = site.run("explain", "seeds/undated.md")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "aggregator: no item came of 'seeds/undated.md':"
        " seeds/undated.md:1: skipped: no date, and none in its name or id\n"
    )


def test_a_hidden_item_leaves_every_output_and_stays_hidden(filled: Site) -> None:
    ran = filled.run("item", "hide", "seeds/2022-01-12-a.md")

    assert ran.code == 0
    assert ran.out.splitlines()[0] == "hidden: About GDP"
    assert all(b"About GDP" not in body for body in filled.files().values())
    filled.write_post("2022-01-12-a.md", "202201122245264451", title="About GDP, edited")
    filled.run("refresh")
    assert all(b"About GDP" not in body for body in filled.files().values())
    assert filled.run("item", "show", "seeds/2022-01-12-a.md").code == 0
    assert b"About GDP, edited" in filled.files()["category/macro.xml"]


def test_no_backup_is_put_where_it_would_be_served(filled: Site) -> None:
    done = filled.run("db", "backup", "feeds/category/../saved.db")

    assert done.code == 1
    assert "feeds/category/../saved.db: lies in the output folder" in done.err
    assert not (filled.root / "feeds" / "saved.db").exists()


@pytest.mark.parametrize("command", [("db", "backup", "--force"), ("export-opml",)])
@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal", ".lock", "config"])
def test_nothing_is_written_in_the_place_of_what_the_site_is(
    filled: Site, command: tuple[str, ...], ending: str
) -> None:
    name = "config/aggregator.yaml" if ending == "config" else f"var/aggregator.db{ending}"
    before = {path: path.read_bytes() for path in (filled.root / "var").iterdir()}

    done = filled.run(*command, name)

    assert done.code == 2
    said = {"": "is the store itself", "config": "is the configuration"}
    what = said.get(ending, "belongs to the store (its log or lock)")
    assert done.err.splitlines()[-1] == f"aggregator: {name}: {what}; name another file"
    assert {path: path.read_bytes() for path in (filled.root / "var").iterdir()} == before
    assert filled.run("validate").code == 0


@pytest.mark.parametrize("command", [("db", "backup"), ("db", "backup", "--force"), ("export-opml",)])
@pytest.mark.parametrize(
    ("name", "why"), [("loop/x", "Too many levels"), (f"{'n' * 300}/x", "File name too long")]
)
def test_where_nothing_can_be_written_is_told(
    filled: Site, command: tuple[str, ...], name: str, why: str
) -> None:
    (filled.root / "loop").symlink_to("loop")

    done = filled.run(*command, name)

    assert done.code in {1, 2}
    assert done.err.splitlines()[-1].startswith(f"aggregator: {name}: cannot be written: {why}")


def test_after_a_restore_a_refresh_writes_what_was_written_since_the_backup(filled: Site) -> None:
    before = (filled.root / "config" / "aggregator.yaml").read_text("utf-8")
    expected = filled.files()
    filled.run("db", "backup", "copy.db")
    filled.configure(before.replace("Test site", "Site test"))  # of the same length
    assert filled.run("refresh").code == 0
    filled.configure(before)
    assert filled.files() != expected

    assert filled.run("db", "restore", "copy.db").code == 0
    assert filled.run("refresh").code == 0

    assert filled.files() == expected
    assert filled.run("generate", "--check").code == 0


def test_backup_and_restore(filled: Site) -> None:
    before = filled.files()
    assert filled.run("db", "backup", "saved.db").code == 0
    assert filled.run("db", "backup", "saved.db").code == 1
    assert filled.run("db", "backup", "saved.db", "--force").code == 0
    filled.write_post("c.md", "202206132410063359")
    filled.run("refresh")

    restored = filled.run("db", "restore", "saved.db")
    filled.run("generate", "--all")

    assert restored.code == 0
    assert filled.run("status", "--json").json["totals"]["items"] == 2
    assert filled.files().keys() == before.keys()
    assert filled.run("db", "restore", "nothing.db").code == 1


def test_a_backup_of_another_site_is_refused(filled: Site) -> None:
    store, outputs = filled.root / "var" / "aggregator.db", filled.root / "feeds"
    outputs.rename(filled.root / "ours")
    store.rename(filled.root / "ours.db")
    assert filled.run("refresh").code == 0
    assert filled.run("db", "backup", "theirs.db").code == 0
    shutil.rmtree(outputs)
    (filled.root / "ours").rename(outputs)
    shutil.copy(filled.root / "ours.db", store)

    refused = filled.run("db", "restore", "theirs.db")
    refreshed = filled.run("refresh")
    shutil.rmtree(outputs)
    restored = filled.run("db", "restore", "theirs.db")

    assert (refused.code, refreshed.code, restored.code) == (1, 0, 0)
    assert "theirs.db: is a backup of another site" in refused.err
    assert filled.run("refresh").code == 0


def test_check_and_vacuum(filled: Site) -> None:
    assert filled.run("db", "check").out == "the store is sound\n"
    assert filled.run("db", "vacuum").code == 0


def test_the_store_is_readable_by_its_owner_only(filled: Site) -> None:
    assert (filled.root / "var" / "aggregator.db").stat().st_mode & 0o077 == 0


def test_a_second_writer_is_told_who_is_at_work(filled: Site) -> None:
    with SiteLock(filled.root / "var" / "aggregator.db"):
        ran = subprocess.run(
            [sys.executable, "-m", "aggregator", "refresh"],
            cwd=filled.root,
            capture_output=True,
            text=True,
            check=False,
        )
        reading = filled.run("status")

    assert ran.returncode == 75
    assert str(os.getpid()) in ran.stderr
    assert reading.code == 0


def test_a_working_directory_that_was_removed_is_told_where_it_matters(filled: Site) -> None:
    (filled.root / "gone").mkdir()
    os.chdir("gone")
    (filled.root / "gone").rmdir()
    config = str(filled.root / "config" / "aggregator.yaml")

    well = [filled.run("-c", config, *command) for command in (["refresh"], ["status"], ["doctor"])]
    ill = filled.run("-c", config, "explain", "a.md")

    assert [ran.code for ran in well] == [0, 0, 0]
    assert (ill.code, ill.out) == (1, "")
    assert ill.err == "aggregator: the working directory is no more: change to another one\n"


def test_completion_for_each_shell(site: Site) -> None:
    for shell in ("zsh", "fish"):
        assert "_AGGREGATOR_COMPLETE" in site.run("completion", shell).out
    assert site.run("completion", "tcsh").code == 2


def offered(site: Site, line: str) -> list[str]:
    """What bash is told that a line may go on with, whose last word is half typed."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    environ = os.environ | words | {"_AGGREGATOR_COMPLETE": "bash_complete"}
    command = [sys.executable, "-c", "from aggregator.cli import cli; cli(prog_name='aggregator')"]
    ran = subprocess.run(command, cwd=site.root, env=environ, capture_output=True, text=True, check=False)
    return [each.removeprefix("plain,") for each in ran.stdout.splitlines()]


def test_the_shell_is_offered_sources_and_categories(filled: Site) -> None:
    assert offered(filled, "aggregator refresh p") == ["posts"]
    assert "macro" in offered(filled, "aggregator generate m")


def test_the_shell_is_left_to_offer_files_where_an_item_may_be_named_by_its_post(site: Site) -> None:
    for command in ("explain", "item hide", "item show"):
        assert offered(site, f"aggregator {command} seeds/a") == ["file,seeds/a"]


def test_the_shell_is_offered_nothing_that_it_would_act_on(site: Site) -> None:
    sources = [f"{{id: {json.dumps(name)}, type: jekyll, path: more}}" for name in ("`id`", "宏观", "a;b")]
    site.configure(CONFIGURATION + "".join(f"  - {each}\n" for each in sources))
    names = ("$(touch pwned)", "a b", "!!", "~root", "{a,b}", "a&b", "'a", "macro.1")
    for number, name in enumerate(names):
        site.write_post(f"{number}.md", str(202201122245264451 + number), category=json.dumps(name))
    site.run("refresh")

    assert offered(site, "aggregator source show ") == ["posts", "宏观"]
    assert offered(site, "aggregator add x --category ") == ["macro.1", "uncategorized"]


def test_help_shows_an_example_for_each_command(site: Site) -> None:
    for name in cli.list_commands(click.Context(cli)):
        ran = site.run(name, "--help")
        assert ran.code == 0
        assert "Example: " in ran.out


def test_an_unknown_command_is_usage(site: Site) -> None:
    near, far = site.run("refrsh"), site.run("zzz")

    assert (near.code, far.code) == (2, 2)
    assert near.err.endswith("Error: No such command 'refrsh'. Did you mean 'refresh'?\n")
    assert far.err.endswith("Error: No such command 'zzz'.\n")
    assert site.run("--version").out.startswith("aggregator")


def test_logs_can_be_json(site: Site) -> None:
    site.write_post()
    site.configure(CONFIGURATION + "filters:\n  - drop: {text_matches: '(a+)+$'}\n")
    site.write_post("slow.md", "202201122245264452", body="a" * 4000 + "!")

    ran = site.run("--log-format", "json", "refresh")

    records = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert all(record["level"] and record["message"] for record in records)


NAMED = """\
site: {url: "https://feeds.example/"}
categories: [{slug: macro, title: Macro economy, aliases: [money]}]
sources: [{id: posts, type: jekyll, path: seeds}]
"""


def test_a_category_is_known_by_slug_title_and_alias(site: Site) -> None:
    site.configure(NAMED)
    site.write_post(category="macro")
    site.run("refresh")

    for name in ("macro", "Macro economy", "money"):
        assert len(site.run("list", "items", "--json", "--category", name).json["items"]) == 1
        assert site.run("generate", name).code == 0


def test_a_category_or_source_that_is_not_there_is_told(site: Site) -> None:
    site.write_post()
    site.run("refresh")

    for option, name, meant in (("--category", "macr", "macro"), ("--source", "post", "posts")):
        ran = site.run("list", "items", option, name)
        assert ran.code == 2
        assert f"did you mean {meant}?" in ran.err


def test_that_there_are_no_items_is_said(site: Site) -> None:
    site.run("refresh")

    ran = site.run("list", "items")

    assert (ran.code, ran.out, ran.err) == (0, "", "no items\n")
    assert site.run("list", "items", "--json").json["items"] == []
