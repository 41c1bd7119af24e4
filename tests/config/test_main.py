from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aggregator.config.__main__ import main
from aggregator.config.template import annotated

if TYPE_CHECKING:
    import pytest


def test_what_is_made_from_the_models_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    reference = capsys.readouterr().out
    assert main(["reference"]) == 0
    assert capsys.readouterr().out == reference
    assert main(["annotated"]) == 0
    assert capsys.readouterr().out == annotated()
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "aggregator.yaml"


def test_anything_else_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["x"]) == 2
    assert main(["schema", "x"]) == 2
    assert "usage: python -m aggregator.config reference|annotated|schema" in capsys.readouterr().err
