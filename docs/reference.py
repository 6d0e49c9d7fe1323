"""Makes the reference of the vocabulary as `mkdocs build` runs: its page, and a picture a word.

The page has a directive of mkdocstrings for each word, which prints its signature and docstring;
the picture is drawn by the word's example, in the dark and the light theme.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from operator import attrgetter
from typing import Any, get_args, get_type_hints

import examples
from manim import tempconfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation

from mlanim.engine.jobs.page import Page
from mlanim.export.figures.composition import compose
from mlanim.export.figures.repeatable import repeatable
from mlanim.export.figures.still import still
from mlanim.export.figures.vector import Viewport, as_vector
from mlanim.export.web.site import FONTS, asset
from mlanim.stage import theme, vocabulary
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Picture
from mlanim.stage.plots.marked import Marked
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.scene import LessonScene, SceneParams

THEMES = ("dark", "light")
WIDTH = 340.0  # points of a picture
STEPS = ("enter", "leave", "reveal", "sweep", "morph", "step", "ask", "say")
PAGE = "vocabulary.md"
HEAD = """# The vocabulary

All words that a scene is written with; `from mlanim.stage.vocabulary import …` has them. Each is
shown with lines that use it and the picture that they make.
"""


def words() -> list[str]:
    """Every public word, the marks of a chart, and the steps of a scene."""
    methods = vars(Marked).items()
    marks = [f"Chart.{name}" for name, one in methods if name[0] != "_" and _makes_a_mark(one)]
    steps = [f"LessonScene.{name}" for name in STEPS]
    return [*vocabulary.__all__, *marks, *steps]


def _makes_a_mark(method: Any) -> bool:
    """Whether it returns a mark, or a list of them."""
    kind = get_type_hints(method).get("return") if inspect.isfunction(method) else None
    kinds = get_args(kind) or (kind,)
    return any(isinstance(one, type) and issubclass(one, Mark) for one in kinds)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page, its pictures, the theme's colours and the font; called by MkDocs.

    In the repository the page is a list of the words, for who reads it there.
    """
    listed = files.get_file_from_path(PAGE)
    if listed is not None:
        files.remove(listed)
    made: dict[str, str | bytes] = {PAGE: page(), **pictures()}
    made |= {f"fonts/{font.name}": font.read_bytes() for font in FONTS.iterdir()}
    made |= {"icon.svg": asset("icon.svg"), "colors.css": colors()}
    for address, content in made.items():
        files.append(File.generated(config, address, content=content))
    return files


def on_nav(nav: Navigation, **_: Any) -> Navigation:
    """Lead to the gallery, which lies around the documentation; called by MkDocs."""
    nav.items.insert(0, Link("Scenes", "../index.html"))
    return nav


def colors() -> str:
    """The roles of each theme as custom properties of the site's two looks."""
    looks = {"slate": theme.DARK, "default": theme.LIGHT}
    return "\n".join(
        f'[data-md-color-scheme="{look}"] {{\n'
        + "".join(f"  --{role.replace('_', '-')}: {value};\n" for role, value in its.roles.items())
        + "}"
        for look, its in looks.items()
    )


def page() -> str:
    """The reference in Markdown, section by section."""
    parts = [HEAD]
    for title, drawn in examples.SECTIONS.items():
        parts.append(f"## {title}")
        parts += [entry(word, example) for word, example in drawn.items()]
    return "\n\n".join(parts) + "\n"


def entry(word: str, example: examples.Example) -> str:
    """A word: signature and docstring, the picture in both themes, the lines that make it."""
    meant = attrgetter(word)(vocabulary)
    images = [
        f"![What the lines below draw]({address(word, name)}#only-{name}){{ .drawn loading=lazy }}"
        for name in THEMES
    ]
    directive = f"::: {meant.__module__}.{meant.__qualname__}"
    return "\n\n".join([directive, "\n".join(images), f"```python\n{lines(example)}\n```"])


def address(word: str, name: str) -> str:
    """Where a word's picture lies beside the page. Case does not tell two words apart."""
    kind = "class-" if word[0].isupper() else ""
    return f"vocabulary/{kind}{word.replace('.', '-').lower()}-{name}.svg"


def lines(example: examples.Example) -> str:
    """The body of an example, without the `return` of its last line."""
    source = inspect.getsource(example)
    body = textwrap.dedent(source[re.search(r"\) -> .*:\n", source).end() :])  # type: ignore[union-attr]
    body = re.sub(r"\n*^return \w+$", "", body.rstrip(), flags=re.MULTILINE)
    body = re.sub(r"^return ", "", body, flags=re.MULTILINE)
    return re.sub(r"  # fmt: skip$", "", body, flags=re.MULTILINE)


def pictures() -> dict[str, bytes]:
    """An SVG for each word and theme, by its address."""
    made: dict[str, bytes] = {}
    for name in THEMES:
        theme.use(name)
        for section in examples.SECTIONS.values():
            made |= {address(word, name): drawn(word, one) for word, one in section.items()}
    return made


def drawn(word: str, example: examples.Example) -> bytes:
    """What an example makes, as an SVG in the theme in use."""
    if inspect.signature(example).parameters:
        return played(example)
    with theme.drawn_for(theme.PAGE):
        picture = example()
        assert isinstance(picture, Picture)
        made = compose({word: Panel(word, picture)}, Page(width=WIDTH), word)
        sheet = Viewport(made.box, made.unit, theme.rgb("background"))
        return repeatable(as_vector(StageCamera(), made.mobjects, sheet, "svg"), "svg")


def played(example: examples.Example) -> bytes:
    """The last state of a scene on which an example was played."""
    with tempconfig({"dry_run": True, "progress_bar": "none"}):
        scene: Any = Scene(params=SceneParams(), data={}, skip_animations=True)
        scene.renderer.skip_animations = scene.renderer._original_skipping_status = True
        scene.setup()
        example(scene)
        return still(scene, "svg", WIDTH)


class Scene(LessonScene[SceneParams, Any]):
    """The title of the scene"""
