"""Other aggregators in a race, each as its users run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks.racers import Racer, package, said

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reader(Racer):
    """lemon24/reader."""

    name = "reader"
    note = "`update_feeds(workers=…, scheduled=False)` with its usual plugins; cleans, keeps no outputs"
    install = "pip install -e '.[dev]'"

    @classmethod
    def version(cls) -> str:
        """As installed."""
        return package("reader")

    def _python(self, code: str) -> list[str]:
        opened = "import json, sys; from reader import make_reader; reader = make_reader('reader.db'); "
        return [sys.executable, "-c", opened + code]

    def prepare(self) -> None:
        """Add the feeds."""
        (self.folder / "urls.json").write_text(json.dumps(self.urls))
        add = "[reader.add_feed(url) for url in json.load(open('urls.json'))]"
        subprocess.run(self._python(add), cwd=self.folder, check=True)

    def command(self) -> list[str]:
        """Update everything."""
        return self._python(f"reader.update_feeds(workers={self.connections}, scheduled=False)")

    def items(self) -> int:
        """From its database."""
        return self.count("reader.db", "select count(*) from entries")


class Newsboat(Racer):
    """newsboat."""

    name = "newsboat"
    note = (
        "`newsboat -x reload`, `reload-threads` as many; keeps entries as they came: no cleaning, no outputs;"
        " it keeps no validators of a feed's first answer, so that it gets everything twice"
    )
    install = "apt-get install newsboat"
    environment: ClassVar[Mapping[str, str]] = {"TERM": "xterm", "LANG": "C.UTF-8"}

    @classmethod
    def version(cls) -> str:
        """As it says."""
        return said("newsboat", "-v").partition(" - ")[0]

    def prepare(self) -> None:
        """Write its files."""
        (self.folder / "urls").write_text("".join(f"{url}\n" for url in self.urls))
        settings = f"reload-threads {self.connections}\nmax-items 0\ncleanup-on-quit no\n"
        (self.folder / "config").write_text(settings)

    def command(self) -> list[str]:
        """Reload everything."""
        return ["newsboat", "-u", "urls", "-C", "config", "-c", "cache.db", "-x", "reload"]

    def items(self) -> int:
        """From its cache."""
        return self.count("cache.db", "select count(*) from rss_item")


class Sfeed(Racer):
    """sfeed_update."""

    name = "sfeed"
    note = (
        "`sfeed_update`, `maxjobs` as many, with curl's ETags as its example has it; writes tabulated text:"
        " no cleaning, no outputs"
    )
    install = "apt-get install sfeed curl"

    @classmethod
    def version(cls) -> str:
        """It does not say: as Debian does."""
        there = shutil.which("sfeed_update") and shutil.which("curl")
        return f"sfeed {said('dpkg-query', '-W', '-f', '${Version}', 'sfeed')}".strip() if there else ""

    def prepare(self) -> None:
        """Write its file."""
        (self.folder / "etags").mkdir()
        feeds = "".join(f'feed "f{number}" "{url}"\n' for number, url in enumerate(self.urls))
        (self.folder / "sfeedrc").write_text(
            f'sfeedpath="{self.folder}/feeds"\nmaxjobs={self.connections}\n'
            "fetch() {\n"
            f'  etag="{self.folder}/etags/$1"\n'
            "  curl -L --max-redirs 0 -f -s -m 15 --compressed"
            ' --etag-save "$etag" --etag-compare "$etag" "$2" 2>/dev/null\n}\n'
            f"feeds() {{\n{feeds}}}\n"
        )

    def command(self) -> list[str]:
        """Update everything."""
        return ["sfeed_update", "sfeedrc"]

    def items(self) -> int:
        """Lines of its files."""
        return sum(path.read_bytes().count(b"\n") for path in (self.folder / "feeds").iterdir())


class Rss2email(Racer):
    """rss2email."""

    name = "rss2email"
    note = "`r2e run --no-send`: one feed after the other, remembers ids only, and no mail is made"
    install = "apt-get install rss2email"

    @classmethod
    def version(cls) -> str:
        """As it says."""
        return said("r2e", "--version")

    @property
    def _r2e(self) -> list[str]:
        return ["r2e", "-c", f"{self.folder}/config", "-d", f"{self.folder}/data.json"]

    def prepare(self) -> None:
        """Import a list."""
        outlines = "".join(
            f'<outline type="rss" text="f{n}" xmlUrl="{url}"/>' for n, url in enumerate(self.urls)
        )
        opml = self.folder / "feeds.opml"
        opml.write_text(f'<?xml version="1.0"?><opml version="2.0"><body>{outlines}</body></opml>')
        home = {**os.environ, "HOME": str(self.folder)}
        for arguments in (["new", "nobody@race.example"], ["opmlimport", str(opml)]):
            subprocess.run([*self._r2e, *arguments], check=True, capture_output=True, env=home)

    def command(self) -> list[str]:
        """Run without sending."""
        return [*self._r2e, "run", "--no-send"]

    def items(self) -> int:
        """Ids it has seen."""
        feeds = json.loads((self.folder / "data.json").read_text())["feeds"]
        return sum(len(feed.get("seen", ())) for feed in feeds)


class Osmosfeed(Racer):
    """osmosfeed, where ``PLACE`` says."""

    name = "osmosfeed"
    note = (
        "a builder of static pages: reads every feed anew each time, asks for no validators, does not clean"
    )
    install = "npm install @osmoscraft/osmosfeed@1.15.1 in a folder of its own, then --osmosfeed FOLDER"
    place: ClassVar[Path | None] = None

    @classmethod
    def _home(cls) -> Path:
        return (cls.place or Path()).absolute() / "node_modules" / "@osmoscraft" / "osmosfeed"

    @classmethod
    def version(cls) -> str:
        """Of the package."""
        about = cls._home() / "package.json"
        if cls.place is None or not about.exists() or shutil.which("node") is None:
            return ""
        return f"osmosfeed {json.loads(about.read_text())['version']}, node {said('node', '--version')}"

    def prepare(self) -> None:
        """Write its file."""
        sources = "".join(f"  - href: {url}\n" for url in self.urls)
        (self.folder / "osmosfeed.yaml").write_text(f"cacheMaxDays: 9999\nsources:\n{sources}")

    def command(self) -> list[str]:
        """Build the site."""
        return ["node", str(self._home() / "main.js")]

    def items(self) -> int:
        """From its cache."""
        sources = json.loads((self.folder / "public" / "cache.json").read_text())["sources"]
        return sum(len(source["articles"]) for source in sources)
