"""A network of a thousand weights learns handwritten digits, and its loss is measured on a plane
through weight space. Three optimisers walk there from one start; the plane says how much of each
walk it keeps. Then close-ups: two places of equal loss, one sharper than the other, a saddle where
the gradient vanishes, and a surface on which the step size alone decides where descent ends."""

import itertools
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from manim import Create, FadeIn, FadeOut, Mobject, VGroup, linear
from pydantic import Field

from mlanim.stage import layout, theme
from mlanim.stage.arrays.surface import View, bilinear
from mlanim.stage.layout import STAGE, Box
from mlanim.stage.marks.legend import Key, legend, legend_height
from mlanim.stage.marks.rows import Rows
from mlanim.stage.marks.shapes import Dot
from mlanim.stage.marks.traced_path import Walk, until
from mlanim.stage.path_independent import ByShare
from mlanim.stage.pictures.landscape.loss_charts import contour_plane, level_bar, slice_chart
from mlanim.stage.plots.contour import ContourBands
from mlanim.stage.plots.fixed_chart import Chart
from mlanim.stage.plots.relief import Relief
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.steps import exchange
from mlanim.stage.table import Table, along, stacked, table
from mlanim.stage.text.number import Number
from mlanim.stage.text.texts import Colored, Content, Text
from mlanim.words.numbers import format_number

ROLES = {"sgd": "gradient", "momentum": "weight", "adam": "text"}
NAMES = {"sgd": "SGD", "momentum": "Momentum", "adam": "Adam"}
RATE_ROLES = ("text", "weight", "gradient")
LEFT, RIGHT = STAGE.columns(6, 6, gap=0.9)
WIDE = 6.0  # a still's panel as wide has its key beside it, manim units
DESCENTS = RIGHT.inset(top=2.5)
SIDE = 4.25  # manim units: of a square chart that fills the stage's height
LOSS, KEPT, TEST = 3.3, 4.7, 6.0  # right edges of the columns beside the paths


