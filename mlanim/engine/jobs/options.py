"""The options of what is made: each is said once, with its type, its default and its help.

The command line's flags are made from these fields (`commands/flags.py`), and `mlanim.render` and
`mlanim.figure` take them by the same names. None is for what was not said: then mlanim.toml and
MLANIM_* say it, or what is usual holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.encoder import parse_option
from mlanim.engine.jobs.job import THEMES
from mlanim.engine.jobs.kinds import FIGURE_FORMATS, VIDEO_FORMATS, Kind
from mlanim.engine.jobs.page import LAYOUTS, TABLES

Quality = Literal["l", "m", "h", "p", "k"]
Time = str | float
"""Seconds, or a text such as "2s" or "1:05"."""


@dataclass(frozen=True)
class Flag:
    """How an option is given on the command line.

    `metavar` is what stands for its value in the help, `names` are flags other than its own, and
    `choices` are all the values that it takes, if they are few.
    """

    metavar: str | None = None
    names: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def option(help: str, *, default: Any = None, **flag: Any) -> Any:
    """A field that is a flag of the command line too; `help` is what its help says."""
    extra: Any = {"flag": Flag(**flag)}
    return Field(default, description=help, json_schema_extra=extra)


class Options(BaseModel):
    """What all kinds of output have in common.

    `output` is a file or a folder, and `params` are the scene's parameters, as they were given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[Kind]

    output: str | None = None
    params: Mapping[str, Any] = Field(default_factory=dict)
    theme: str | None = option(
        f"{', '.join(THEMES)}, or several with commas between; default: dark.", metavar="NAME,…"
    )
    transparent: bool | None = option("No background.")
    force: bool = option("Replace files that mlanim did not make, too.", default=False)

    @field_validator("params")
    @classmethod
    def _as_given(cls, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(params)


class VideoOptions(Options):
    """What a video can be asked to be."""

    kind = "video"

    quality: Quality | None = option(
        "480p15, 720p30, 1080p60 (the default), 1440p60, 2160p60.", names=("-q", "--quality")
    )
    fps: float | None = option("Frames a second, instead of -q's.", metavar="NUMBER")
    format: str | None = option(
        f"{', '.join(VIDEO_FORMATS)}; default: as -o ends.",
        metavar="FORMAT",
        choices=VIDEO_FORMATS,
    )
    burn_in: bool = option("Captions within the frames, below the picture.", default=False)
    resolution: str | None = option("Size in pixels, instead of -q's.", metavar="WxH")
    plays: int = option("Of a gif, apng, webp; default: for ever.", default=0, metavar="N")
    encoder: str | None = option(
        "One in graphics hardware, as h264_nvenc, h264_qsv, h264_videotoolbox.", metavar="NAME"
    )
    encoder_options: Mapping[str, str] = option(
        "As FFmpeg's encoder takes it, such as crf=16; repeatable.",
        default={},
        metavar="KEY=VALUE",
        names=("--encoder-option",),
    )
    voice: str | None = option(
        "Recordings to lay under it, one a step, as 01.wav and 02.mp3.", metavar="DIR"
    )
    tts: str | None = option(
        "A program that makes those that are not there, as 'espeak-ng -f {text} -w {out}'.",
        metavar="COMMAND",
    )
    slide: int | None = option("Only that slide.", metavar="N")
    start: Time | None = None
    end: Time | None = option(
        "Only up to there, and from --from TIME on.", metavar="TIME", names=("--to",)
    )

    @field_validator("encoder_options", mode="before")
    @classmethod
    def _as_pairs(cls, given: Any) -> Any:
        words = isinstance(given, (list, tuple))
        return dict(map(parse_option, given)) if words else given


class FigureOptions(Options):
    """What a figure can be asked to be."""

    kind = "figure"

    format: str | None = option(
        f"One or more of {', '.join(FIGURE_FORMATS)}; default: as -o ends.", metavar="FORMAT,…"
    )
    width: str | None = option("As 8.6cm, 3.4in, 246pt; default: 17.8cm.", metavar="LENGTH")
    height: str | None = option("Default: what the panels need.", metavar="LENGTH")
    layout: str | None = option(
        f"{', '.join(LAYOUTS)}; default: as many side by side as have room.",
        metavar="LAYOUT",
        choices=LAYOUTS,
    )
    letters: bool = option("Letter the panels: a, b, c.", default=False)
    panel: str | None = option("That panel alone.", metavar="NAME")
    panels: bool = option("Each panel in a file of its own as well.", default=False)
    at: str | None = option("The state at 3.2s, or at the end.", metavar="TIME")
    slide: int | None = option("The state at the N-th pause.", metavar="N")
    live: bool = option("The panels of a live page, as `explore` draws them.", default=False)
    crop: bool = option("End the page where the content ends.", default=False)
    dpi: float | None = option("Of a PNG; default: 300.", metavar="N")
    font_size: str | None = option("Of body text; default: 8pt.", metavar="SIZE")
    font: str | None = option("A shipped family, or a font's file.", metavar="NAME|FILE")
    text: bool = option("Text in SVG and PDF that can be searched.", default=False)
    data: str | None = option(
        f"Also the numbers behind it: {', '.join(TABLES)}.", metavar="FORMAT", choices=TABLES
    )


Model = TypeVar("Model", bound=Options)


def options(model: type[Model], **given: Any) -> Model:
    """The options that were given, in one value.

    Raises:
        UsageError: for an option of the wrong type, with its name and what was given.
    """
    try:
        return model(**given)
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]).replace("_", "-")
        said = problem["msg"].removeprefix("Input should be ").removeprefix("a valid ")
        raise UsageError(
            f"--{name} is {shortened(problem['input'])}; it must be {said}."
        ) from error
