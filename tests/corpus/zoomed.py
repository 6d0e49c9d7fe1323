"""A part of the picture, larger."""

from manim import *


class Zoomed(ZoomedScene):
    def construct(self):
        dot = Dot().shift(UL)
        self.add(ImageMobject(np.uint8([[0, 100], [255, 30]])).scale(20), dot)
        self.activate_zooming(animate=False)
        self.play(dot.animate.shift(RIGHT), run_time=0.4)
        self.play(self.zoomed_camera.frame.animate.move_to(dot), run_time=0.4)

    def __init__(self):
        super().__init__(zoom_factor=0.3, zoomed_display_height=2, zoomed_display_width=3)
