"""Words and numbers as pictures: lines that are read off while something runs, and paragraphs."""

from __future__ import annotations

from typing import Any

from mlanim.stage.layout import Box
from mlanim.stage.picture import Picture
from mlanim.stage.text.live import LiveText
from mlanim.stage.text.texts import Text, body_height
from mlanim.words.sentence import Sentence, as_sentence, places_of

APART = 0.8  # ems between one paragraph and the next


class Lines(Picture):
    """Sentences one under another, from the top; their values may be readings of tracks.

        Lines("angle [{angle:0}](weight)°", "product {dot:2}", angle=turn, dot=turn["dot"])

    Args:
        templates: one a line, as for `sentence`.
        size: of the text; "display" for one number that all look at.
        pitch: from one baseline to the next, in ems.
        values: by name, for all lines.

    Raises:
        ValueError: for a value that no line has a place for.
    """

    is_text = True

    def __init__(
        self, *templates: str, size: str = "body", pitch: float = 1.75, least: float = 2.5,
        **values: Any,
    ):  # fmt: skip
        super().__init__(least)
        unused = set(values).difference(*map(places_of, templates))
        if unused:
            raise ValueError(f"No line has a place for {', '.join(sorted(unused))}.")
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

    def least_height(self, width: float) -> float:
        """Down to the last baseline; what hangs below it has room there."""
        return body_height(self.size) * (0.75 + self.pitch * (len(self.templates) - 1))


class Paragraphs(Picture):
    """Sentences one under another, each broken into lines as wide as the box.

    Args:
        said: sentences, or templates without places.
        role: of what has no colour of its own.
    """

    is_text = True

    def __init__(self, *said: str | Sentence, role: str = "muted", least: float = 3.0):
        super().__init__(least)
        self.said, self.role = [as_sentence(one) for one in said], role

    def compose(self, box: Box) -> None:
        """From the top of the box down."""
        top, em = box.top, body_height()
        for text in self._texts(box.width):
            self.add(text.baseline_at([box.left, top - 0.75 * em, 0]))
            top = float(text.get_bottom()[1]) - APART * em

    def height_at(self, width: float) -> float:
        """What all lines take."""
        em = body_height()
        heights = [max(float(text.height), em) for text in self._texts(width)]
        return sum(heights) + APART * em * (len(heights) - 1) + 0.3 * em

    def _texts(self, width: float) -> list[Text]:
        return [Text(said, role=self.role, width=width) for said in self.said]
