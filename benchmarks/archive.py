"""Write an archive of posts with every dialect and every breakage, and say which of them must survive.

Used by the import benchmark and by the test that no post is lost. Deterministic: same number, same files.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SYLLABLES = "央行发布报告市场利率消费增长企业投资数据季度全国平稳运行政策支持发展创新银行证券基金监管"
_START = datetime(2019, 1, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Post:
    """One file of the archive: its path below the folder and its bytes."""

    path: str
    body: bytes
    code: str


def posts(count: int, categories: int, seed: int = 1) -> Iterator[Post]:
    """``count`` posts in ``categories`` categories, in turn of every kind in :data:`KINDS`."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    for number in range(count):
        moment = _START + timedelta(minutes=37 * number)
        code = f"{moment:%Y%m%d%H}{number:08d}"
        about = _About(
            title="".join(rng.choices(_SYLLABLES, k=18)),
            date=f"{moment:%Y-%m-%d %H:%M:%S} +0800",
            category=f"zhuanlan{number % categories}",
            tag=f"专栏{number % categories}",
            paragraphs=[
                "".join(rng.choices(_SYLLABLES, k=rng.randint(80, 400))) for _ in range(rng.randint(2, 6))
            ],
            code=code,
        )
        kind = KINDS[number % len(KINDS)]
        yield Post(f"{moment:%Y}/{moment:%Y-%m-%d}-NW{code}.md", kind(about), code)


@dataclass(frozen=True)
class _About:
    title: str
    date: str
    category: str
    tag: str
    paragraphs: list[str]
    code: str

    @property
    def html(self) -> str:
        return "".join(f"<p>{text}</p>" for text in self.paragraphs) + "<p>（文章来源：样例日报）</p>"

    @property
    def tail(self) -> str:
        return (
            f"\n\n<https://example.org/NewsShare.html?infoCode=NW{self.code}>\n\n"
            f"[返回{self.tag}](//feeds.example/category/{self.category}.html)｜[返回首页](//feeds.example/)"
        )

    def head(self, **replaced: str) -> str:
        fields = {
            "layout": "post",
            "title": f'"{self.title}"',
            "date": self.date,
            "categories": self.category,
            "tags": self.tag,
        } | replaced
        return "---\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + "---\n"


def _plain(about: _About) -> bytes:
    return (about.head() + about.html + about.tail).encode()


def _replaced(**fields: str) -> Callable[[_About], bytes]:
    def write(about: _About) -> bytes:
        return (about.head(**fields) + about.html + about.tail).encode()

    return write


def _unescaped_quote(about: _About) -> bytes:
    title = f'"{about.title[:5]}"{about.title[5:]}"'
    return (about.head(title=title) + about.html + about.tail).encode()


def _backslash(about: _About) -> bytes:
    return (about.head(title=f'"{about.title}\\b"') + about.html + about.tail).encode()


def _markdown(about: _About) -> bytes:
    body = "\n\n".join(["> 摘要", *about.paragraphs, "- 一\n- 二"])
    return (about.head() + body + about.tail).encode()


def _digest_above_html(about: _About) -> bytes:
    return (about.head() + f"> {about.paragraphs[0]}\n\n" + about.html + about.tail).encode()


def _byte_order_mark(about: _About) -> bytes:
    return b"\xef\xbb\xbf" + _plain(about)


def _carriage_returns(about: _About) -> bytes:
    return _plain(about).replace(b"\n", b"\r\n")


def _gbk(about: _About) -> bytes:
    return _plain(about).decode().encode("gb18030")


def _two_line_navigation(about: _About) -> bytes:
    return _plain(about).decode().replace("｜", "\n").encode()


def _noise(about: _About) -> bytes:
    quote = (
        '<span id="stock_1.600000"><a href="//example.org/q">样例银行</a></span><span id="quote_1"></span>'
    )
    html = f'<!-- note --><p style="display:none">hidden</p><p>{quote}{about.paragraphs[0]}</p>'
    return (about.head() + html + about.tail + "\n").encode()


KINDS: tuple[Callable[[_About], bytes], ...] = (
    _plain,
    _unescaped_quote,
    _backslash,
    _markdown,
    _digest_above_html,
    _byte_order_mark,
    _carriage_returns,
    _gbk,
    _two_line_navigation,
    _noise,
    _replaced(title='""'),
    _replaced(date=""),
    _replaced(tags="@专栏"),
    _replaced(tags="a: b # c"),
    _replaced(title="plain title without quotes"),
)


def write(folder: Path, count: int, categories: int, seed: int = 1) -> list[Post]:
    """Write the archive below ``folder``."""
    written = list(posts(count, categories, seed))
    for post in written:
        path = folder / post.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(post.body)
    return written
