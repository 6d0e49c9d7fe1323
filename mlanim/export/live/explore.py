"""Live figures: sweeps of a scene's parameters, each state drawn, as one HTML file."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlanim.engine import temporary
from mlanim.engine.cache.ownership import refuse, save
from mlanim.engine.errors import RenderError, UsageError, shortened
from mlanim.engine.jobs.job import THEMES
from mlanim.engine.jobs.request import place_of
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.playback.loading import load, params_of
from mlanim.export.live.groups import grouped, samples
from mlanim.export.live.making import payload_of, refuse_idle
from mlanim.export.live.page.document import document, framed
from mlanim.export.live.payload import Payload
from mlanim.export.live.progress import left_words, progress
from mlanim.export.live.states import PRELOADED, Refusal, StateDrawing, StateIndex, States, draw
from mlanim.export.live.sweeps import MOST_STATES, split, sweep, themes
from mlanim.export.making import RunOptions, warm
from mlanim.words.numbers import grouped as with_commas

USUAL_THEMES = ("dark", "light")
MOST_BYTES = 8_000_000
FRAME = 80_000  # bytes of style, scripts and fonts

Sweeps = str | Sequence[str] | Mapping[str, Any]
"""As --sweep takes them: one, several, or by name with a text or the values themselves."""


@dataclass(frozen=True)
class LiveRequest:
    """What is asked for of one scene.

    Args:
        sweeps: parameters and their values; by default those that the scene declares.
        params: the other parameters that are set.
        page: options of its figures: width, panel, slide.
        output: a file or a folder; None keeps the page in memory.
    """

    entry: SceneEntry
    sweeps: Sweeps = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    page: Mapping[str, Any] = field(default_factory=dict)
    output: Path | None = None
    force: bool = False


@dataclass(frozen=True)
class LiveFigure:
    """A page of states: what a notebook shows, and what `save` writes.

    `path` is its file, if it was asked to have one. `payload` is all that it holds.
    """

    scene: SceneEntry
    payload: Payload
    page: bytes
    path: Path | None = None

    @property
    def states(self) -> int:
        """How many states it shows."""
        return sum("svg" in state for group in self.payload["groups"] for state in group["states"])

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the page to a file, whole or not at all.

        Raises:
            UsageError: if the name does not end in .html; or, without `force`, if a file is there
                that mlanim did not make.
        """
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise UsageError(f"{target.name} is no page; end it in .html.")
        save(target, self.page, force)
        return target

    def _repr_html_(self) -> str:
        """The page in a frame of a notebook, which needs no kernel for it."""
        width, height = self.payload["size"]
        return framed(self.page, self.scene.title, width / height)

    def __repr__(self) -> str:
        size = size_words(len(self.page))
        return f"<live figure of {self.scene.name}: {self.states} states, {size}>"


