"""A camera in space whose centre is elsewhere from the beginning."""

from manim import *


class SpaceCentreFirst(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=1, theta=0.4, frame_center=RIGHT)
        cube = Cube()
        self.play(self.camera._frame_center.animate.move_to(UP), FadeIn(cube), run_time=0.4)
        self.move_camera(frame_center=2 * RIGHT + UP, run_time=0.4)
        self.wait(0.2)
        self.play(Rotate(cube, 1), run_time=0.4)
