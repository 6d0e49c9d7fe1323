"""Clouds of points."""

from manim import *


class PointClouds(Scene):
    def construct(self):
        rng = np.random.default_rng(1)
        cloud = PMobject(stroke_width=6)
        cloud.add_points(rng.uniform(-3, 3, (80, 3)), rng.uniform(0, 1, (80, 4)))
        disc = PointCloudDot(color=RED, density=6).shift(2 * RIGHT)
        self.add(Square(fill_opacity=0.5), cloud, disc, Mobject1D().add_line(LEFT, RIGHT))
        self.play(cloud.animate.shift(RIGHT), Rotate(disc, 1), run_time=0.4)
        self.play(FadeOut(cloud), PGroup(disc).animate.scale(2), run_time=0.4)
