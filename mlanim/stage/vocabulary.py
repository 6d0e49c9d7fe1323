"""All words that a scene is written with, in one place.

    from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track

What a scene is: `LessonScene`, `SceneParams`. What stands on its stage: `Panel`, with a picture in
it. What runs: `Track`; what depends on it: `combined`, and for any mobject `follow`.

Pictures, each of which fills the box that it is given:

- `Chart`: curves, dots, bands, fields and much else on linear or logarithmic axes
- `Bars`: lying or upright, with names and numbers at their tips
- `Matrix`: cells with numbers, rims around rows and cells
- `SurfaceChart`: a surface over two axes, with paths on it
- `Simplex`: three probabilities in a triangle
- `ImageGrid`: images in rows with captions
- `Graph`: a network with its activations and weights
- `ComputationGraph`: values flow right, rates of change left
- `Tokens`: words, with the weights of one of them as arcs or colours
- `CodeBlock`: code with marked lines
- `Lines`: sentences with values in them that follow tracks; `Paragraphs`: words broken into lines
- `Meters` of `Meter`: a name, a number and a bar for each quantity
- `GrowingTable`: rows that come one by one
- `Rows`, `Columns`, `Multiples`: pictures beside and under one another
- `Picture`: the base of a picture of one's own; `Valued` for one that shows an array; `Drawn` for
  one that is shown once, `Composed` for mobjects that stand already

Text: captions, headings, titles, and labels of axes are templates (see `mlanim.words.sentence`);
names of marks, bars, classes and words are shown word for word. `Math` is mathematics in Typst's
syntax, `Colored` words in a role's colour, and `Text`, `Formula`, `Number`
and `LiveText` are mobjects. `table` makes the numbers behind a panel.

Colours of fields and cells: `signed_palette`, `weights_palette`.
"""

from __future__ import annotations

from mlanim.stage.colors.colormap import signed_palette, weights_palette
from mlanim.stage.graphs.computation import ComputationGraph
from mlanim.stage.graphs.graph import Graph
from mlanim.stage.layout import Box
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Columns, Composed, Drawn, Picture, Rows, Valued
from mlanim.stage.pictures.code import CodeBlock
from mlanim.stage.pictures.images import ImageGrid
from mlanim.stage.pictures.lines import Lines, Paragraphs
from mlanim.stage.pictures.multiples import Multiples
from mlanim.stage.pictures.tokens import Tokens
from mlanim.stage.plots.bars import Bars
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.growing_table import GrowingTable
from mlanim.stage.plots.matrix import Matrix
from mlanim.stage.plots.meters import Meter, Meters
from mlanim.stage.plots.simplex import Simplex
from mlanim.stage.plots.surface_chart import SurfaceChart
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.table import Table, table
from mlanim.stage.text.live import LiveText
from mlanim.stage.text.number import Number
from mlanim.stage.text.texts import Colored, Formula, Math, Text
from mlanim.stage.track import Track, combined, follow, now

__all__ = [
    "Bars", "Box", "Chart", "CodeBlock", "Colored", "Columns", "Composed", "ComputationGraph",
    "Drawn", "Formula", "Graph", "GrowingTable", "ImageGrid", "LessonScene", "Lines",
    "LiveText", "Math", "Matrix", "Meter", "Meters", "Multiples", "Number", "Panel",
    "Paragraphs", "Picture", "Rows", "SceneParams", "Simplex", "SurfaceChart", "Table", "Text",
    "Tokens", "Track", "Valued", "combined", "follow", "now", "signed_palette", "table",
    "weights_palette",
]  # fmt: skip