def size_words(size: float) -> str:
    """Bytes as people say them."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"


def explored(
    wanted: Sequence[LiveRequest], run: RunOptions, say: Callable[[str], None] = lambda line: None
) -> list[LiveFigure]:
    """Draw the states of scenes, and make their pages; files are written where they are asked for.

    `say` hears what is about to be drawn, before most of it is.

    Raises:
        UsageError: for what cannot be done as asked; by then the other scenes have their pages.
        RenderError: for what went wrong in a scene's code; likewise.
    """
    studies = [_Study(one) for one in wanted]
    with temporary.folder() as folder, progress(run.quiet) as bar, warm(PRELOADED) as processes:

        def draw_all(is_apart: bool) -> None:
            asked = [one for study in studies if study.fault is None for one in study.wants()]
            bar.expect(sum(len(states.themes) for states, place in asked))
            draw(asked, folder, replace(run, processes=processes), bar, is_apart)

        def attempt(step: Callable[[_Study], None], is_apart: bool = True) -> None:
            for study in studies:
                study.attempt(step)
            draw_all(is_apart)

        attempt(_Study.begin)
        attempt(_Study.start)
        attempt(lambda study: say(study.part(bar.pace)), False)
    for study in studies:
        study.attempt(_Study.finish)
    if faults := [study.fault for study in studies if study.fault is not None]:
        raise type(faults[0])("\n".join(dict.fromkeys(map(str, faults))))
    return [study.made for study in studies]


class _Study:
    """One scene on its way to its page; what goes wrong with it leaves the others alone."""

    states: States
    made: LiveFigure

    def __init__(self, wanted: LiveRequest):
        self.wanted = wanted
        self.parts: list[States] = []
        self.fault: UsageError | RenderError | None = None

    def attempt(self, step: Callable[[_Study], None]) -> None:
        """Go a step, unless something went wrong before."""
        if self.fault is None:
            try:
                step(self)
            except (UsageError, RenderError) as error:
                self.fault = error

    def wants(self) -> list[tuple[States, StateIndex]]:
        """The states that are to be drawn next."""
        if not self.parts:
            asked = [(self.states, place) for place in samples(self.states)]
        else:
            asked = [(part, place) for part in self.parts for place in part.places()]
        return [one for one in asked if one[0].lacks(one[1])]

    def begin(self) -> None:
        """Read what is asked for."""
        self.states = _begun(self.wanted)

    def start(self) -> None:
        """Start where the scene refuses nothing."""
        self.states.raise_failed()
        self.states = _started(self.states)

    def part(self, pace: float | None) -> str:
        """Find which sweeps multiply; how much there will be, in a sentence."""
        self.states.raise_failed()
        self.parts = grouped(self.states)
        return _foretold(self.states, self.parts, pace)

    def finish(self) -> None:
        """Make the page, and write it where it is asked for."""
        for part in self.parts:
            part.raise_failed()
        refuse_idle(self.parts)
        self.made = _made(self.wanted, self.parts)


def at_start(wanted: LiveRequest) -> dict[str, Any]:
    """The parameters where the controls start.

    Raises:
        UsageError: for sweeps that cannot be.
    """
    states = _begun(wanted)
    swept = {sweep.name: sweep.values[sweep.control["start"]] for sweep in states.sweeps}
    return {**states.fixed, **swept}


def _begun(wanted: LiveRequest) -> States:
    """A scene's states before any is drawn."""
    entry, name = wanted.entry, wanted.entry.name
    if wanted.output is not None and not wanted.force:
        refuse({wanted.output: None}, {})
    scene_class = load(entry)
    model = params_of(scene_class)
    asked = _asked(wanted.sweeps) or _asked(getattr(scene_class, "explore", ()))
    chosen = themes(asked.pop("theme"), THEMES) if _is_theme(asked, model) else USUAL_THEMES
    asked = asked or _asked(getattr(scene_class, "explore", ()))
    if not asked:
        raise UsageError(
            f"{name} does not say which parameter is worth a slider; "
            f"give one, as --sweep NAME=LOW:HIGH:STEP. It has {', '.join(model.model_fields)}."
        )
    both = [one for one in asked if one in wanted.params]
    if both:
        raise UsageError(f"{both[0]} is both swept and set; leave one of them out.")
    sweeps = [sweep(model, one, said, wanted.params, name) for one, said in asked.items()]
    return States(entry, model, sweeps, chosen, wanted.params, wanted.page)


def _is_theme(asked: Mapping[str, Any], model: Any) -> bool:
    """Whether the theme is swept, and not a parameter that the scene calls so."""
    return "theme" in asked and "theme" not in model.model_fields


def _asked(sweeps: Sweeps) -> dict[str, Any]:
    """Sweeps by the parameter's name.

    Raises:
        UsageError: for one that is given twice.
    """
    if isinstance(sweeps, Mapping):
        return dict(sweeps)
    pairs = [split(text) for text in ([sweeps] if isinstance(sweeps, str) else sweeps)]
    for name, _ in pairs:
        if sum(name == other for other, _ in pairs) > 1:
            raise UsageError(f"--sweep {shortened(name)} is given twice; give it once.")
    return dict(pairs)


