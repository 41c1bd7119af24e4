"""``deploy/pages/state.sh`` on machines that forget everything, with a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIGURATION
from tests.conftest import need

SCRIPT = Path(__file__).parent.parent / "deploy" / "pages" / "state.sh"
POST = "---\ntitle: {title}\ndate: 2026-01-0{day} 10:00:00 +0800\ncategories: {category}\n---\n<p>Body.</p>\n"


@dataclass
class Machine:
    """A fresh clone of the site's repository."""

    root: Path
    environ: Mapping[str, str]

    def run(self, *command: str, code: int = 0) -> str:
        ran = subprocess.run(
            command, cwd=self.root, env=self.environ, capture_output=True, text=True, check=False
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def state(self, *words: str, code: int = 0) -> str:
        return self.run("sh", str(SCRIPT), *words, code=code)

    def work(self, *options: str) -> dict[str, bytes]:
        """What the workflow does between restoring and keeping; the files that it would publish."""
        self.run("aggregator", "refresh", *options)
        self.run("aggregator", "generate", "--all")
        return self.published()

    def published(self) -> dict[str, bytes]:
        """Every file of the outputs."""
        feeds = self.root / "feeds"
        files = (path for path in feeds.rglob("*") if path.is_file())
        return {path.relative_to(feeds).as_posix(): path.read_bytes() for path in files}


@dataclass
class Host:
    """Where the repository is, and where fresh machines come from."""

    folder: Path
    environ: Mapping[str, str]
    machines: int = 0

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def git(self, *words: str, cwd: Path | None = None) -> str:
        ran = subprocess.run(
            ["git", *words],
            cwd=cwd or self.remote,
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    def machine(self, *, spare: Machine | None = None) -> Machine:
        """A fresh one, with the cache that another one left."""
        self.machines += 1
        root = self.folder / f"machine-{self.machines}"
        self.git("clone", "--quiet", "--depth=1", f"file://{self.remote}", str(root), cwd=self.folder)
        if spare is not None:
            shutil.copytree(spare.root / ".aggregator-state", root / ".aggregator-state")
        return Machine(root, self.environ)

    def post(self, name: str, **values: str) -> None:
        """Commit a post to the site."""
        source = self.folder / "source"
        (source / "seeds" / name).write_text(POST.format(**values), "utf-8")
        self.git("add", ".", cwd=source)
        self.git("commit", "--quiet", "-m", name, cwd=source)
        self.git("push", "--quiet", "origin", "HEAD:main", cwd=source)


def environ_of(home: Path) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "someone" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


@pytest.fixture(scope="module")
def after_first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository before its first run, and a machine that has done that; made once, as it takes long."""
    need("git")
    folder = tmp_path_factory.mktemp("pages")
    host = Host(folder, environ_of(folder))
    host.git("init", "--quiet", "--bare", "-b", "main", str(host.remote), cwd=folder)
    source = folder / "source"
    host.git("clone", "--quiet", str(host.remote), str(source), cwd=folder)
    (source / "config").mkdir()
    (source / "seeds").mkdir()
    (source / "config" / "aggregator.yaml").write_text(CONFIGURATION, "utf-8")
    host.post("a.md", title="One", day="1", category="macro")
    shutil.copytree(host.remote, folder / "before.git")
    machine = host.machine()
    machine.state("restore", "--new-store")
    machine.work("--new-store")
    machine.state("save")
    return folder


@pytest.fixture
def host(tmp_path: Path, after_first_run: Path) -> Host:
    shutil.copytree(after_first_run / "remote.git", tmp_path / "remote.git")
    shutil.copytree(after_first_run / "source", tmp_path / "source")
    host = Host(tmp_path, environ_of(tmp_path))
    host.git("remote", "set-url", "origin", str(host.remote), cwd=tmp_path / "source")
    return host


@pytest.fixture
def first(host: Host, after_first_run: Path) -> Machine:
    """A machine that has done the first run."""
    host.machines += 1
    root = host.folder / "machine-1"
    shutil.copytree(after_first_run / "machine-1", root)
    host.git("remote", "set-url", "origin", f"file://{host.remote}", cwd=root)
    return Machine(root, host.environ)


def test_nothing_begins_anew_unless_a_person_says_so(host: Host, after_first_run: Path) -> None:
    shutil.rmtree(host.remote)
    shutil.copytree(after_first_run / "before.git", host.remote)
    machine = host.machine()

    said = machine.state("restore", code=1)

    assert "no store is kept" in said
    assert not (machine.root / "var").exists()
    assert "nothing was restored" in machine.state("save", code=1)
    assert host.git("branch", "--list") == "* main"


def test_a_machine_without_a_cache_goes_on_where_the_last_one_stopped(host: Host, first: Machine) -> None:
    published = first.published()
    second = host.machine()

    second.state("restore")

    assert second.work() == published


def test_ids_and_slugs_that_were_given_stay(host: Host, first: Machine) -> None:
    host.post("b.md", title="Two", day="2", category="Macro")  # has the slug of another one, but for its case
    before = host.machine()
    before.state("restore")
    published = before.work()
    before.state("save")
    host.git("rm", "--quiet", "seeds/a.md", cwd=host.folder / "source")
    host.post("c.md", title="Three", day="3", category="macro")
    after = host.machine()

    after.state("restore")
    again = after.work()

    named = {path for path in published if path.startswith("category/") and path.endswith(".xml")}
    assert len(named) == 2
    assert named <= again.keys()
    assert [feed_id(published[path]) for path in named] == [feed_id(again[path]) for path in named]


def feed_id(feed: bytes) -> bytes:
    return feed.partition(b"<id>")[2].partition(b"</id>")[0]


def test_the_branch_does_not_grow(host: Host, first: Machine) -> None:
    for _ in range(2):
        machine = host.machine()
        machine.state("restore")
        machine.work()
        machine.state("save")

    assert host.git("rev-list", "--count", "aggregator-state") == "1"
    assert host.git("ls-tree", "--name-only", "aggregator-state") == "store.gz.aa"


def test_where_the_branch_is_gone_the_cache_has_the_store(host: Host, first: Machine) -> None:
    published = first.published()
    host.git("branch", "-D", "aggregator-state")
    second = host.machine(spare=first)

    said = second.state("restore")

    assert "comes from the cache" in said
    assert second.work() == published
    second.state("save")
    assert host.git("rev-list", "--count", "aggregator-state") == "1"


def test_the_branch_goes_before_an_older_cache(host: Host, first: Machine) -> None:
    host.post("b.md", title="Two", day="2", category="stocks")
    second = host.machine()
    second.state("restore")
    published = second.work()
    second.state("save")
    third = host.machine(spare=first)

    third.state("restore")

    assert third.work() == published


def test_where_both_are_lost_nothing_happens(host: Host, first: Machine) -> None:
    host.git("branch", "-D", "aggregator-state")
    machine = host.machine()

    assert "no store is kept" in machine.state("restore", code=1)
    assert not (machine.root / "var").exists()


def test_a_repository_that_does_not_answer_is_no_lost_store(host: Host, first: Machine) -> None:
    machine = host.machine(spare=first)
    host.remote.rename(host.folder / "away.git")

    said = machine.state("restore", "--new-store", code=1)

    assert "does not answer" in said
    assert not (machine.root / "var").exists()


def test_a_new_store_is_not_begun_where_one_is_kept(host: Host, first: Machine) -> None:
    published = first.published()
    machine = host.machine()

    machine.state("restore", "--new-store")

    assert machine.work("--new-store") == published


def test_a_run_that_was_overtaken_puts_no_older_store_back(host: Host, first: Machine) -> None:
    slow, fast = host.machine(), host.machine()
    slow.state("restore")
    fast.state("restore")
    for machine in (slow, fast):
        machine.work()
    fast.state("save")
    kept = host.git("rev-parse", "aggregator-state")

    slow.state("save", code=1)

    assert host.git("rev-parse", "aggregator-state") == kept


def test_a_damaged_store_is_not_put_in_place(host: Host, first: Machine) -> None:
    host.git("branch", "-D", "aggregator-state")
    machine = host.machine(spare=first)
    (machine.root / ".aggregator-state" / "store.gz.aa").write_bytes(b"damaged")

    machine.state("restore", code=1)

    assert not (machine.root / "var" / "aggregator.db").exists()
    machine.state("save", code=1)


def test_a_large_store_is_kept_in_parts(host: Host, first: Machine) -> None:
    spare = first.root / ".aggregator-state"
    whole = (spare / "store.gz.aa").read_bytes()
    (spare / "store.gz.aa").write_bytes(whole[:100])
    (spare / "store.gz.ab").write_bytes(whole[100:])
    host.git("branch", "-D", "aggregator-state")
    machine = host.machine(spare=first)

    machine.state("restore")

    assert machine.work() == first.published()
