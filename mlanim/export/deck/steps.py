"""A deck's steps: scenes rendered and cut at their pauses, and a picture of how each step ends."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlanim.engine.encoding.captions import as_vtt, cues
from mlanim.engine.encoding.packets import cut
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import request
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.options import FigureOptions, Options, VideoOptions, options
from mlanim.engine.jobs.voice import Voice
from mlanim.engine.workers.job_run import Outcome
from mlanim.export.deck.frames import frames_at
from mlanim.export.deck.lecture.blocks import Figure, Live
from mlanim.export.deck.lecture.model import Deck, Item
from mlanim.export.deck.lecture.parts import ScenePart, VideoPart, includes
from mlanim.export.deck.own_video import own_video
from mlanim.export.deck.step import CoverSlide, FilmPiece, FilmSlide, Step, Still
from mlanim.export.deck.typst import pages
from mlanim.export.deck.typst.areas import areas
from mlanim.export.live.explore import LiveRequest, at_start, explored
from mlanim.export.live.page.document import document
from mlanim.export.making import RunOptions, make
from mlanim.stage.colors.palette import Theme
from mlanim.words.numbers import counted


@dataclass(frozen=True)
class DrawingOptions:
    """How a deck's scenes are drawn: as videos for screens, as vectors for paper, or as both.

    As neither, it is only found out what their steps are. With `pages` live figures are live.
    """

    theme: str
    palette: Theme
    videos: bool = True
    vectors: bool = False
    pages: bool = False  # of live figures
    quality: str | None = None
    fps: float | None = None
    resolution: str | None = None
    jobs: int | None = None
    timeout: float | None = None
    as_json: bool = False
    quiet: bool = False
    voices: Mapping[str, Voice] = field(default_factory=dict)  # of its scenes, by their names


@dataclass(frozen=True)
class Pause:
    """A step's end in a scene: the number of the frame after it, and what the scene says of it."""

    end: int
    notes: str = ""
    loop: bool = False
    auto: bool = False
    said: str = ""


def make_steps(deck: Deck, drawing: DrawingOptions, root: Path) -> tuple[Step, ...]:
    """Draw everything of a deck into folders of `root`.

    Raises:
        UsageError, RenderError: for a scene that cannot be drawn as asked, with its place.
    """
    return StepMaker(drawing, root).steps(deck)


class StepMaker:
    """Makes the steps of a deck, and again those of a deck that has changed a little."""

    def __init__(self, drawing: DrawingOptions, root: Path):
        self.drawing, self.root = drawing, root
        self._made: dict[str, tuple[Step, ...]] = {}
        self._folders = 0

    def steps(self, deck: Deck) -> tuple[Step, ...]:
        """The deck's steps; parts that were made before are not made again.

        Raises:
            UsageError, RenderError: for a scene that cannot be drawn as asked, with its place.
        """
        new = [item for item in deck.items if _key(item) not in self._made]
        folders = [self._new_folder() for _ in new]
        drawn = _drawn(new, self.drawing, folders)
        for item, jobs, folder in zip(new, drawn, folders, strict=True):
            live = _with_pages(item, self.drawing)
            self._made[_key(item)] = tuple(_steps_of(live, jobs, self.drawing.palette, folder))
        found = [_cover(deck, self.root)] if deck.cover else []
        return (*found, *(step for item in deck.items for step in self._made[_key(item)]))

    def forget(self, items: Iterable[Item]) -> None:
        """Have these made anew, since something that they are made from has changed."""
        for item in items:
            self._made.pop(_key(item), None)

    def _new_folder(self) -> Path:
        folder = self.root / str(self._folders)
        self._folders += 1
        folder.mkdir()
        return folder


def _key(item: Item) -> str:
    """What tells apart parts that are made apart, wherever in a lecture they stand."""
    return repr((item.name, item.part, item.entry, item.columns))


