"""A camera that sways, and a light that moves."""

from manim import *


class SpaceIllusion(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=1.2, theta=-0.7)
        self.add(Sphere(resolution=5), Line3D(LEFT, RIGHT, resolution=4))
        self.begin_3dillusion_camera_rotation(rate=2)
        self.wait(0.4)
        self.stop_3dillusion_camera_rotation()
        self.renderer.camera.light_source.move_to(3 * IN)
        self.play(FadeIn(Cube()), run_time=0.3)
