"""The camera's frame moves."""

from manim import *


class MovingCamera(MovingCameraScene):
    def construct(self):
        square = Square(fill_opacity=0.5).shift(2 * RIGHT)
        self.add(square, Circle())
        self.camera.frame.save_state()
        self.play(self.camera.frame.animate.scale(0.5).move_to(square), run_time=0.5)
        self.play(self.camera.auto_zoom([square], margin=1), run_time=0.4)
        self.play(Restore(self.camera.frame), square.animate.rotate(1), run_time=0.4)