def _cover(deck: Deck, root: Path) -> Step:
    """The slide with the lecture's title."""
    logo = deck.logo and root / f"logo{deck.logo.suffix.lower()}"
    if deck.logo and logo:
        shutil.copyfile(deck.logo, logo)
        try:
            pages.picture(logo, "svg", 1)
        except ValueError as error:
            raise UsageError(f"The logo {deck.logo} cannot be shown: {error}") from error
    return Step("title", 1, 1, deck.title, "", "", CoverSlide(deck.head, logo))


def _drawn(
    items: Sequence[Item], drawing: DrawingOptions, folders: Sequence[Path]
) -> list[list[Job]]:
    """What is drawn of each item, once it is drawn."""
    wanted = [_jobs(item, drawing, folder) for item, folder in zip(items, folders, strict=True)]
    jobs = [job for of_item in wanted for job in of_item]
    run = RunOptions(drawing.jobs, drawing.timeout, as_json=drawing.as_json, quiet=drawing.quiet)
    outcomes = iter(make(jobs, run) if jobs else [])
    for item, of_item in zip(items, wanted, strict=True):
        for _ in of_item:
            _refuse_failure(item, next(outcomes))
    return wanted


def _jobs(item: Item, drawing: DrawingOptions, folder: Path) -> list[Job]:
    """A scene's video and its stills, as far as they are wanted; or a page's figures."""
    if isinstance(item.part, ScenePart):
        assert item.entry is not None
        films = {name: getattr(drawing, name) for name in ("quality", "fps", "resolution")}
        shared = {"theme": drawing.theme, "output": f"{folder}/", "params": item.part.params}
        asked = options(VideoOptions, **films, **shared, format="mp4", transparent=False)
        job = replace(request.job(asked, item.entry), voice=drawing.voices.get(item.name))
        stills = replace(job, kind="stills", format="zip", output=str(folder / "stills.zip"))
        script = replace(job, kind="script", format="script", output=str(folder / "steps.script"))
        drawn = [*([job] if drawing.videos else []), *([stills] if drawing.vectors else [])]
        return drawn or [script]
    found = []
    places = areas(item.columns, heading_lines=1 if item.part.heading else 0)
    for number, (block, place) in enumerate(zip(item.columns, places, strict=True)):
        if isinstance(block, Figure) and block.entry:
            live = isinstance(block, Live)
            asked_of: Options = options(
                FigureOptions, theme=drawing.theme, transparent=True, format="svg", live=live,
                output=f"{folder}/{number}/", params=_params(item, block),
            )  # fmt: skip
            (job,) = request.jobs(asked_of, [block.entry])
            assert job.page is not None
            page = replace(job.page, area=(place.width, place.height))
            found.append(replace(job, page=page))
    return found


def _params(item: Item, figure: Figure) -> Mapping[str, Any]:
    """Those of a figure; of a live one, where its controls start.

    Raises:
        UsageError: for a sweep that cannot be, with its place.
    """
    if not isinstance(figure, Live) or not figure.entry:
        return figure.params
    try:
        return at_start(LiveRequest(figure.entry, figure.sweep, figure.params))
    except UsageError as error:
        raise _with_place(item, figure, error) from error


def _with_pages(item: Item, drawing: DrawingOptions) -> Item:
    """The item with the pages of its live figures, each state of them drawn, if they are wanted."""
    if not drawing.pages:
        return item
    made = tuple(_with_page(item, b, drawing) if isinstance(b, Live) else b for b in item.columns)
    return replace(item, columns=made)


def _with_page(item: Item, figure: Live, drawing: DrawingOptions) -> Live:
    assert figure.entry is not None
    wanted = LiveRequest(figure.entry, (f"theme={drawing.theme}", *figure.sweep), figure.params)
    run = RunOptions(drawing.jobs, drawing.timeout, quiet=drawing.quiet or drawing.as_json)
    try:
        (made,) = explored([wanted], run)
    except (UsageError, RenderError) as error:
        raise _with_place(item, figure, error) from error
    return replace(figure, page=document(made.payload, "slide"))


