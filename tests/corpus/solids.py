"""Solids, and what stays in its place."""

from manim import *


class Solids(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=1.2, theta=-0.7)
        solids = VGroup(Cone(resolution=6), Cylinder(resolution=(2, 6)), Prism(), Icosahedron())
        solids.arrange(RIGHT)
        self.add_fixed_in_frame_mobjects(word := Text("fixed").to_corner(UL))
        self.add_fixed_orientation_mobjects(Square(0.5).shift(2 * UP))
        self.play(FadeIn(solids), run_time=0.3)
        self.play(Rotate(solids, 1, RIGHT), FadeOut(word), run_time=0.4)
        self.play(
            FadeIn(Torus(resolution=(6, 4)), Arrow3D(ORIGIN, 2 * OUT, resolution=4)), run_time=0.3
        )
