"""Strokes and colours."""

from manim import *


class Strokes(Scene):
    def construct(self):
        lines = VGroup()
        for i, joint in enumerate(LineJointType):
            line = VMobject(stroke_width=8 + 4 * i, joint_type=joint, stroke_opacity=0.7)
            line.set_points_as_corners([[-1, 0, 0], [-0.5, 1, 0], [0, 0, 0], [0.2, 1, 0]])
            lines.add(line.set_cap_style(CapStyleType.ROUND if i % 2 else CapStyleType.SQUARE))
        text = Text("outlined").set_stroke(RED, 8, background=True).shift(2 * DOWN)
        self.add(lines.arrange(RIGHT).set_color_by_gradient(RED, BLUE), text)
        self.play(
            lines.animate.set_stroke(width=3), FadeIn(DashedVMobject(Circle(2))), run_time=0.4
        )
        self.play(lines[0].animate.set_color([RED, YELLOW]), run_time=0.3)
