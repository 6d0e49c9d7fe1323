"""Figures of the five scenes: vectors, looked at by other renderers, with the numbers behind."""

from __future__ import annotations

import csv
import functools
import io
import json
import shutil
import subprocess
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import typst
from PIL import Image
from pypdf import PdfReader
from renderers import RENDERERS, TOOLS, apart

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import POINTS, Page
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.engine.workers import worker
from mlanim.export.figures import figure
from mlanim.export.figures.about import about
from mlanim.export.figures.composition import Composition
from mlanim.export.figures.tables import as_csv, as_json, as_npz, files_of
from mlanim.stage import theme
from mlanim.stage.panels import Panel, extent_of
from mlanim.stage.picture import Picture
from mlanim.stage.plots.cells import Cells
from mlanim.stage.table import table
from mlanim.stage.text.labels import text_sizes

ENTRIES = {entry.name: entry for entry in catalog.find()}
WITH_MANY_FACES = {
    "clipping", "feedforward", "gating", "loss_landscape", "optimisers", "paper_folding",
    "saddle_escape", "vanishing_gradients",
}  # fmt: skip
LARGEST = 300_000  # bytes of an SVG without a surface or fields of colours
CLOSE = {"svg": 0.12, "pdf": 0.2, "eps": 0.25}
"""How far another renderer's view of a figure may be from our PNG, as a share of how far an empty
page is from it, at 120 dpi. Renderers of PDF and PostScript widen hairlines to whole pixels.
"""

every_scene = pytest.mark.parametrize("name", sorted(ENTRIES))


@functools.lru_cache
def prepared(name: str) -> tuple[Job, Any, Any, Any]:
    job = Job(ENTRIES[name], "figure", f"{name}.svg", "svg", 640, 360, 10, "light")
    scene_class = load(ENTRIES[name])
    params = scene_class.Params()
    return job, scene_class, params, worker.stored_data(job, params)


def files(name: str, theme_name: str, *formats: str, **page: Any) -> tuple[Composition, Any]:
    """A composition and, for each format, its file."""
    job, scene_class, params, data = prepared(name)
    asked = Page(dpi=120, **page)
    with draw.configured(job), theme.drawn_for(theme.PAGE):
        theme.use(theme_name)
        made = figure.figure_of(scene_class, params, data, asked, name)
        told = about(job.scene, params, [place.panel for place in made.places])
        return made, {f: figure.drawn(made, f, asked, False, told) for f in formats}


@every_scene
def test_other_renderers_see_our_pixels_and_no_image_is_in_the_vectors(name):
    _, made = files(name, "light", "svg", "pdf", "png", text=True)
    for format in ("svg", "pdf"):
        for look in RENDERERS[format]:
            if look not in TOOLS or shutil.which(TOOLS[look]):
                assert apart(made[format], look, made["png"]) < CLOSE[format], (
                    format,
                    look.__name__,
                )
    tree = ElementTree.fromstring(made["svg"])
    assert not [node for node in tree.iter() if node.tag.endswith("}image")]
    assert len(PdfReader(io.BytesIO(made["pdf"])).pages[0].images) == 0


@every_scene
def test_an_svg_is_small(name):
    _, made = files(name, "dark", "svg")
    assert name in WITH_MANY_FACES or len(made["svg"]) < LARGEST


@pytest.mark.parametrize("name", ["dot_product", "gating"])
def test_text_keeps_its_points_on_every_width(name):
    points = []
    for width in (8.6, 12, 17.8):
        made, _ = files(name, "light", width=width * POINTS["cm"])
        assert made.box.width * made.unit == pytest.approx(width * POINTS["cm"])
        sizes = np.array(text_sizes(made.mobjects)) * made.unit / 96
        assert sizes.min() >= 7
        points.append({round(size, 2) for size in sizes.tolist()})
    assert points[0] == points[1] == points[2]


