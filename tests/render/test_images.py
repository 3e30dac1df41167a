"""The sizes that pictures get in the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tpdl.embedded.images import with_sizes

SVG = '<?xml version="1.0"?>\n<svg {} xmlns="http://www.w3.org/2000/svg"></svg>'


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="72pt" height="36pt" viewBox="0 0 1 1"', (96, 48)),
        ('width="300" height="40px"', (300, 40)),
        ('viewBox="0 0 640 480.4"', (640, 480)),
        ('width="100%" height="100%" viewBox="0,0,10,20"', (10, 20)),
        ('width="100%"', None),
    ],
)
def test_svg(tmp_path: Path, attributes: str, size: tuple[int, int] | None) -> None:
    (tmp_path / "a b.svg").write_text(SVG.format(attributes))
    tag = '<img src="a%20b.svg" alt="x" />'
    sized = tag if size is None else f'<img width="{size[0]}" height="{size[1]}" src="a%20b.svg" alt="x" />'
    assert with_sizes(f"<p>{tag}</p>", tmp_path) == f"<p>{sized}</p>"


def test_pixels_and_what_has_a_size_or_is_not_there(tmp_path: Path) -> None:
    Image.new("RGB", (31, 17)).save(tmp_path / "a.png")
    assert with_sizes('<img src="a.png">', tmp_path) == '<img width="31" height="17" src="a.png">'
    Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg")
    Image.new("RGB", (12, 34)).save(tmp_path / "a.webp")
    assert with_sizes('<img src="a.jpg">', tmp_path) == '<img width="40" height="20" src="a.jpg">'
    assert (
        with_sizes('<img src="a.webp" alt="&lt;">', tmp_path) == '<img width="12" height="34" src="a.webp" alt="&lt;">'
    )
    (tmp_path / "broken.png").write_bytes(b"no picture")
    assert with_sizes('<img src="broken.png">', tmp_path) == '<img src="broken.png">'
    for same in ('<img src="a.png" style="width:50%">', '<img src="b.png">', '<img src="data:image/png,">'):
        assert with_sizes(same, tmp_path) == same
