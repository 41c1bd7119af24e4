from __future__ import annotations

import subprocess
import sys

import pytest

from aggregator.sources.without import without


def test_a_module_cannot_be_imported_in_the_block_and_can_after_it() -> None:
    sys.modules.pop("this", None)

    with without("this"), pytest.raises(ModuleNotFoundError):
        import this  # noqa: F401, PLC0415 - any module that nobody has loaded

    assert "this" not in sys.modules


def test_a_module_that_is_loaded_stays() -> None:
    with without("sys"):
        assert sys.modules["sys"] is sys

    assert sys.modules["sys"] is sys


def test_lists_are_read_without_a_second_http_client() -> None:
    program = """if True:
        import sys
        from aggregator.sources import outlines
        document = '<opml version="2.0"><body><outline xmlUrl="http://a.example/x"/></body></opml>'
        (source,) = outlines.read(document, "here").sources
        print(source.url, {"requests", "urllib3"} & sys.modules.keys())
    """

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "http://a.example/x set()\n"
