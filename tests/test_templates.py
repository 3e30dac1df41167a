"""What is put into HTML and SVG is text, unless Pandoc made it; and only who renders waits for the templates."""

from __future__ import annotations

import subprocess
import sys

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from tests.conftest import Lab
from tpdl.templates import ROOT, fill

PAGE = ROOT / "watch" / "not-yet.html"


def test_text_is_escaped_and_markup_is_not() -> None:
    assert "The page &lt;b&gt; &amp; is" in fill(PAGE, page="<b> &")
    assert "The page <b> is" in fill(PAGE, page=Markup("<b>"))


def test_a_value_that_is_left_out_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="page"):
        fill(PAGE, title="x")


def test_a_question_of_status_does_not_wait_for_templates(fresh: Lab) -> None:
    code = (
        "import sys\nfrom tpdl.cli.main import main\n"
        "try: main()\nfinally: print('heavy:', *{'jinja2', 'markupsafe', 'PIL', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "status"], cwd=fresh.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "5 fresh" in done.stdout and done.stdout.endswith("heavy:\n")
