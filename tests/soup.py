"""HTML soup: every kind of fragment that a cleaner must survive, in any order."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = r"""
<script>alert(1)</script>
<style>p{}</style>
<svg><a href='javascript:1'>
<math><mi>
</math>
<iframe src=//x>
<form action=x><input>
</form>
<p onclick=x style='display:none'>
<p hidden>
<a href='java&#10;script:x'>
<a href=//h/p>
<a href=../x>
</a>
<b>
</b>
<i>
</p>
<p>
<div>
</div>
<table>
<tr>
<td>
</table>
<pre>
</pre>
<ul>
<li>
<select>
<img src=x.png>
<img src=x width=1 height=1>
<img data-src=//c/d src='data:x'>
<img srcset='a 2x'>
<noscript>
</noscript>
<template>
<textarea>
<title>
<plaintext>
<frameset>
<body>
<!--
-->
<![CDATA[
]]>
<?
<!
</
<
>
&
&lt;
&amp;lt;
&#0;
&#1;
&#xD800;
&nbsp;
'
"
=
<h1>
<hr>
<button>
<nobr>
<font size=1>
<ruby>
<rt>
<details open>
<video src=v poster=javascript:1>
<span id=a>
</span>
<blockquote cite=javascript:x>
<caption>
<col>
<dd>
<center>
<object>
中文
""".strip().splitlines()
CHARACTERS = ["<pre>\n\n", "\x00", "\x1b", "\ud800", "\ufffe", "\u202e", "\n", "\r\n", " ", "x"]

soup = st.lists(
    st.sampled_from(FRAGMENTS) | st.sampled_from(CHARACTERS) | st.text(max_size=3), max_size=25
).map("".join)
