"""A scene without a play."""

from manim import *


class NothingPlayed(Scene):
    def construct(self):
        self.add(Dot(radius=2), Square())
