"""Vertices and edges."""

from manim import *


class Graphs(Scene):
    def construct(self):
        graph = Graph([1, 2, 3, 4], [(1, 2), (2, 3), (3, 4), (4, 1)], layout="circular")
        tree = DiGraph([1, 2, 3], [(1, 2), (1, 3)], layout="spring", layout_config={"seed": 1})
        self.add(graph.shift(2 * LEFT), tree.scale(0.5).shift(3 * RIGHT))
        self.play(graph[1].animate.shift(UP), run_time=0.4)
        self.play(graph.animate.add_vertices(5, positions={5: LEFT}), run_time=0.3)
        self.play(graph.animate.change_layout("spring", layout_config={"seed": 2}), run_time=0.4)
