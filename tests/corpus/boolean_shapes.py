"""Shapes out of shapes."""

from manim import *


class BooleanShapes(Scene):
    def construct(self):
        a, b = Square(2, fill_opacity=0.7), Circle(fill_opacity=0.7).shift(UR / 2)
        shapes = VGroup(
            *(
                kind(a, b, color=TEAL, fill_opacity=1)
                for kind in (Union, Difference, Intersection, Exclusion)
            )
        )
        self.add(shapes.arrange(RIGHT))
        self.play(shapes.animate.set_sheen(0.5, UR).shift(UP), run_time=0.4)
        self.play(Transform(shapes[0], ConvexHull([0, 0, 0], [1, 0, 0], [0, 2, 0])), run_time=0.4)
