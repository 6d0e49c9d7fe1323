"""A network of a thousand weights learns handwritten digits, and its loss is measured on a plane
through weight space. Three optimisers walk there from one start; the plane says how much of each
walk it keeps. Then close-ups: two places of equal loss, one sharper than the other, a saddle where
the gradient vanishes, and a surface on which the step size alone decides where descent ends."""

from typing import Any, Literal

import numpy as np
from manim import FadeIn, FadeOut, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from mlanim.stage import colormap, layout
from mlanim.stage.chart import Chart
from mlanim.stage.contour import ContourBands
from mlanim.stage.heatmap import ColorBar
from mlanim.stage.layout import Box
from mlanim.stage.number import Number, format_number
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.shapes import Dot, Polyline
from mlanim.stage.surface import Surface, View, as_world, floor_rectangle
from mlanim.stage.text import Colored, Math, Text

ROLES = {"sgd": "gradient", "momentum": "weight", "adam": "text"}
NAMES = {"sgd": "SGD", "momentum": "Momentum", "adam": "Adam"}
RATE_ROLES = ("text", "weight", "gradient")
RELIEF = 1.1  # world units between the lowest and the highest point of a surface


class LossLandscape(LessonScene):
    """The loss landscape"""

    category = "learning"

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
        from mlanim.core.landscape_lecture import landscape_lecture

        return landscape_lecture(
            params.dataset, params.directions, params.optimizer, params.seed, params.resolution
        )

    def construct(self) -> None:
        title = self.show_title("The loss landscape")
        self._plane()
        self._surface()
        self.clear_stage(title)
        self._sharp_and_flat()
        self.clear_stage(title)
        self._saddle()
        self.clear_stage(title)
        self._step_size()

    # The plane with three paths

    def _plane(self) -> None:
        left, right = layout.STAGE.columns(6, 6, gap=0.9)
        chart = self._plane_chart(left)
        bands = self._bands(chart)
        facts = self._facts(right)
        self.play(FadeIn(chart), FadeIn(bands), FadeIn(facts))
        self.say(self._network_sentence())
        self.next_slide(notes=self._network_notes())

        legend, losses = self._legend(right), self._losses(right)
        self.play(FadeIn(legend), FadeIn(losses))
        progress = ValueTracker(0)
        walks = [self._walk(chart, path, progress) for path in self.data.paths]
        self.add(*walks)
        for number, path in zip(losses[1:], self.data.paths, strict=True):
            number.add_updater(lambda n, p=path: n.set_value(_at(p.train_loss, progress)))
        self.say("One start, the same batches: only the rule for the step differs")
        last = len(self.data.paths[0].steps) - 1
        self.play(progress.animate.set_value(last), run_time=4, rate_func=linear)
        for mobject in (*losses, *(piece for walk in walks for piece in walk)):
            mobject.clear_updaters()
        self.next_slide(
            notes="Each path is the whole run, projected onto the plane by least squares."
        )

        shares = self._shares(right)
        self.play(FadeIn(shares), *self.saying(*self._share_sentence()))
        self.next_slide(
            notes="A path's loss is not the colour under it: the plane shows the loss at the "
            "projection. A random walk's share says how little explained variance alone proves."
        )
        self.play(FadeOut(VGroup(facts, legend, losses, shares, chart, bands, *walks)))

    def _plane_chart(self, box: Box, side: float = 4.25) -> Chart:
        plane = self.data.plane
        x = y = None
        if plane.directions == "pca":
            x, y = "first principal component (distance in weight space)", "second component"
        else:
            x, y = "first random direction", "second random direction"
        span = (float(plane.x[0]), float(plane.x[-1])), (float(plane.y[0]), float(plane.y[-1]))
        chart = Chart(*span, side, side, x_label=x, y_label=y, grid=False)
        return _lower_left(chart, box)

    def _bands(self, chart: Chart) -> ContourBands:
        plane = self.data.plane
        return ContourBands(chart, plane.x, plane.y, plane.loss, plane.levels)

    def _walk(self, chart: Chart, path: Any, progress: ValueTracker | None = None) -> VGroup:
        """A path with a rim that keeps it off the colours below, and a dot at its head."""
        places, role = chart.place(path.coordinates), ROLES[path.optimizer]
        rim, line = Polyline(places, "background", "bold"), Polyline(places, role)
        head = Dot(places[-1], role)
        if progress is not None:
            at = lambda: _until(places, progress.get_value())  # noqa: E731
            rim.add_updater(lambda m: m.set_path(at()))
            line.add_updater(lambda m: m.set_path(at()))
            head.add_updater(lambda m: m.move_to(at()[-1]))
            VGroup(rim, line, head).update(0)
        return VGroup(rim, line, head)

    def _network_sentence(self) -> str:
        net = self.data.network
        widths = "–".join(map(str, net.widths))
        return (
            f"A {widths} network, {net.parameters:,} weights, trained on {net.train_examples:,} "
            f"{'digits' if net.dataset == 'digits' else 'points'}"
        )

    def _network_notes(self) -> str:
        net = self.data.network
        return (
            f"Every point of the plane is a whole network of {net.parameters} weights, and its "
            "colour is the loss on the training set."
        )

    def _facts(self, box: Box) -> VGroup:
        plane = self.data.plane
        heading = layout.heading(box, "Training loss on a plane")
        palette = lambda values: colormap.terrain(values, 0, 1)  # noqa: E731
        ends = f"{plane.levels[0]:g}", f"{plane.levels[-1]:g}"
        bar = ColorBar(palette, 0, 1, width=3.2, ends=ends)
        bar.shift([box.left + 1.95 - bar.strip.get_center()[0], box.top - 0.85, 0])
        return VGroup(heading, bar)

    def _legend(self, box: Box) -> VGroup:
        """Each run's stroke and name, a row each."""
        rows = [
            _key(box.left, self._row(box, row), ROLES[path.optimizer], NAMES[path.optimizer])
            for row, path in enumerate(self.data.paths)
        ]
        return VGroup(*rows)

    def _losses(self, box: Box) -> VGroup:
        """The training losses that will run, under their heading."""
        numbers = [
            Number(path.train_loss[0], 3).baseline_at([box.left + 2.9, self._row(box, row), 0])
            for row, path in enumerate(self.data.paths)
        ]
        return VGroup(self._column(box, 2.9, "loss"), *numbers)

    def _shares(self, box: Box) -> VGroup:
        head = VGroup(self._column(box, 4.3, "kept"), self._column(box, 5.6, "test"))
        for row, path in enumerate(self.data.paths):
            y = self._row(box, row)
            kept = f"{100 * path.distance_kept:.0f} %", f"{100 * path.test_accuracy:.1f} %"
            for text, x in zip(kept, (4.3, 5.6), strict=True):
                cell = Text(text)
                head.add(cell.baseline_at([box.left + x + 0.35 - cell.advance, y, 0]))
        walk = Text(
            "kept: share of the squared distance to the origin that the plane shows; of a random "
            f"walk it shows {100 * self.data.walk_distance_kept:.0f} %",
            size="small",
            role="muted",
            width=box.width,
        )
        return VGroup(head, walk.baseline_at([box.left, self._row(box, 3) - 0.25, 0]))

    def _column(self, box: Box, x: float, name: str) -> Text:
        text = Text(name, role="muted")
        return text.baseline_at([box.left + x + 0.35 - text.advance, self._row(box, -1), 0])

    def _row(self, box: Box, row: int) -> float:
        return box.top - 2.5 - 0.55 * row

    def _share_sentence(self) -> list[Any]:
        gap = max(self.data.paths, key=lambda path: path.largest_gap)
        return [
            "The plane is a shadow: at most ",
            Colored(format_number(gap.largest_gap), "highlight"),
            " of loss between a path and the colour under it",
        ]

    # The same plane in space

    def _surface(self) -> None:
        left, right = layout.STAGE.columns(9.6, 2.6)
        view = View(turn=0.35, elevation=0.66, scale=2.35, centre=left.centre - [0, 0.55, 0])
        surface, labels = self._loss_surface(view)
        legend = self._legend(right)
        self.play(FadeIn(surface), FadeIn(labels), FadeIn(legend))
        self.say(*self._height_sentence())
        self.play(view.turn.animate.set_value(1.1), run_time=5)
        self.next_slide(
            notes="The paths lie on the surface at their projections, not at their own loss."
        )

    def _height_sentence(self) -> list[Any]:
        return [f"The same plane in space: height is the {self.data.plane.height_is}"]

    def _loss_surface(self, view: View) -> tuple[Surface, VGroup]:
        plane = self.data.plane
        surface = Surface(_relief(plane.height, plane.height), view)
        surface.set_line("floor", floor_rectangle(-0.03), "muted", "thin")
        for path in self.data.paths:
            xy = np.column_stack(
                [
                    _centred(path.coordinates[:, 0], plane.x),
                    _centred(path.coordinates[:, 1], plane.y),
                ]
            )
            world = as_world(xy, 0.0)
            world[:, 2] = _relief(path.plane_height, plane.height)
            surface.set_line(path.optimizer, world, ROLES[path.optimizer], "bold", bias=0.12)
        return surface, self._height_axis(surface, view)

    def _height_axis(self, surface: Surface, view: View) -> VGroup:
        """Ticks on the edge at the left of the view; they follow the turn."""
        heights = self.data.plane.height
        powers = self.data.plane.height_is != "loss"
        low, high = float(heights.min()), float(heights.max())
        ticks = np.arange(np.ceil(low), np.floor(high) + 1) if powers else np.linspace(low, high, 3)
        corner = np.array([-1.0, 1.0])
        edge = np.array([[*corner, 0.0], [*corner, RELIEF]])
        surface.set_line("height axis", edge, "muted", "thin")
        labels = VGroup()
        for tick in ticks:
            label = Text(f"{10**tick:g}" if powers else format_number(tick), size="small")
            world = np.array([*corner, float(_relief(np.array([tick]), heights)[0])])

            def follow(text: VMobject, world: np.ndarray = world) -> None:
                place = view.project(world)
                text.baseline_at([place[0] - 0.15 - text.advance, place[1] - 0.08, 0])

            label.add_updater(follow)
            follow(label)
            labels.add(label)
        return labels

    # Sharp and flat

    def _sharp_and_flat(self) -> None:
        left, right = layout.STAGE.rows(4.3, 1.5, gap=0.15)[0].columns(1, 1, gap=1.0)
        pair = self.data.batch_sizes
        steep = self._slices(left, "steep_slice", pair.distances, "distance along it")
        mean = self._slices(right, "train_slice", pair.alphas, "filter-normalised distance")
        steep_title = layout.heading(left, "Along the steepest direction")
        mean_title = layout.heading(right, "Along random directions")
        table = self._minima_table()
        self.play(FadeIn(steep), FadeIn(steep_title), FadeIn(table))
        self.say(*self._training_sentence())
        self.next_slide(
            notes="Both runs start from the same weights and stop at the same training loss, so "
            "that two places are compared and not two amounts of training."
        )
        self.play(FadeIn(mean), FadeIn(mean_title), *self.saying(self._verdict()))
        self.next_slide(notes=self._verdict() + ". Sharpness depends on how weights are scaled.")

    def _training_sentence(self) -> list[Any]:
        pair = self.data.batch_sizes
        return [
            "Batches of ",
            Colored(str(pair.small.batch_size), "weight"),
            " and of ",
            Colored(str(pair.large.batch_size), "input"),
            f", one start, both stopped at a training loss of {pair.target_loss:g}",
        ]

    def _slices(self, box: Box, field: str, at: np.ndarray, x_label: str) -> VGroup:
        pair = self.data.batch_sizes
        curves = getattr(pair.small, field), getattr(pair.large, field)
        top = 1.05 * max(float(curve.max()) for curve in curves)
        room = box.below_heading()
        chart = Chart(
            (float(at[0]), float(at[-1])), (0.0, top), room.width - 0.8, room.height - 1.15,
            x_label=x_label, y_label="training loss",
        )  # fmt: skip
        low, high = chart.box
        chart.shift([room.left + 0.6 - low[0], room.top - 0.4 - high[1], 0])
        lines = [
            chart.curve(at, curve, role)
            for curve, role in zip(curves, ("weight", "input"), strict=True)
        ]
        return VGroup(chart, *lines)

    def _minima_table(self) -> VGroup:
        """Both end points, row by row: curvature, losses, accuracy."""
        pair = self.data.batch_sizes
        box = layout.STAGE.rows(4.3, 1.5, gap=0.15)[1]
        columns = np.array([0.0, 4.2, 7.2, 9.4, 11.8])
        heads = "", "largest Hessian eigenvalue", "train loss", "test loss", "test accuracy"
        table = VGroup()
        for x, head in zip(columns[1:] + 1.1, heads[1:], strict=True):
            text = Text(head, size="small", role="muted")
            table.add(text.baseline_at([box.left + x - text.advance, box.top - 0.35, 0]))
        for row, (end, role) in enumerate(((pair.small, "weight"), (pair.large, "input"))):
            y = box.top - 0.85 - 0.5 * row
            table.add(Text(f"Batch {end.batch_size}", role=role).baseline_at([box.left, y, 0]))
            values = (
                format_number(end.largest_eigenvalue),
                format_number(end.train_loss, 3),
                format_number(end.test_loss, 3),
                f"{100 * end.test_accuracy:.1f} %",
            )
            for x, value in zip(columns[1:] + 1.1, values, strict=True):
                cell = Text(value)
                table.add(cell.baseline_at([box.left + x - cell.advance, y, 0]))
        return table

    def _verdict(self) -> str:
        """What this run found, in words that follow from the numbers."""
        pair = self.data.batch_sizes
        flatter, better = pair.eigenvalue.lesser, pair.test_loss.lesser
        if flatter == "neither":
            first = "Here both minima are about as sharp"
        else:
            first = f"Here the {flatter} ended in the flatter place"
        if better == "neither":
            return f"{first}; the test losses cannot be told apart"
        joint = "and" if better == flatter else "but"
        return f"{first}, {joint} the {better} has the lower test loss"

    # A saddle

    def _saddle(self) -> None:
        saddle = self.data.saddle
        left, right = layout.STAGE.columns(7.4, 4.6, gap=0.6)
        view = View(turn=0.5, elevation=0.85, scale=2.2, centre=left.centre - [0, 0.5, 0])
        surface = self._saddle_surface(view)
        facts = self._saddle_facts(right)
        self.play(FadeIn(surface), FadeIn(facts))
        self.say("With all weights at zero the gradient vanishes, and the loss curves both ways")
        self.play(view.turn.animate.set_value(1.2), run_time=3)
        self.next_slide(
            notes="This is the same network's own loss. The Hessian is computed in full, and its "
            f"eigenvalues are counted: {saddle.negative} of them are negative."
        )
        self._leave(surface, saddle)
        self.say(
            "A push of ",
            Colored(f"{saddle.leaving.start_offset:g}", "gradient"),
            f" is enough: descent leaves, to a loss of {saddle.leaving.loss[-1]:.2f}",
        )
        self.next_slide(notes="Descent does not stay at a saddle; it is only slow to leave it.")

    def _saddle_surface(self, view: View) -> Surface:
        loss = self.data.saddle.plane_loss
        surface = Surface(_relief(loss, loss), view)
        return surface.set_line("floor", floor_rectangle(-0.03), "muted", "thin")

    def _saddle_path(self) -> np.ndarray:
        saddle = self.data.saddle
        path = saddle.leaving
        inside = np.all(np.abs(path.coordinates) <= saddle.offsets[-1], axis=1)
        xy = path.coordinates[inside] / saddle.offsets[-1]
        world = as_world(xy, 0.0)
        world[:, 2] = _relief(path.plane_loss[inside], saddle.plane_loss)
        return world

    def _leave(self, surface: Surface, saddle: Any) -> None:
        world, progress = self._saddle_path(), ValueTracker(0)
        surface.add_updater(
            lambda s: s.set_line(
                "leaving", _until(world, progress.get_value()), "gradient", "bold", 0.1
            )
        )
        self.play(progress.animate.set_value(len(world) - 1), run_time=2.5, rate_func=linear)

    def _saddle_facts(self, box: Box) -> VGroup:
        saddle = self.data.saddle
        heading = layout.heading(box, "A saddle of this network")
        rows = (
            ("length of the gradient", _power_of_ten(saddle.gradient_norm)),
            ("eigenvalues below zero", f"{saddle.negative}"),
            ("eigenvalues at zero", f"{saddle.zero}"),
            ("eigenvalues above zero", f"{saddle.positive}"),
            ("steepest curvature down", format_number(saddle.down_eigenvalue)),
            ("steepest curvature up", format_number(saddle.up_eigenvalue)),
        )
        table = VGroup(heading)
        for row, (name, value) in enumerate(rows):
            y = box.top - 1.05 - 0.55 * row
            table.add(Text(name, role="muted").baseline_at([box.left, y, 0]))
            cell = Text(value)
            table.add(cell.baseline_at([box.right - cell.advance, y, 0]))
        return table

    # The step size alone decides

    def _step_size(self) -> None:
        left, right = layout.STAGE.columns(6, 6, gap=0.9)
        chart, bands = self._wells(left, 4.25)
        table = self._rates_table(right)
        self.play(FadeIn(chart), FadeIn(bands))
        self.say("Two minima of one depth, one sharp and one flat, and one starting point")
        progress = ValueTracker(0.0)
        walks = [self._descent(chart, d, role, progress) for d, role in self._descents()]
        self.add(*walks)
        self.play(FadeIn(table), progress.animate.set_value(1.0), run_time=4, rate_func=linear)
        for walk in walks:
            walk[0].clear_updaters()
            walk[1].clear_updaters()
        self.say(*self._step_sentence())
        self.next_slide(
            notes="Gradient descent stays in a minimum only if the step is below two over its "
            "largest curvature. A larger step is thrown out of the sharp minimum."
        )

    def _descents(self) -> list[tuple[Any, str]]:
        return list(zip(self.data.step_sizes.descents, RATE_ROLES, strict=True))

    def _wells(self, box: Box, side: float) -> tuple[Chart, ContourBands]:
        wells = self.data.step_sizes
        span = (float(wells.x[0]), float(wells.x[-1])), (float(wells.y[0]), float(wells.y[-1]))
        chart = Chart(
            *span, side, side, x_label="first weight", y_label="second weight", grid=False
        )
        _lower_left(chart, box)
        levels = np.quantile(wells.loss, np.linspace(0.02, 0.9, 10))
        return chart, ContourBands(chart, wells.x, wells.y, wells.loss, levels)

    def _descent(
        self, chart: Chart, descent: Any, role: str, progress: ValueTracker | None = None
    ) -> VGroup:
        places = chart.place(descent.positions)
        rim, line = Polyline(places, "background", "bold"), Polyline(places, role, "thin")
        if progress is not None:
            # Early steps are the story; the square root gives them most of the time.
            at = lambda: _until(places, progress.get_value() ** 2 * (len(places) - 1))  # noqa: E731
            rim.add_updater(lambda m: m.set_path(at()))
            line.add_updater(lambda m: m.set_path(at()))
        return VGroup(rim, line, Dot(places[-1], role))

    def _rates_table(self, box: Box) -> VGroup:
        table = VGroup(layout.heading(box, "Where descent ends"))
        for row, (descent, role) in enumerate(self._descents()):
            y = box.top - 1.05 - 0.55 * row
            key = _key(box.left, y, role, f"step size {descent.rate:g}")
            end = Text(
                f"{descent.ended_in} minimum" if descent.ended_in != "neither" else "neither"
            )
            table.add(key, end.baseline_at([box.left + 3.3, y, 0]))
        for row, well in enumerate((self.data.step_sizes.sharp, self.data.step_sizes.flat)):
            y = box.top - 3.2 - 0.55 * row
            curvature = format_number(float(well.eigenvalues[-1]), 1)
            words = Text(
                f"{well.name.capitalize()}: curvature {curvature}, holds below ",
                Math("2 \\/ lambda"), f" = {well.threshold:.3f}", role="muted",
            )  # fmt: skip
            table.add(words.baseline_at([box.left, y, 0]))
        return table

    def _step_sentence(self) -> list[Any]:
        largest = self.data.step_sizes.descents[-1]
        threshold = self.data.step_sizes.sharp.threshold
        return [
            "A step of ", Colored(f"{largest.rate:g}", RATE_ROLES[-1]),
            f", over {threshold:.3f}, cannot stay in the sharp minimum: "
            f"it ends in the {largest.ended_in} one",
        ]  # fmt: skip

    def figure(self) -> None:
        left, middle, right = layout.SAFE.columns(4.2, 4.4, 4.0, gap=0.35)
        boxes = [Box(box.left, -2.6, box.right, 2.4) for box in (left, middle, right)]
        self._figure_paths(boxes[0])
        self._figure_surface(boxes[1])
        self._figure_slices(boxes[2])

    def _figure_paths(self, box: Box) -> None:
        chart = self._plane_chart(box, side=3.3)
        walks = [self._walk(chart, path) for path in self.data.paths]
        heading = layout.heading(box, "Three runs on one plane")
        self.panel("paths", heading, chart, self._bands(chart), *walks)

    def _figure_surface(self, box: Box) -> None:
        view = View(turn=0.7, elevation=0.66, scale=1.3, centre=box.centre - [-0.25, 0.45, 0])
        surface, labels = self._loss_surface(view)
        keys = [
            _key(
                box.left + 1.55 * i, box.bottom + 0.13, ROLES[path.optimizer], NAMES[path.optimizer]
            )
            for i, path in enumerate(self.data.paths)
        ]
        heading = layout.heading(box, f"The {self.data.plane.height_is}")
        self.panel("surface", heading, surface, labels, *keys)

    def _figure_slices(self, box: Box) -> None:
        pair = self.data.batch_sizes
        heading = layout.heading(box, "Sharp and flat")
        slices = self._slices(
            box.inset(bottom=0.35), "steep_slice", pair.distances, "along the steepest direction"
        )
        ends = (pair.small, "weight"), (pair.large, "input")
        keys = [
            _key(box.left + 0.6, box.bottom + 0.13 - 0.4 * i, role,
                 f"batch {end.batch_size}: λ = {format_number(end.largest_eigenvalue)}")
            for i, (end, role) in enumerate(ends)
        ]  # fmt: skip
        self.panel("sharp and flat", heading, slices, *keys)


