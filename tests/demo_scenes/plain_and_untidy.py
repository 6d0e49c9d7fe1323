"""A plain Manim scene whose texts cannot be read where it rests."""

from manim import LEFT, Scene, Square, Typst, config

config.background_color = "#202020"


class PlainAndUntidy(Scene):
    def construct(self) -> None:
        self.add(Typst("good", font_size=60))
        self.wait(0.2)
        faint = Typst("faint", font_size=60, color="#303030").shift(3 * LEFT)
        self.play(faint.animate.shift(LEFT), run_time=0.2)
        self.wait(0.2)
        self.next_section("covered")
        self.remove(faint)
        self.add(Square(4, fill_opacity=1))
        self.wait(0.2)
