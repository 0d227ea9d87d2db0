"""Pictures: PNG and SVG of a design, with a running application and in a process that has no display."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer

from designer.errors import ExportError
from designer.graph.design import Design, NodeId
from designer.templates.networks import template
from designer.ui.canvas.card import Line
from designer.ui.canvas.painting import write
from designer.ui.canvas.picture import PictureOptions, save_picture
from designer.ui.look.picture_files import MOST_PIXELS
from designer.ui.look.theme import DARK, LIGHT
from tests.benchmarks.designs import bottlenecks

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("qapp")]
SVG = "{http://www.w3.org/2000/svg}"


def test_a_png_shows_the_design_on_its_ground(tmp_path: Path) -> None:
    design = template("bottleneck").build(batch_norm=False)
    for look in (LIGHT, DARK):
        path = tmp_path / "it.png"
        save_picture(design, None, path, PictureOptions(look=look))
        image = QImage(str(path))
        assert image.pixelColor(2, 2) == look.ground
        colours = {
            image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
        }
        for node in design.nodes.values():
            assert look.category(node.layer.category).name() in colours


def test_scale_is_pixels_a_canvas_unit(tmp_path: Path) -> None:
    design = template("bottleneck").build(batch_norm=False)
    save_picture(design, None, tmp_path / "1.png", PictureOptions(scale=1.0))
    save_picture(design, None, tmp_path / "2.png", PictureOptions(scale=2.0))
    small, large = QImage(str(tmp_path / "1.png")), QImage(str(tmp_path / "2.png"))
    assert abs(large.width() - 2 * small.width()) <= 2


def test_an_svg_has_its_words_as_text(tmp_path: Path) -> None:
    path = tmp_path / "it.svg"
    save_picture(template("bottleneck").build(batch_norm=False), None, path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    words = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert {"Pointwise 1×1", "24 → 144", "144×56²", "Residual add"} <= words
    assert len(list(root.iter(f"{SVG}path"))) > 10


def test_a_picture_of_a_very_large_design_is_drawn_smaller(tmp_path: Path) -> None:
    from designer.edit.layout import tidy

    path = tmp_path / "large.png"
    save_picture(tidy(bottlenecks(3000)), None, path, PictureOptions(scale=4.0))
    image = QImage(str(path))
    assert 0 < image.width() * image.height() <= MOST_PIXELS * 1.01


@pytest.mark.parametrize(
    ("name", "design", "text"),
    [
        ("it.bmp", template("bottleneck").build(), "end the name in .png, .svg, .pdf"),
        ("it", template("bottleneck").build(), "end the name in .png, .svg, .pdf"),
        ("it.png", Design(), "nothing is there"),
        ("no/such/folder/it.png", template("bottleneck").build(), "check the name"),
    ],
)
def test_refusals_say_why(tmp_path: Path, name: str, design: Design, text: str) -> None:
    with pytest.raises(ExportError, match=text):
        save_picture(design, None, tmp_path / name)


def test_a_pdf_is_one_page_with_its_fonts_inside(tmp_path: Path) -> None:
    path = tmp_path / "it.pdf"
    save_picture(template("bottleneck").build(batch_norm=False), None, path)
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    assert b"/FontFile2" in data
    # Letters stay letters: what stands on the cards can be searched for.
    assert b"ToUnicode" in data


def test_a_selection_is_drawn_alone_with_its_shapes(tmp_path: Path) -> None:
    design = template("bottleneck").build(batch_norm=False)
    chosen = frozenset({NodeId("expand"), NodeId("depthwise")})
    save_picture(design, None, tmp_path / "it.svg", PictureOptions(nodes=chosen))
    text = (tmp_path / "it.svg").read_text()
    assert "Pointwise 1×1" in text
    assert "24 → 144" in text
    assert "Residual add" not in text
    with pytest.raises(ExportError, match="no node 'expnd'"):
        save_picture(design, None, tmp_path / "it.svg", PictureOptions(nodes=frozenset({NodeId("expnd")})))


def test_a_transparent_picture_has_no_ground(tmp_path: Path) -> None:
    design = template("bottleneck").build(batch_norm=False)
    save_picture(design, None, tmp_path / "it.png", PictureOptions(is_transparent=True))
    assert QImage(str(tmp_path / "it.png")).pixelColor(2, 2).alpha() == 0


def test_a_legend_names_what_is_there_and_nothing_else(tmp_path: Path) -> None:
    design = template("bottleneck").build(batch_norm=False)
    save_picture(design, None, tmp_path / "it.svg", PictureOptions(has_legend=True))
    text = (tmp_path / "it.svg").read_text()
    assert "Convolution" in text
    assert "1280" in text
    assert "Pooling" not in text


def test_without_a_display_and_without_an_application(tmp_path: Path) -> None:
    path = tmp_path / "it.png"
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from designer.templates.networks import template\nfrom designer.ui.canvas.picture import save_picture\n"
        f"save_picture(template('bottleneck').build(), None, Path({str(path)!r}))\n"
        "assert 'torch' not in sys.modules\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert not QImage(str(path)).isNull()


def _right_end(image: QImage) -> int:
    """The last column in which something stands on white."""
    dark = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).lightness() < 128]
    return max(dark)


@pytest.mark.parametrize("stretch", [70, 85, 100])
def test_narrow_letters_are_as_narrow_in_svg_as_on_the_canvas(stretch: int, tmp_path: Path) -> None:
    font = QFont("DejaVu Sans")
    font.setPixelSize(20)
    font.setStretch(stretch)
    line = Line("Bottleneck k×k", font)
    drawn = QImage(400, 40, QImage.Format.Format_RGB32)
    drawn.fill(0xFFFFFFFF)
    on_image = QPainter(drawn)
    write(on_image, line, QPointF(10.0, 25.0))
    on_image.end()

    written = QSvgGenerator()
    written.setFileName(str(tmp_path / "it.svg"))
    written.setSize(drawn.size())
    written.setViewBox(drawn.rect())
    on_svg = QPainter(written)
    write(on_svg, line, QPointF(10.0, 25.0))
    on_svg.end()
    read = QImage(drawn.size(), QImage.Format.Format_RGB32)
    read.fill(0xFFFFFFFF)
    painter = QPainter(read)
    QSvgRenderer(str(tmp_path / "it.svg")).render(painter)
    painter.end()
    assert abs(_right_end(drawn) - _right_end(read)) <= 6
