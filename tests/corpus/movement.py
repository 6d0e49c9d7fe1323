"""What moves along a path, through space, with a flow."""

from manim import *


class Movement(Scene):
    def construct(self):
        dot, plane = Dot(color=RED), NumberPlane()
        self.add(plane, dot)
        self.play(MoveAlongPath(dot, Circle(2)), run_time=0.5)
        self.play(Homotopy(lambda x, y, z, t: (x + t * y / 3, y, z), plane), run_time=0.5)
        self.play(PhaseFlow(lambda p: np.array([-p[1], p[0], 0]), dot), run_time=0.4)
        dot.generate_target().shift(UP).set_color(BLUE)
        self.play(MoveToTarget(dot), run_time=0.3)
