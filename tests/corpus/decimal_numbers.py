"""Numbers that change."""

from manim import *


class DecimalNumbers(Scene):
    def construct(self):
        number = DecimalNumber(0, mob_class=Text, num_decimal_places=1)
        whole = Integer(7, mob_class=Text).shift(UP)
        self.add(number, whole)
        self.play(ChangeDecimalToValue(number, 3), run_time=0.4)
        self.play(
            ChangingDecimal(whole, lambda a: 10 * a), number.animate.set_value(9), run_time=0.4
        )
