"""Texts by Pango."""

from manim import *


class Words(Scene):
    def construct(self):
        text = Text("Hamburg 01", t2s={"burg": ITALIC}, gradient=(BLUE, GREEN))
        marked = MarkupText('a <b>bold</b> <span fgcolor="red">word</span>').shift(UP)
        lines = Paragraph("two", "lines", alignment="center").scale(0.5).shift(DOWN)
        self.play(Write(text), FadeIn(marked), run_time=0.5)
        self.play(
            AddTextLetterByLetter(Text("by letter").shift(2 * DOWN)), FadeIn(lines), run_time=0.5
        )
        self.play(RemoveTextLetterByLetter(text), marked.animate.scale(0.5), run_time=0.4)
