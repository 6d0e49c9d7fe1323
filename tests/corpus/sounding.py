"""A sound."""

import tempfile
import wave
from pathlib import Path

from manim import *

BEEP = str(Path(tempfile.mkdtemp()) / "beep.wav")
with wave.open(BEEP, "wb") as beep:
    beep.setparams((1, 2, 8000, 0, "NONE", ""))
    beep.writeframes(bytes(range(200)) * 20)


class Sounding(Scene):
    def construct(self):
        self.wait(0.2)
        self.add_sound(BEEP, time_offset=0.1, gain=-3)
        self.play(FadeIn(Dot()), run_time=0.5)
