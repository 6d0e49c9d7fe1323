"""A camera in space whose centre moves where nothing is shown."""

from manim import *


class SpaceCentreSkipped(ThreeDScene):
    def construct(self):
        self.next_section("unseen", skip_animations=True)
        self.add(Square())
        self.play(self.camera._frame_center.animate.move_to(RIGHT), run_time=0.4)
        self.next_section("seen")
        self.play(FadeIn(Cube()), run_time=0.4)
        self.move_camera(frame_center=UP, run_time=0.4)
