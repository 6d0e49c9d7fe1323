"""What grows."""

from manim import *


class Growing(Scene):
    def construct(self):
        arrow = Arrow(LEFT, 2 * RIGHT + UP)
        self.play(GrowFromCenter(Square()), GrowFromEdge(Circle(), DOWN), run_time=0.4)
        self.play(GrowArrow(arrow), GrowFromPoint(Dot(2 * UP), ORIGIN), run_time=0.4)
        self.play(SpinInFromNothing(Triangle(fill_opacity=1), point_color=RED), run_time=0.5)
