"""A site's life in any order: posts come, change, move and go, rules change, refreshes die in the middle.

The invariants: an id once published stays with its post; each feed shows what the model says, in its order;
outputs are a function of the store.
"""

from __future__ import annotations

import shutil
import tempfile
import xml.etree.ElementTree as ET  # reads only what this program wrote
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, precondition, rule

from aggregator.app import App
from tests.cli.conftest import POST
from tests.dying import REAPER, DyingClock, Killed

ATOM = "{http://www.w3.org/2005/Atom}"
OLDEST = datetime(2022, 1, 1, tzinfo=UTC)


@dataclass
class Model:
    """What a post is, as its author sees it."""

    number: int
    linked: bool
    category: str
    title: str
    path: str
    draft: bool = False

    @property
    def published(self) -> datetime:
        return OLDEST + timedelta(hours=self.number)

    def text(self) -> str:
        text = POST.format(
            title=self.title,
            date=self.published.isoformat(sep=" "),
            category=self.category,
            tag=self.category,
            body=f"Body of {self.number}.",
            code=f"2022{self.number:014d}",
        )
        if not self.linked:
            text = text.replace(f"<https://example.org/news?infoCode=NW2022{self.number:014d}>\n\n", "")
        return text.replace("layout: post", "layout: post\ndraft: true") if self.draft else text


class Life(RuleBasedStateMachine):
    """What can happen to a site."""

    posts = Bundle("posts")

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.clock = DyingClock()
        self.alive: dict[int, Model] = {}
        self.ids: dict[int, str] = {}
        self.dropped: str | None = None
        self.count = 0

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize()
    def start(self) -> None:
        (self.root / "seeds").mkdir()
        (self.root / "config").mkdir()
        self.configure()

    def configure(self) -> None:
        text = "site: {url: 'https://feeds.example/'}\nsources: [{id: posts, type: jekyll, path: seeds}]\n"
        if self.dropped is not None:
            text += f"filters: [{{drop: {{title_matches: '^{self.dropped}'}}}}]\n"
        (self.root / "config" / "aggregator.yaml").write_text(text)

    @property
    def app(self) -> App:
        return replace(App.open(self.root / "config" / "aggregator.yaml", {}, {}), clock=self.clock)

    def write(self, post: Model) -> None:
        path = self.root / "seeds" / post.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(post.text(), "utf-8")

    # ── what authors do ──

    @rule(
        target=posts, linked=st.booleans(), category=st.sampled_from("abc"), title=st.sampled_from(["x", "y"])
    )
    def add(self, linked: bool, category: str, title: str) -> int:
        self.count += 1
        post = Model(self.count, linked, category, f"{title}{self.count}", f"{self.count}.md")
        self.alive[post.number] = post
        self.write(post)
        return post.number

    @rule(number=posts, category=st.sampled_from("abc"), title=st.sampled_from(["x", "y", "z"]))
    def edit(self, number: int, category: str, title: str) -> None:
        post = self.alive[number]
        post.category, post.title = category, f"{title}{number}"
        self.write(post)

    @rule(
        number=posts,
        folder=st.sampled_from(["", "sub/", "deep/er/"]),
        suffix=st.sampled_from(["", "-renamed"]),
    )
    def move(self, number: int, folder: str, suffix: str) -> None:
        post = self.alive[number]
        old = self.root / "seeds" / post.path
        post.path = f"{folder}{number}{suffix}.md"
        new = self.root / "seeds" / post.path
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)

    @rule(number=posts)
    def withdraw_or_release(self, number: int) -> None:
        post = self.alive[number]
        post.draft = not post.draft
        self.write(post)

    @rule(number=consumes(posts))
    def delete(self, number: int) -> None:
        (self.root / "seeds" / self.alive.pop(number).path).unlink()

    @rule(start=st.sampled_from([None, "x", "y"]))
    def change_rules(self, start: str | None) -> None:
        self.dropped = start
        self.configure()

    # ── what operators do ──

    @rule(after=st.integers(0, 25))
    def refresh_and_die(self, after: int) -> None:
        self.clock.left = after
        try:
            self.app.refresh(accept_removals=True)
        except Killed:
            return
        finally:
            self.clock.left = None
        self.check()

    @rule(after=st.integers(0, 40))
    def refresh_and_die_at_a_file(self, after: int) -> None:
        REAPER.left, REAPER.folder = after, str(self.root)
        try:
            self.app.refresh(accept_removals=True)
        except Killed:
            return
        finally:
            REAPER.folder = None
        self.check()

    @rule()
    def refresh(self) -> None:
        self.app.refresh(accept_removals=True)
        self.check()

    @precondition(lambda self: (self.root / "feeds" / "all.xml").exists())
    @rule()
    def lose_the_outputs(self) -> None:
        before = self.outputs()
        shutil.rmtree(self.root / "feeds" / "category")
        self.app.refresh(accept_removals=True)
        self.check()
        assert before.keys() <= self.outputs().keys()

    # ── what must hold ──

    def outputs(self) -> dict[str, bytes]:
        feeds = self.root / "feeds"
        return {
            str(path.relative_to(feeds)): path.read_bytes() for path in feeds.rglob("*") if path.is_file()
        }

    def entries(self, path: str) -> list[tuple[str, str]]:
        file = self.root / "feeds" / path
        if not file.exists():
            return []
        root = ET.fromstring(file.read_bytes())  # noqa: S314 - our own output
        found = root.findall(f"{ATOM}entry")
        return [(each.findtext(f"{ATOM}id") or "", each.findtext(f"{ATOM}title") or "") for each in found]

    def expected(self, category: str | None) -> list[Model]:
        shown = [
            post
            for post in self.alive.values()
            if not post.draft
            and category in (None, post.category)
            and not (self.dropped and post.title.startswith(self.dropped))
        ]
        return sorted(shown, key=lambda post: post.published, reverse=True)

    def check(self) -> None:
        for category in (None, "a", "b", "c"):
            path = f"category/{category}.xml" if category else "all.xml"
            found, expected = self.entries(path), self.expected(category)
            assert [title for _, title in found] == [post.title for post in expected]
            for (id_, _), post in zip(found, expected, strict=True):
                assert self.ids.setdefault(post.number, id_) == id_
        assert len(set(self.ids.values())) == len(self.ids)
        assert list(self.app.check_outputs()) == []
        before = self.outputs()
        assert self.app.generate(every=True).written == ()
        assert self.outputs() == before


Life.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
TestLife = Life.TestCase