def _with_place(
    item: Item, figure: Live, error: UsageError | RenderError
) -> UsageError | RenderError:
    return type(error)(f"{figure.place.words or item.place}: {error}")


def _refuse_failure(item: Item, outcome: Outcome) -> None:
    if outcome.code:
        message = f"{item.place}: {outcome.message}" if item.place else outcome.message
        raise UsageError(message) if outcome.code == 2 else RenderError(message)


def _steps_of(item: Item, jobs: Sequence[Job], theme: Theme, folder: Path) -> Iterator[Step]:
    match item.part:
        case ScenePart():
            yield from _films(item, item.part, jobs, folder)
        case VideoPart():
            yield own_video(item, item.part, theme, folder)
        case _:
            drawn = iter([Path(job.output) for job in jobs])
            yield from pages.page(item, item.part, drawn, theme, folder)


def _films(item: Item, part: ScenePart, jobs: Sequence[Job], folder: Path) -> Iterator[Step]:
    """A scene's steps."""
    pauses, fps = read_pauses(Path(jobs[0].output).with_suffix(".json"))
    count, title = len(pauses), jobs[0].scene.title
    if part.highest_step() > count:
        raise item.refuse(
            f"{item.name} has {counted(count, 'step')}, but the lecture speaks of step "
            f"{part.highest_step()}."
        )
    outputs = {job.kind: Path(job.output) for job in jobs}
    ends = [pause.end for pause in pauses]
    clips = _clips(outputs["video"], ends) if "video" in outputs else [None] * count
    stills = _stills(outputs["stills"], ends) if "stills" in outputs else [None] * count
    begin = 0
    for number, pause in enumerate(pauses, 1):
        notes = part.notes_of(number, pause.notes)
        seconds, begin = (pause.end - begin) / fps, pause.end
        film = FilmSlide(
            seconds,
            loop=pause.loop or includes(part.loop, number),
            auto=pause.auto or includes(part.auto, number),
            captions=as_vtt(found).decode() if (found := cues(notes, 0, seconds)) else "",
            clip=clips[number - 1],
            still=stills[number - 1],
            said=pause.said,
        )
        alt = f"{title}, step {number} of {count}"
        yield Step(item.name, number, count, title, alt, notes, film, part.minutes)


def read_pauses(sidecar: Path) -> tuple[list[Pause], float]:
    """A scene's pauses, and its frames a second; what comes after the last pause is one more."""
    content = json.loads(sidecar.read_bytes())
    fps = float(content["fps"])
    pauses = [Pause(round(slide.pop("time") * fps), **slide) for slide in content["slides"]]
    total = round(content["duration"] * fps)
    if not pauses or pauses[-1].end < total:
        pauses.append(Pause(total))
    return pauses, fps


def _clips(video: Path, ends: Sequence[int]) -> list[FilmPiece]:
    """The video cut at the frames of those numbers, without encoding it again."""
    stills = frames_at(video, [0, *(end - 1 for end in ends)])
    clips = []
    for number, (first, end) in enumerate(zip([0, *ends], ends, strict=False)):
        piece = video.with_name(f"step-{number + 1}.mp4")
        cut(video, first, end, piece)
        clips.append(FilmPiece(piece, stills[number], stills[number + 1]))
    return clips


def _stills(bundle: Path, ends: Sequence[int]) -> list[Still]:
    """The pages of those frames, unpacked beside the archive."""
    folder = bundle.parent
    found = []
    with zipfile.ZipFile(bundle) as source:
        for end in ends:
            source.extract(f"{end}.pdf", folder)
            words: list[dict[str, Any]] = json.loads(source.read(f"{end}.json"))
            found.append(Still(f"/{folder.name}/{end}.pdf", tuple(words)))
    return found
