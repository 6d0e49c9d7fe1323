"""A surface, and a camera that goes round it."""

from manim import *


class Space(ThreeDScene):
    def construct(self):
        axes = ThreeDAxes(x_length=4, y_length=4, z_length=3)
        wave = Surface(
            lambda u, v: axes.c2p(u, v, np.sin(u) * v),
            u_range=[-2, 2],
            v_range=[-1, 1],
            resolution=6,
        )
        self.set_camera_orientation(phi=1.1, theta=0.5)
        self.add(axes, wave)
        self.begin_ambient_camera_rotation(rate=0.6)
        self.wait(0.4)
        self.stop_ambient_camera_rotation()
        self.move_camera(phi=0.3, zoom=1.3, run_time=0.4)
