"""Lines of words and numbers as a picture: what is read off while something runs."""

from __future__ import annotations

from typing import Any

from mlanim.stage.layout import Box
from mlanim.stage.picture import Picture
from mlanim.stage.text.live import LiveText
from mlanim.stage.text.texts import body_height
from mlanim.words.sentence import places_of


class Lines(Picture):
    """Sentences one under another, from the top; their values may be readings of tracks.

        Lines("angle [{angle:0}](weight)°", "product {dot:2}", angle=turn, dot=turn["dot"])

    Args:
        templates: one a line, as for `sentence`.
        size: of the text; "display" for one number that all look at.
        pitch: from one baseline to the next, in ems.
        values: by name, for all lines.
    """

    def __init__(
        self, *templates: str, size: str = "body", pitch: float = 1.75, least: float = 2.5,
        **values: Any,
    ):  # fmt: skip
        super().__init__(least)
        self.templates, self.size, self.pitch, self.values = templates, size, pitch, values

    def compose(self, box: Box) -> None:
        """The first line's capitals reach the top of the box."""
        em = body_height(self.size)
        for row, template in enumerate(self.templates):
            named = places_of(template)
            used = {name: value for name, value in self.values.items() if name in named}
            line = LiveText(template, size=self.size, **used)
            self.add(line.baseline_at([box.left, box.top - em * (0.75 + self.pitch * row), 0]))

    def height_at(self, width: float) -> float:
        """As many lines as there are."""
        return body_height(self.size) * (self.pitch * len(self.templates) - 0.4)