def _started(states: States) -> States:
    """The states with a start that the scene does not refuse.

    Raises:
        UsageError: if it refuses all that were tried.
    """
    start = states.drawings[states.start]
    if not isinstance(start, Refusal):
        return states
    place = next(
        (p for p, drawing in states.drawings.items() if not isinstance(drawing, Refusal)), None
    )
    if place is None:
        raise UsageError(f"{states.entry.name}: {start.sentence}")
    sweeps = [
        replace(one, control={**one.control, "start": at})
        for one, at in zip(states.sweeps, place, strict=True)
    ]
    return replace(states, sweeps=sweeps)


def _foretold(states: States, groups: Sequence[States], pace: float | None) -> str:
    """How much there will be, as the first states tell.

    Raises:
        UsageError: for what is too much.
    """
    name, count = states.entry.name, sum(len(one.places()) for one in groups)
    sizes = " + ".join(
        " × ".join(f"{len(sweep.values)} of {sweep.name}" for sweep in one.sweeps) for one in groups
    )
    if count > MOST_STATES:
        raise UsageError(
            f"{name}: {with_commas(count)} states ({sizes}) are more than the "
            f"{with_commas(MOST_STATES)} that a page holds; give larger steps, narrower ranges or "
            "fewer sweeps."
        )
    size = _foretold_size(states, count)
    if size > MOST_BYTES:
        raise UsageError(
            f"{name}: {with_commas(count)} states ({sizes}) would make a page of about "
            f"{size_words(size)}, more than {size_words(MOST_BYTES)}; give larger steps, "
            "narrower ranges, or --panel."
        )
    left = sum(len(one.themes) * sum(p not in one.drawings for p in one.places()) for one in groups)
    return (
        f"{name}: {with_commas(count)} states ({sizes}), {' and '.join(states.themes)}; "
        f"{left_words(pace, left)}, about {size_words(size)}"
    )


def _foretold_size(states: States, count: int) -> float:
    """Bytes of a page, as the states that are drawn tell."""
    places = [
        place for place, drawing in states.drawings.items() if isinstance(drawing, StateDrawing)
    ]
    one, all_of_them = _packed(states, places[:1]), _packed(states, places)
    first = sum(map(len, payload_of([states], places[:1])["pool"]))  # it stands as it is, too
    return FRAME + first + one + (all_of_them - one) / max(1, len(places) - 1) * (count - 1)


def _packed(states: States, places: Sequence[StateIndex]) -> float:
    text = json.dumps(payload_of([states], places))
    return len(zlib.compress(text.encode())) * 4 / 3


def _made(wanted: LiveRequest, groups: list[States]) -> LiveFigure:
    payload = payload_of(groups)
    page = document(payload)
    made = LiveFigure(wanted.entry, payload, page, wanted.output)
    if wanted.output is not None:
        wanted.output.parent.mkdir(parents=True, exist_ok=True)
        made.save(wanted.output, wanted.force)
    return made


def file_of(output: str | None, name: str, count: int = 1) -> Path:
    """Where a scene's page goes.

    Raises:
        UsageError: for a file that is no page.
    """
    suffix = Path(output or "").suffix.lower()
    is_folder = not output or output.endswith(("/", "\\")) or Path(output).is_dir()
    if suffix not in ("", ".html") and not is_folder:
        raise UsageError(f"-o {output}: {suffix[1:]!r} is no page; give an .html file or a folder.")
    return place_of(output, f"{name}-live", "html", count)


def live_figure(entry: SceneEntry, given: Mapping[str, Any], run: RunOptions) -> LiveFigure:
    """One scene's live figure: in a file if `output` is given, else in memory alone.

    `given` holds `sweep`, `params`, `output`, `force`, and options of the figures by their names.
    """
    asked = {name: value for name, value in given.items() if value is not None}
    output = asked.pop("output", None)
    place = None if output is None else file_of(output, entry.name)
    sweeps, params = asked.pop("sweep", ()), asked.pop("params", {})
    force = bool(asked.pop("force", False))
    (made,) = explored([LiveRequest(entry, sweeps, params, asked, place, force)], run)
    return made
