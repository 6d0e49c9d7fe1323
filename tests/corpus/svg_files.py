"""A drawing from a file, twice."""

import tempfile
from pathlib import Path

from manim import *

FILE = Path(tempfile.mkdtemp()) / "drawing.svg"
FILE.write_text(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M2 2 Q18 2 18 18 Z"'
    ' fill="#c33"/><circle cx="6" cy="14" r="3" stroke="#fff" fill="none"/></svg>'
)


class SvgFiles(Scene):
    def construct(self):
        drawing = SVGMobject(FILE, stroke_width=3)
        self.play(DrawBorderThenFill(drawing), run_time=0.4)
        self.play(drawing.animate.shift(RIGHT).set_color(TEAL), run_time=0.3)
        self.play(FadeIn(SVGMobject(FILE).scale(0.4).shift(2 * LEFT)), run_time=0.3)
