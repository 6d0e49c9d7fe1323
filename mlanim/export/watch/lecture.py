"""A lecture made again whenever what it is made from is saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from mlanim.engine.cache.sources import closure, given_files, texts_in
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs.request import theme_in_use
from mlanim.engine.jobs.settings import project_file
from mlanim.export.deck.html import to_html
from mlanim.export.deck.lecture import reading
from mlanim.export.deck.lecture.model import Deck, Item
from mlanim.export.deck.make import theme_of_slides
from mlanim.export.deck.steps import DrawingOptions, StepMaker
from mlanim.export.deck.typst import typst_process
from mlanim.export.watch.changes import Changes
from mlanim.export.watch.preview_server import PreviewState

PAGE = "deck.html"


class DeckWatch:
    """One lecture under watch; only what has changed of it is made anew.

    Args:
        lecture: its file.
        drawing: how its scenes are drawn, but for the theme.
        folder: for the page and what it shows.
        state: what the page in the browser is told.
        say: writes a line to the terminal.
    """

    def __init__(
        self,
        lecture: Path,
        drawing: Callable[[str], DrawingOptions],
        folder: Path,
        state: PreviewState,
        say: Callable[[str], None],
    ):
        self.lecture, self.drawing, self.folder = lecture, drawing, folder
        self.state, self.say = state, say
        self._changes = Changes()
        self._makers: dict[str, StepMaker] = {}

    def run(self) -> None:
        """Make the deck, and make it again at each change, until an interrupt."""
        self._changes.start()
        try:
            with typst_process.within(None):
                changed: set[Path] = set()
                while True:
                    self._make(changed)
                    changed = self._changes.next()
        finally:
            self._changes.stop()

    def _make(self, changed: set[Path]) -> None:
        """Make the deck; what is wrong is shown, and the last good one stays."""
        began = time.monotonic()
        settings = project_file(Path.cwd()) or Path.cwd() / "mlanim.toml"
        self._changes.look_at([self.lecture, settings])
        if settings in changed:
            self._makers.clear()
        self.state.update(status="drawing")
        try:
            deck = reading.from_file(self.lecture)
            self._changes.look_at(files_of(deck))
            self._write(deck, changed)
        except (UsageError, RenderError, OSError) as error:
            self.state.update(status="failed", message=str(error))
            self.say(f"Error: {error}")
            return
        self.state.update(status="ready", message="")
        self.say(f"made the deck in {time.monotonic() - began:.1f} s")

    def _write(self, deck: Deck, changed: Iterable[Path]) -> None:
        theme = theme_of_slides(None, deck)
        maker = self._makers.get(theme)
        if maker is None:
            folder = self.folder / f"made-{len(self._makers)}-{theme}"
            folder.mkdir(exist_ok=True)
            maker = self._makers[theme] = StepMaker(self.drawing(theme), folder)
        maker.forget(item for item in deck.items if set(sources_of(item)) & set(changed))
        steps = maker.steps(deck)
        to_html.write(deck, steps, theme_in_use(theme), self.folder / PAGE, one_file=False)


def files_of(deck: Deck) -> list[Path]:
    """All files beside the lecture that it is made from."""
    own = [deck.logo] if deck.logo else []
    return [*own, *(path for item in deck.items for path in sources_of(item))]


def sources_of(item: Item) -> list[Path]:
    """The files that a part is made from: its own, and those of its scenes."""
    found = [path.absolute() for path in item.files]
    for entry, params in item.scenes:
        scene = Path(entry.path)
        found += closure([scene], scene.parent)
        found += given_files(texts_in(params), scene.parent)
    return found
