"""Renderers that know nothing of Cairo or of manim, to look at what was made."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
import resvg_py
from PIL import Image, ImageFilter

Look = Callable[[bytes, int], np.ndarray]


def by_resvg(payload: bytes, width: int) -> np.ndarray:
    png = resvg_py.svg_to_bytes(
        svg_string=payload.decode(), width=width, dpi=96, background="white"
    )
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"), float)


def by_pdfium(payload: bytes, width: int) -> np.ndarray:
    page = pypdfium2.PdfDocument(payload)[0]
    return np.asarray(page.render(scale=width / page.get_width()).to_pil().convert("RGB"), float)


def by_rsvg(payload: bytes, width: int) -> np.ndarray:
    done = subprocess.run(
        [_tool("rsvg-convert"), "-w", str(width), "-b", "white"],
        input=payload, capture_output=True, check=True,
    )  # fmt: skip
    return np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB"), float)


def by_poppler(payload: bytes, width: int) -> np.ndarray:
    done = subprocess.run(
        [_tool("pdftoppm"), "-png", "-scale-to-x", str(width), "-scale-to-y", "-1", "-"],
        input=payload, capture_output=True, check=True,
    )  # fmt: skip
    return np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB"), float)


def by_ghostscript(payload: bytes, width: int) -> np.ndarray:
    points = _eps_size(payload)[0]
    done = subprocess.run(
        [
            _tool("gs"), "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-dEPSCrop",
            "-sDEVICE=png16m", "-dGraphicsAlphaBits=4", f"-r{width / points * 72:.4f}",
            "-sOutputFile=-", "-",
        ],
        input=payload, capture_output=True, check=True,
    )  # fmt: skip
    return np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB"), float)


def _eps_size(payload: bytes) -> tuple[float, float]:
    line = next(line for line in payload.splitlines() if line.startswith(b"%%HiResBoundingBox"))
    left, bottom, right, top = map(float, line.split()[1:])
    return right - left, top - bottom


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


RENDERERS: dict[str, list[Look]] = {
    "svg": [by_resvg, by_rsvg],
    "pdf": [by_pdfium, by_poppler],
    "eps": [by_ghostscript],
}

TOOLS = {by_rsvg: "rsvg-convert", by_poppler: "pdftoppm", by_ghostscript: "gs"}
"""The programs that some of them need."""


def apart(payload: bytes, look: Look, png: bytes) -> float:
    """How far a rendering is from a PNG of ours, as a share of how far an empty page is.

    Both are blurred by a pixel and a half: soft edges fall differently in every renderer. Some
    round a page's height up to a pixel, at one end or the other; the better fit counts.
    """
    image = Image.open(io.BytesIO(png)).convert("RGB")
    seen = Image.fromarray(look(payload, image.width).astype(np.uint8))
    spare = seen.height - image.height
    assert abs(spare) <= 1
    return min(_apart(seen.crop((0, top, *_end(image, top))), image) for top in {0, spare})


def _end(image: Image.Image, top: int) -> tuple[int, int]:
    return image.width, top + image.height


def _apart(theirs: Image.Image, image: Image.Image) -> float:
    blank = Image.new("RGB", image.size, image.getpixel((image.width - 1, image.height - 1)))
    ours, other, empty = (_blurred(picture) for picture in (image, theirs, blank))
    return float(np.abs(ours - other).mean() / np.abs(ours - empty).mean())


def _blurred(image: Image.Image) -> np.ndarray:
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), float)
