"""Fields of arrows, and what flows in them."""

from manim import *


class VectorFields(Scene):
    def construct(self):
        field = ArrowVectorField(
            lambda p: np.array([p[1], -p[0], 0]) / 2, x_range=[-3, 3, 1.5], y_range=[-2, 2, 1]
        )
        streams = StreamLines(
            lambda p: np.array([1, np.sin(p[0]), 0]),
            x_range=[-3, 3, 1],
            y_range=[-2, 2, 1],
            virtual_time=1,
            max_anchors_per_line=8,
            padding=1,
        )
        self.add(field, dot := Dot(RIGHT))
        dot.add_updater(field.get_nudge_updater(speed=2))
        self.wait(0.4)
        self.add(streams)
        streams.start_animation(flow_speed=2, warm_up=False)
        self.wait(0.4)
        self.play(streams.end_animation())