class LossLandscape(LessonScene):
    """The loss landscape"""

    order = 2
    after = ("derivative",)

    class Params(SceneParams):
        dataset: Literal["digits", "moons"] = Field("digits", description="What is learnt.")
        directions: Literal["pca", "random"] = Field(
            "pca",
            description="The plane: the paths' two principal components, or two random directions "
            "scaled filter by filter.",
        )
        optimizer: Literal["sgd", "momentum", "adam"] = Field(
            "momentum", description="The run whose last weights are the plane's origin."
        )
        resolution: int = Field(
            41, ge=11, le=81, description="Points of the loss grid along each side."
        )

    @staticmethod
    def compute(params: Params) -> Any:
        from mlanim.core.landscape.landscape_lecture import landscape_lecture

        return landscape_lecture(
            params.dataset, params.directions, params.optimizer, params.seed, params.resolution
        )

    def construct(self) -> None:
        title = self.show_title("The loss landscape")
        self._plane()
        self._paths()
        self._tilt(title)
        self.clear_stage(title)
        self._sharp_and_flat()
        self.clear_stage(title)
        self._saddle()
        self.clear_stage(title)
        self._step_size()

    # A plane through weight space

    def _plane(self) -> None:
        self.chart, self.bands = self._plane_chart(LEFT)
        self.play(FadeIn(self.chart), FadeIn(self.bands), FadeIn(self._scale(RIGHT)))
        self.say(self._network())
        self._probe()
        self.next_slide(
            "Every point of this plane is a whole network, and its colour is the training loss."
        )

    def _probe(self) -> None:
        """A point wanders over the plane to its origin, and its loss is read off."""
        plane = self.data.plane
        at = np.linspace(0, 1, 61)[:, None]
        start = 0.85 * np.array([plane.x[0], plane.y[-1]])
        bend = 0.25 * np.array([-start[1], start[0]])
        way = (1 - at) * start + np.sin(np.pi * at) * bend
        low, high = np.array([plane.x[[0, -1]], plane.y[[0, -1]]]).T
        losses = bilinear(plane.loss, (way - low) / (high - low))
        table = Rows(RIGHT, 2.5)
        words = table.names("Loss of the network at this point")
        number = Number(losses[0], 3).baseline_at([RIGHT.left + KEPT, table.baseline(0), 0])
        dot = Dot(self.chart.place(way[0]), "text", 0.11, rim=True)
        index = np.arange(len(way))

        def move(_: VGroup, share: float) -> None:
            now = share * index[-1]
            dot.move_to(self.chart.place(until(way, now)[-1]))
            number.set_value(float(np.interp(now, index, losses)))

        self.play(FadeIn(dot), FadeIn(words), FadeIn(number), run_time=theme.BEAT)
        self.play(ByShare(VGroup(dot, number), move), run_time=theme.SLOW)
        self.probe = VGroup(dot, words, number)

    def _plane_chart(self, box: Box) -> tuple[Chart, ContourBands]:
        plane = self.data.plane
        if plane.directions == "pca":
            names = "first principal component (distance in weight space)", "second component"
        else:
            names = "first random direction", "second random direction"
        return contour_plane(box, plane.x, plane.y, plane.loss, plane.levels, SIDE, names)

    def _network(self) -> str:
        net = self.data.network
        widths = "–".join(map(str, net.widths))
        what = "digits" if net.dataset == "digits" else "points"
        return (
            f"A {widths} network, {net.parameters:,} weights, trained on {net.train_examples:,} "
            f"{what}: a plane through the space of its weights"
        )

    def _scale(self, box: Box) -> VGroup:
        bar = level_bar(self.data.plane.levels, 3.2)
        bar.shift([box.left + 1.95 - bar.strip.get_center()[0], box.top - 0.85, 0])
        return VGroup(layout.heading(box, "Training loss on a plane"), bar)

    # Three paths on it

    def _paths(self) -> None:
        paths, table = self.data.paths, Rows(RIGHT, 2.5)
        legend = self._legend(RIGHT)
        head = table.values(LOSS, *["" for _ in paths], head="loss")
        losses = [Number(path.train_loss[0], 3) for path in paths]
        for row, number in enumerate(losses):
            number.baseline_at([RIGHT.left + LOSS - 0.42, table.baseline(row), 0])
        coming = [exchange(None, new, 0.45) for new in (legend, head, *losses)]
        self.play(*exchange(self.probe, None, end=0.45), *itertools.chain(*coming))
        self.say("One start, the same batches: only the rule for the step differs")
        self.walks = [self._walk(self.chart, path) for path in paths]
        running = (
            ByShare(number, lambda n, share, p=path: n.set_value(_at(p.train_loss, share)))
            for number, path in zip(losses, paths, strict=True)
        )
        walking = (walk.walking() for walk in self.walks)
        self.play(*walking, *running, run_time=4, rate_func=linear)
        self.next_slide("Each path is a whole run, projected onto the plane by least squares.")
        self.play(FadeIn(self._shares()), *self.saying(*self._gap()))
        self.next_slide(
            "A path's own loss is not the colour under it: that is the loss of its projection."
        )

    def _walk(self, chart: Chart, path: Any) -> Walk:
        return Walk(chart.place(path.coordinates), ROLES[path.optimizer])

    def _legend(self, box: Box) -> VGroup:
        names = [path.optimizer for path in self.data.paths]
        return Rows(box, 2.5).keys([ROLES[n] for n in names], *(NAMES[n] for n in names))

    def _shares(self) -> VGroup:
        """How much of each path the plane keeps, and how good the network at its end is."""
        data, table = self.data, Rows(RIGHT, 2.5)
        kept = [_percent(path.distance_kept) for path in data.paths]
        tested = [_percent(path.test_accuracy, 1) for path in data.paths]
        remark = Text(
            "kept: share of the squared distance to the origin that the plane shows; "
            f"of a random walk it would show {_percent(data.walk_distance_kept)}",
            size="small", role="muted", width=RIGHT.width,
        )  # fmt: skip
        return VGroup(
            table.values(KEPT, *kept, head="kept"),
            table.values(TEST, *tested, head="test accuracy"),
            remark.baseline_at([RIGHT.left, table.baseline(3) - 0.25, 0]),
        )

    def _gap(self) -> list[Content]:
        gap = max(self.data.paths, key=lambda path: path.largest_gap)
        return [
            "The plane is a shadow: the loss of a path differs from the colour under it by up to ",
            Colored(format_number(gap.largest_gap), "highlight"),
        ]

    # The same plane in space

    def _tilt(self, title: Text) -> None:
        """The contours, seen from above, become a surface as the camera goes down."""
        low, high = self.chart.box
        above = View(0, np.pi / 2, SIDE / 2, np.array([*(low + high) / 2, 0]))
        relief = self._relief(above, self._directions())
        self.play(FadeIn(relief.surface), *self.saying())
        legend = self._legend(RIGHT.inset(left=3.0))
        self.remove(self.bands, *self.walks)
        self.clear_stage(title, relief.surface)
        below = View(0.45, 0.62, 2.45, np.array([-1.7, -0.6, 0]))
        self.play(above.gliding(below), run_time=theme.SLOW)
        self.play(FadeIn(relief.labels), FadeIn(legend))
        scale = "" if self.data.plane.height_is == "loss" else ", on a logarithmic scale"
        self.say(f"The same plane in space: the height is the training loss{scale}")
        self.play(above.turn.animate.set_value(1.15), run_time=3)
        self.next_slide("The paths lie where the plane keeps them, not at their own loss.")

    def _relief(self, view: View, names: tuple[str, str, str] | None) -> Relief:
        plane = self.data.plane
        powers = plane.height_is != "loss"
        relief = Relief(plane.height, plane.x, plane.y, view, powers, names)
        for path in self.data.paths:
            world = relief.world(path.coordinates, path.plane_height)
            relief.trace(path.optimizer, world, ROLES[path.optimizer])
        return relief

    def _directions(self) -> tuple[str, str, str]:
        plane = self.data.plane
        kind = "component" if plane.directions == "pca" else "direction"
        first, second = (
            f"{name} {kind}: {_ends_of(axis)}"
            for name, axis in (("first", plane.x), ("second", plane.y))
        )
        return first, second, "training loss"

    # Sharp and flat

    def _sharp_and_flat(self) -> None:
        pair = self.data.batch_sizes
        charts, below = STAGE.rows(4.2, 1.5, gap=0.2)
        left, right = charts.columns(1, 1, gap=1.0)
        table = Rows(below, 0.85, 0.5)
        names = table.names(
            *(Colored(f"Batch {end.batch_size}", role) for end, role in self._ends())
        )
        columns = self._measures(table)
        steep = self._slices(left, "steep_slice", pair.distances, "distance along it")
        mean = self._slices(right, "train_slice", pair.alphas, "filter-normalised distance")
        self.play(FadeIn(names), FadeIn(columns[0]), *self.saying(*self._training()))
        heads = (
            layout.heading(left, "Along the steepest direction"),
            layout.heading(right, "Along random directions"),
        )
        self.play(*map(FadeIn, (*heads, steep[0], mean[0])))
        self.play(*(Create(curve) for curve in steep[1:]), FadeIn(columns[1]), run_time=1.5)
        self.play(*(Create(curve) for curve in mean[1:]), run_time=1.5)
        self.next_slide("Both stop at one training loss: two places, not two amounts of training.")
        self.play(FadeIn(columns[2]), FadeIn(columns[3]), *self.saying(self._verdict()))
        self.next_slide(f"Along random directions {self._rises()}: it depends on where one looks.")

    def _rises(self) -> str:
        lesser = self.data.batch_sizes.rise.lesser
        return "both rise alike" if lesser == "neither" else f"the {lesser} rises less"

    def _ends(self) -> Iterator[tuple[Any, str]]:
        pair = self.data.batch_sizes
        return zip((pair.small, pair.large), ("weight", "input"), strict=True)

    def _training(self) -> list[Content]:
        pair = self.data.batch_sizes
        small, large = (Colored(str(end.batch_size), role) for end, role in self._ends())
        end = f": one start, and both stopped at a training loss of {pair.target_loss:g}"
        return ["Batches of ", small, " and of ", large, end]

    def _measures(self, table: Rows) -> list[VGroup]:
        """Columns: loss and curvature on the training data, loss and accuracy on the test data."""
        ends = [end for end, _ in self._ends()]
        columns = {
            "train loss": [format_number(end.train_loss, 3) for end in ends],
            "largest Hessian eigenvalue": [format_number(end.largest_eigenvalue) for end in ends],
            "test loss": [format_number(end.test_loss, 3) for end in ends],
            "test accuracy": [_percent(end.test_accuracy, 1) for end in ends],
        }
        rights = 3.3, 7.0, 9.6, 12.4
        return [
            table.values(right, *values, head=head)
            for right, (head, values) in zip(rights, columns.items(), strict=True)
        ]

    def _slices(self, box: Box, field: str, at: np.ndarray, x_label: str) -> VGroup:
        """A chart, and on it the loss around both end points."""
        area = box.below_heading().inset(left=0.6, right=0.2, top=0.4, bottom=0.75)
        slices = [(getattr(end, field), role) for end, role in self._ends()]
        return slice_chart(area, at, slices, x_label)

    def _verdict(self) -> str:
        """What this run found, in words that follow from the numbers."""
        pair = self.data.batch_sizes
        flatter, better = pair.eigenvalue.lesser, pair.test_loss.lesser
        if flatter == "neither":
            first = "Here both places are about as sharp"
        else:
            first = f"Here the {flatter} ended in the flatter place"
        if better == "neither":
            return f"{first}; the test losses cannot be told apart"
        joint = "and" if better == flatter else "but"
        return f"{first}, {joint} the {better} has the lower test loss"

    # A saddle

    def _saddle(self) -> None:
        saddle = self.data.saddle
        left, right = STAGE.columns(7.4, 4.6, gap=0.6)
        view = View(0.4, 0.7, 2.1, left.centre - [-0.35, 0.45, 0])
        span = _ends_of(saddle.offsets)
        names = f"steepest way down: {span}", f"steepest way up: {span}", "training loss"
        relief = Relief(saddle.plane_loss, saddle.offsets, saddle.offsets, view, names=names)
        middle = relief.world(np.zeros((1, 2)), np.array([saddle.loss]))[0]
        dot = relief.marker(middle, "text")
        self.play(FadeIn(relief), FadeIn(dot), FadeIn(self._saddle_facts(right)))
        self.say("With all weights at zero the gradient vanishes, and the loss curves both ways")
        self.play(view.turn.animate.set_value(1.0), run_time=2.5)
        self.next_slide(
            f"The whole Hessian was computed: {saddle.negative:,} of its eigenvalues are negative."
        )
        self.play(self._leaving(relief), FadeOut(dot), run_time=theme.SLOW, rate_func=linear)
        push, end = saddle.leaving.start_offset, saddle.leaving.loss[-1]
        self.say("A push of ", Colored(f"{push:g}", "gradient"),
                 f" is enough: descent leaves, and comes to a loss of {end:.2f}")  # fmt: skip
        self.next_slide("Descent does not stay at a saddle; it is only slow to leave it.")

    def _leaving(self, relief: Relief) -> ByShare:
        """Descent draws its path, as far as the plane shows it."""
        path, edge = self.data.saddle.leaving, self.data.saddle.offsets[-1]
        inside = np.all(np.abs(path.coordinates) <= edge, axis=1)
        world = relief.world(path.coordinates[inside], path.plane_loss[inside])

        def draw(shown: Relief, share: float) -> None:
            shown.trace("leaving", until(world, share * (len(world) - 1)), "gradient")

        return ByShare(relief, draw)

    def _saddle_facts(self, box: Box) -> VGroup:
        saddle, table = self.data.saddle, Rows(box, 1.05)
        facts = {
            "length of the gradient": _below_power_of_ten(saddle.gradient_norm),
            "eigenvalues below zero": f"{saddle.negative:,}",
            "eigenvalues at zero": f"{saddle.zero:,}",
            "eigenvalues above zero": f"{saddle.positive:,}",
            "steepest curvature down": format_number(saddle.down_eigenvalue),
            "steepest curvature up": format_number(saddle.up_eigenvalue),
        }
        heading = layout.heading(box, "A saddle of this network")
        return VGroup(heading, table.names(*facts), table.values(box.width, *facts.values()))

    # The step size alone decides

    def _step_size(self) -> None:
        wells, table = self.data.step_sizes, Rows(DESCENTS, 1.05)
        chart, bands = self._wells(LEFT)
        self.play(FadeIn(chart), FadeIn(bands), FadeIn(self._thresholds()))
        self.say("A surface made for this: two minima of one depth, one sharp and one flat")
        heading = layout.heading(DESCENTS, "Where descent ends")
        for row, (descent, role) in enumerate(zip(wells.descents, RATE_ROLES, strict=True)):
            key = Key(RIGHT.left, table.baseline(row), role, f"step size {descent.rate:g}")
            walk = Walk(chart.place(descent.positions), role, "thin")
            end = "neither" if descent.ended_in == "neither" else f"{descent.ended_in} minimum"
            words = Text(end).baseline_at([RIGHT.left + 3.3, table.baseline(row), 0])
            self.play(FadeIn(key), *([FadeIn(heading)] if row == 0 else []), run_time=theme.BEAT)
            self.play(walk.walking(rate_func=_early), run_time=1.2)
            self.play(FadeIn(words), run_time=theme.BEAT)
        self.say(*self._step_sentence())
        self.next_slide("Descent holds in a minimum only while step times curvature is below two.")

    def _wells(self, box: Box) -> tuple[Chart, ContourBands]:
        wells = self.data.step_sizes
        levels = np.quantile(wells.loss, np.linspace(0.02, 0.9, 10))
        names = "first weight", "second weight"
        return contour_plane(box, wells.x, wells.y, wells.loss, levels, SIDE, names)

    def _thresholds(self) -> VGroup:
        """Both minima: the curvature, and up to which step size descent holds there."""
        wells = self.data.step_sizes.sharp, self.data.step_sizes.flat
        table = Rows(RIGHT, 1.4)
        curvatures = [format_number(float(well.eigenvalues[-1]), 1) for well in wells]
        limits = [format_number(well.threshold, 3) for well in wells]
        return VGroup(
            layout.heading(RIGHT, "How large a step may be"),
            table.names(*(f"{well.name.capitalize()} minimum" for well in wells)),
            table.values(4.2, *curvatures, head="curvature λ"),
            table.values(6.0, *limits, head="holds below 2/λ"),
        )

    def _step_sentence(self) -> list[Content]:
        largest, threshold = self.data.step_sizes.descents[-1], self.data.step_sizes.sharp.threshold
        return ["A step of ", Colored(f"{largest.rate:g}", RATE_ROLES[-1]),
                f", over {threshold:.3f}, cannot stay in the sharp minimum: "
                f"it ends in the {largest.ended_in} one"]  # fmt: skip

    # The still

    def figure(self) -> None:
        self._paths_panel()
        self._surface_panel()
        self._slices_panel()

    def _paths_panel(self) -> None:
        plane = self.data.plane
        x, y = np.meshgrid(plane.x, plane.y)
        grid = {"x": x.ravel(), "y": y.ravel(), "loss": plane.loss.ravel()}
        shares = ", ".join(
            f"{_percent(path.distance_kept)} of {NAMES[path.optimizer]}'s"
            for path in self.data.paths
        )
        self.panel(
            "paths",
            self._figure_paths,
            heading="Three runs on one plane",
            height=lambda width: 4.6 if width > WIDE else width + 1.2,
            least=4.4,
            data={
                "paths": stacked(*(self._path_table(path) for path in self.data.paths)),
                "plane": table(grid, {"loss": "nat"}),
            },
            says=f"The plane keeps {shares} squared distances to its origin.",
        )

    def _path_table(self, path: Any) -> Table:
        before = {"optimizer": path.optimizer, "step": path.steps, "train_loss": path.train_loss}
        return along(path.coordinates, before=before, units={"train_loss": "nat"})

    def _figure_paths(self, box: Box) -> list[Mobject]:
        """The plane with its key below or, on a wide place, beside it."""
        data, wide = self.data, box.width > WIDE
        side = min(box.width - 0.8, box.height - (1.0 if wide else 1.9))
        kind = "principal component" if data.plane.directions == "pca" else "random direction"
        plane, names = data.plane, (f"first {kind}", f"second {kind}")
        chart, bands = contour_plane(box, plane.x, plane.y, plane.loss, plane.levels, side, names)
        up = np.array([0, box.top - 0.36 - chart.box[1][1], 0])
        VGroup(chart, bands).shift(up)
        (left, bottom), (right, top) = chart.box
        entries = [(ROLES[path.optimizer], NAMES[path.optimizer]) for path in data.paths]
        if wide:
            key = Box(right + 0.45, box.bottom, box.right, top)
        else:
            key = Box(left, box.bottom, box.right, bottom - 0.75)
        width = min(2.2, key.width - 0.5)
        bar = level_bar(plane.levels, width, "training loss")
        bar.shift([key.left + 0.15 + width / 2, key.top - 0.36, 0])
        lines = legend(entries, key.inset(top=0.9))
        walks = [self._walk(chart, path) for path in data.paths]
        return [chart, bands, *walks, bar, lines]

    def _surface_panel(self) -> None:
        plane = self.data.plane
        x, y = np.meshgrid(plane.x, plane.y)
        columns = {"x": x.ravel(), "y": y.ravel(), plane.height_is: plane.height.ravel()}
        traces = [
            along(path.coordinates, before={"optimizer": path.optimizer, "loss": path.plane_loss})
            for path in self.data.paths
        ]
        self.panel(
            "surface",
            self._figure_surface,
            heading="The plane in space",
            remark=("training loss",),
            height=lambda width: min(0.78 * width, 4.2),
            least=4.0,
            data={"surface": table(columns), "traces": stacked(*traces)},
            says=f"As a surface, whose height is the {plane.height_is}.",
        )

    def _figure_surface(self, box: Box) -> list[Mobject]:
        scale = min((box.width - 0.75) / 2.82, (box.height - 0.25) / 2.62)
        view = View(0.7, 0.66, scale, np.array([box.centre[0] + 0.2, box.centre[1], 0]))
        middle = (0.79 * 1.1) * scale / 2  # the floor lies that much under the whole
        view.centre = view.centre - np.array([0, middle, 0])
        relief = self._relief(view, None)
        return [relief.surface, relief.labels]

    def _slices_panel(self) -> None:
        pair = self.data.batch_sizes
        small, large = (format_number(end.largest_eigenvalue) for end, _ in self._ends())
        losses = {f"batch {end.batch_size}": end.steep_slice for end, _ in self._ends()}
        self.panel(
            "sharp and flat",
            self._figure_slices,
            heading="Sharp and flat",
            height=lambda width: min(0.95 * width, 4.6),
            least=3.8,
            share=0.9,
            data=table({"distance": pair.distances, **losses}, dict.fromkeys(losses, "nat")),
            says=f"The largest eigenvalues are {small} and {large}. {self._verdict()}.",
        )

    def _figure_slices(self, box: Box) -> list[Mobject]:
        pair = self.data.batch_sizes
        entries = [
            (role, f"batch {end.batch_size}: λ = {format_number(end.largest_eigenvalue)}")
            for end, role in self._ends()
        ]
        key = legend_height(entries, box.width - 0.6)
        area = box.inset(left=0.6, right=0.15, top=0.36, bottom=0.78 + key)
        slices = [(end.steep_slice, role) for end, role in self._ends()]
        chart = slice_chart(area, pair.distances, slices, "along the steepest direction")
        below = Box(area.left, box.bottom, box.right, area.bottom - 0.74)
        return [*chart, legend(entries, below)]


def _at(values: np.ndarray, share: float) -> float:
    return float(np.interp(share * (len(values) - 1), np.arange(len(values)), values))


def _early(share: float) -> float:
    """Most of the time for the first steps: they are the story."""
    return share**2


def _ends_of(axis: np.ndarray) -> str:
    return f"{format_number(axis[0], 0)} to {format_number(axis[-1], 0)}"


def _percent(share: float, places: int = 0) -> str:
    return format_number(100 * share, places, suffix=" %")


def _below_power_of_ten(value: float) -> str:
    if value == 0:
        return "0"
    digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "below 10" + str(int(np.ceil(np.log10(value)))).translate(digits)
