"""Arcs, polygons, lines, arrows."""

from manim import *


class Geometry(Scene):
    def construct(self):
        row = VGroup(
            Arc(2),
            Annulus(0.5, 1),
            Sector(1),
            Ellipse(2, 1),
            RoundedRectangle(1),
            RegularPolygon(5),
            ArcPolygon(LEFT, UP, RIGHT),
            Star(5),
            Cutout(Square(), Circle(0.4), fill_opacity=1),
            CubicBezier(LEFT, UP, DOWN, RIGHT),
            DashedLine(LEFT, RIGHT),
            CurvedArrow(LEFT, RIGHT),
            DoubleArrow(LEFT, RIGHT),
            Elbow(),
            Angle(Line(ORIGIN, RIGHT), Line(ORIGIN, UR)),
            TangentLine(Circle(), 0.2),
            Cross(Square()),
            Underline(Square()),
            SurroundingRectangle(Dot()),
        )
        row.arrange_in_grid(4, 5).scale_to_fit_height(7)
        self.play(FadeIn(row), run_time=0.3)
        self.play(row.animate.rotate(0.2).set_stroke(width=8), run_time=0.4)