def _lower_left(chart: Chart, box: Box) -> Chart:
    """Put a chart's area into the lower left of a box, with room for ticks and labels."""
    low, _ = chart.box
    return chart.shift([box.left + 0.62 - low[0], box.bottom + 0.75 - low[1], 0])


def _key(x: float, y: float, role: str, words: str) -> VGroup:
    """A line of a legend: a stroke in its colour and what it stands for."""
    stroke = Polyline(np.array([[x, y + 0.09], [x + 0.4, y + 0.09]]), role, "bold")
    return VGroup(stroke, Text(words).baseline_at([x + 0.55, y, 0]))


def _at(values: np.ndarray, tracker: ValueTracker) -> float:
    return float(np.interp(tracker.get_value(), np.arange(len(values)), values))


def _until(points: np.ndarray, index: float) -> np.ndarray:
    """The points up to a fractional index, the last one between its neighbours."""
    whole = min(int(index), len(points) - 2)
    tip = points[whole] + (index - whole) * (points[whole + 1] - points[whole])
    return np.concatenate([points[: whole + 1], tip[None]])


def _centred(values: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Coordinates on an axis as -1 to 1 over its extent."""
    return 2 * (values - axis[0]) / (axis[-1] - axis[0]) - 1


def _relief(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Heights of a surface in world units, from 0 at its lowest point to RELIEF at its highest."""
    return RELIEF * (values - of.min()) / (of.max() - of.min())


def _power_of_ten(value: float) -> str:
    if value == 0:
        return "0"
    digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "below 10" + str(int(np.ceil(np.log10(value)))).translate(digits)