def test_a_poster_has_larger_text():
    made, _ = files("dot_product", "light", width=60 * POINTS["cm"], size=24.0)
    assert min(text_sizes(made.mobjects)) * made.unit / 96 == pytest.approx(3 * 7.2)


SLIDE, HALF = (882.0, 420.0), (467.0, 420.0)
"""Points of a slide below its heading, and beside words."""


def on_slide(name: str, room: tuple[float, float], **page: Any) -> float:
    """Points of a figure's smallest text where it is shown as large as there is room."""
    made, _ = files(name, "light", **page)
    width, height = (side * made.unit for side in made.box.size)
    lies = extent_of(made.mobjects)
    assert lies.top <= made.box.top + 0.01
    assert lies.bottom >= made.box.bottom - 0.01
    scale = min(room[0] / width, room[1] / height)
    return scale * min(text_sizes(made.mobjects)) * made.unit / 96


@pytest.mark.parametrize("name", ["activations", "attention", "derivative", "gating", "saddles"])
def test_on_a_slide_text_is_no_smaller_than_that_of_a_page_shown_there(name):
    for area in (SLIDE, HALF):
        assert on_slide(name, area, area=area) >= on_slide(name, area) - 1e-6


def test_on_a_slide_a_figure_can_be_read_beside_words():
    assert on_slide("dot_product", HALF) < 7
    assert on_slide("dot_product", HALF, area=HALF) > 8
    assert on_slide("loss_curves", SLIDE, area=SLIDE) > 1.4 * on_slide("loss_curves", SLIDE)


def test_the_same_figure_is_the_same_bytes():
    formats = ("svg", "pdf", "eps", "png")
    first = files("dot_product", "light", *formats, text=True)[1]
    files("gating", "light", "svg")
    assert files("dot_product", "light", *formats, text=True)[1] == first


def test_an_eps_is_pure_vectors_too():
    _, made = files("dot_product", "light", "eps", "png")
    assert b"%%Title: The dot product measures alignment" in made["eps"]
    assert not any(word in made["eps"] for word in (b"image\n", b"CreationDate"))
    if shutil.which("gs"):
        assert apart(made["eps"], RENDERERS["eps"][0], made["png"]) < CLOSE["eps"]


def test_metadata_says_what_it_is_in_every_format():
    _, made = files("attention", "light", "svg", "pdf", "png")
    title, spoken = "How attention finds what “it” means", "% to “cat”"
    tree = ElementTree.fromstring(made["svg"])
    assert tree.get("role") == "img"
    named = {node.get("id"): node.text for node in tree if node.get("id")}
    first, second = (named[one] for one in tree.get("aria-labelledby").split())
    assert first == title
    assert spoken in second
    info = PdfReader(io.BytesIO(made["pdf"])).metadata
    assert info.title == title
    assert spoken in info.subject
    assert json.loads(info["/Parameters"])["params"]["seed"] == 0
    packet = PdfReader(io.BytesIO(made["pdf"])).xmp_metadata
    assert packet.dc_title == {"x-default": title}
    assert spoken in packet.dc_description["x-default"]
    chunks = Image.open(io.BytesIO(made["png"])).info
    assert chunks["Title"] == title
    assert spoken in chunks["Description"]
    assert chunks["dpi"] == pytest.approx((120, 120), abs=0.1)


def test_text_can_be_searched_in_pdf_and_svg(tmp_path):
    _, made = files("dot_product", "light", "pdf", "svg", text=True)
    said = PdfReader(io.BytesIO(made["pdf"])).pages[0].extract_text()
    for words in ("Perpendicular", "w · x =", "θ = 90°", "−5.21"):
        assert words in said
    in_svg = [n.text for n in ElementTree.fromstring(made["svg"]).iter() if n.tag.endswith("}text")]
    assert {"Perpendicular", "w · x", "θ", "90", "−5.21"} <= set(in_svg)
    if shutil.which("pdftotext"):
        path = tmp_path / "a.pdf"
        path.write_bytes(made["pdf"])
        done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
        assert {"Perpendicular", "−5.21", "90"} <= set(done.stdout.decode().split())
    plain = files("dot_product", "light", "pdf")[1]["pdf"]
    assert PdfReader(io.BytesIO(plain)).pages[0].extract_text() == ""


