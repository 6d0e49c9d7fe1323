"""Transparency as a browser composes it, whose decoders are its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlanim.engine.encoding.video import FrameEncoder

COLOR = np.array([0.9, 0.5, 0.2])
READ = """async (address) => {
    const moving = address.endsWith("webm");
    const source = document.createElement(moving ? "video" : "img");
    source.src = address;
    if (moving) {
        source.muted = true;
        await source.play();
        await new Promise((done) => source.requestVideoFrameCallback(done));
    } else {
        await source.decode();
    }
    const context = document.createElement("canvas").getContext("2d");
    context.drawImage(source, 0, 0);
    return [16, 48, 80].map((x) => [...context.getImageData(x, 32, 1, 1).data]);
}"""


@pytest.mark.parametrize("format", ["webm", "apng", "webp"])
def test_a_browser_sees_the_alpha_and_the_colour_under_it(
    tmp_path: Path,
    open_tab: Callable[..., Any],
    serve_folder: Callable[[Path], str],
    format: str,
) -> None:
    frame = np.zeros((64, 96, 4))
    for column, alpha in enumerate((0.0, 0.5, 1.0)):
        frame[:, 32 * column : 32 * column + 32] = np.append(COLOR * alpha, alpha)
    encoder = FrameEncoder(tmp_path / f"x.{format}", format, (96, 64), 10, True)
    encoder.write(np.rint(frame * 255).astype(np.uint8), 20)
    encoder.finish()
    (tmp_path / "x.html").write_text('<!doctype html><link rel="icon" href="data:,">')
    page = open_tab(f"{serve_folder(tmp_path)}/x.html").page
    clear, half, full = page.evaluate(READ, f"x.{format}")
    assert clear[3] <= 3
    assert half[3] == pytest.approx(128, abs=4)
    assert full[3] >= 252
    for seen in (half, full):
        np.testing.assert_allclose(seen[:3], COLOR * 255, atol=10)
