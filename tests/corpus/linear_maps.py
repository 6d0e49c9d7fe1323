"""A plane under a matrix."""

from manim import *


class LinearMaps(LinearTransformationScene):
    def construct(self):
        self.add_transformable_mobject(Square(fill_opacity=0.3))
        vector = self.add_vector([1, 1], color=YELLOW)
        self.apply_matrix([[1, 1], [0, 1]], run_time=0.5)
        self.play(vector.animate.set_color(RED), run_time=0.3)

    def __init__(self):
        super().__init__(show_coordinates=False, leave_ghost_vectors=True)
