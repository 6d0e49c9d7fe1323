"""Planes, lines of numbers, a scale of powers."""

from manim import *


class PlanesAndLines(Scene):
    def construct(self):
        plane = NumberPlane(x_range=[-3, 3], y_range=[-2, 2], faded_line_ratio=2)
        polar = PolarPlane(radius_max=2, size=3, azimuth_step=6).shift(4 * RIGHT)
        number_line = NumberLine([0, 5], length=4, include_tip=True).shift(3 * DOWN)
        scaled = Axes([0, 3], [0, 3], y_axis_config={"scaling": LogBase()}, x_length=2, y_length=2)
        self.add(plane, polar, number_line)
        self.play(plane.animate.apply_matrix([[1, 0.5], [0, 1]]), FadeIn(scaled), run_time=0.4)
        self.play(Rotate(polar, 1), number_line.animate.shift(UP), run_time=0.4)
