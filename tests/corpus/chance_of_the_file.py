"""A source of chance that the file keeps."""

from manim import *

RNG = np.random.default_rng(5)


class ChanceOfTheFile(Scene):
    def construct(self):
        self.add(*(Dot(np.append(RNG.uniform(-3, 3, 2), 0)) for _ in range(5)))
        self.wait(0.2)
        self.play(FadeIn(Square(1 + RNG.random())), run_time=0.3)
        self.play(FadeIn(Circle(1 + RNG.random())), run_time=0.3)
