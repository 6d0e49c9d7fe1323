"""A table."""

from manim import *


class TableOfTexts(Scene):
    def construct(self):
        table = Table(
            [["a", "b"], ["c", "d"]], row_labels=[Text("x"), Text("y")], include_outer_lines=True
        )
        table.scale(0.6)
        self.play(table.create(), run_time=0.5)
        table.add_highlighted_cell((2, 2), color=GREEN)
        self.play(table.get_entries((1, 1)).animate.set_color(RED), run_time=0.3)
        self.play(FadeOut(table.get_horizontal_lines()), run_time=0.3)