def test_typst_sets_a_document_with_our_svg_and_pdf(tmp_path):
    _, made = files("dot_product", "light", "svg", "pdf")
    for format, payload in made.items():
        (tmp_path / f"fig.{format}").write_bytes(payload)
    (tmp_path / "paper.typ").write_text(
        '#figure(image("fig.svg", width: 8.6cm))\n#figure(image("fig.pdf", width: 8.6cm))'
    )
    pages = typst.compile(str(tmp_path / "paper.typ"))
    assert len(PdfReader(io.BytesIO(pages)).pages[0].images) == 0


def test_replotting_the_csv_gives_the_same_picture():
    made, pictures = files("attention", "print", "png")
    panel = next(place.panel for place in made.places if place.panel.name == "weights")
    rows = list(csv.DictReader(io.StringIO(as_csv(panel.tables["weights"]).decode())))
    side = round(len(rows) ** 0.5)
    values = np.array([float(row["value"]) for row in rows]).reshape(side, side)
    matplotlib.use("Agg")
    from matplotlib import pyplot

    drawing = pyplot.figure(figsize=(side / 10, side / 10), dpi=100)
    drawing.figimage(np.kron(values, np.ones((10, 10))), cmap="Greys", vmin=0, vmax=1)
    drawing.canvas.draw()
    theirs = np.asarray(drawing.canvas.buffer_rgba())[5::10, 5::10, :3].mean(axis=2)
    pyplot.close(drawing)
    cells = next(
        m for m in panel.picture.get_family()
        if isinstance(m, Cells) and m.values.shape == (side, side)
    )  # fmt: skip
    ours = np.asarray(Image.open(io.BytesIO(pictures["png"])).convert("L"), float)
    scale = made.unit / 72 * 120
    corners = cells.points.reshape(-1, 4, 3).min(axis=1) + 0.05  # beside the numbers
    x, y = (corners[:, 0] - made.box.left) * scale, (made.box.top - corners[:, 1]) * scale
    seen = ours[y.astype(int), x.astype(int)]
    assert np.corrcoef(theirs.ravel(), seen)[0, 1] > 0.98


@every_scene
def test_every_format_of_the_data_holds_the_same_numbers(name):
    made, _ = files(name, "light")
    tables = {place.panel.name: dict(place.panel.tables) for place in made.places}
    read = json.loads(as_json(tables))
    with np.load(io.BytesIO(as_npz(tables)), allow_pickle=False) as arrays:
        for panel, found in tables.items():
            for part, table in found.items():
                lines = list(csv.reader(io.StringIO(as_csv(table).decode())))
                assert lines[0] == table.headings()
                assert len(lines) == len(table) + 1 > 1
                columns = zip(*lines[1:], strict=True)
                for column, values in zip(read[panel][part], columns, strict=True):
                    stored = arrays[f"{part}.{column['name']}"]
                    assert stored.tolist() == column["values"]
                    assert list(map(str, stored.tolist())) == list(values)


def test_tables_that_panels_call_alike_do_not_overwrite_each_other():
    panels = [
        Panel(name, Picture(), data={"points": table({"x": [float(i)]}), name: table({"y": [0.0]})})
        for i, name in enumerate(("one", "two"))
    ]
    assert set(files_of(panels, "csv", "x")) == {
        "-one-points.csv", "-one.csv", "-two-points.csv", "-two.csv",
    }  # fmt: skip
    with np.load(io.BytesIO(files_of(panels, "npz", "x")["-data.npz"])) as arrays:
        assert arrays["two points.x"].tolist() == [1.0]
