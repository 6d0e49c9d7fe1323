"""Seven ways in which a loss goes wrong, each a real training whose cause is known, and beside it
the same training with the usual remedy: it helps, or it does not. Lines are means of five starts,
bands their range; a training that ends in NaN is drawn up to where it does.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track, table

if TYPE_CHECKING:
    from mlanim.core.learning.loss_curves import Case
    from mlanim.core.learning.loss_curves import LossCurves as Data
    from mlanim.stage.plots.marks.mark import Mark

HIGHEST = 1e3  # of what is drawn
ROLES = {"ill": "gradient", "treated": "attention"}
ORDER = ("flat", "ceiling", "wild", "overfit", "nan", "slow", "spike")


class LossCurvesParams(SceneParams):
    """What the networks learn."""

    dataset: Literal["digits", "moons"] = Field("digits", description="What the networks learn.")
    seed: int = Field(0, ge=0, description="Of the data, the starts and the batches.")


class ReadingLossCurves(LessonScene[LossCurvesParams, "Data"]):
    """What a loss curve says"""

    order = 12
    explore = "dataset"

    @staticmethod
    def compute(params: LossCurvesParams) -> Data:
        from mlanim.core.learning.loss_curves import loss_curves_lesson

        return loss_curves_lesson(params.dataset, params.seed)

    @cached_property
    def tracks(self) -> dict[tuple[str, str], Track]:
        """Each training, along its steps."""
        return {
            (name, kind): Track(getattr(case, kind).steps)
            for name, case in self.data.cases.items()
            for kind in ROLES
        }

    @cached_property
    def marks(self) -> dict[tuple[str, str], list[Mark]]:
        """What shows each training."""
        return {}

    def chart(self, name: str, case: Case) -> Chart:
        """Training losses with their range, and validation in dots, of both trainings."""
        runs = {kind: getattr(case, kind) for kind in ROLES}
        means = [losses.mean(1) for run in runs.values() for losses in (run.train, run.test)]
        ends = min(map(min, means)) / 1.4, min(max(map(max, means)) * 1.4, HIGHEST)
        steps = 0, float(runs["treated"].steps[-1])
        chart = Chart(steps, ends, "step", "loss", log="y", least=2.4)
        words = {"ill": "as it was", "treated": case.remedy}
        for kind, run in runs.items():
            history, later = self.tracks[name, kind].history, kind == "treated"
            least, most = history(run.train.min(1)), history(run.train.max(1))
            self.marks[name, kind] = [
                chart.band(history(), least, most, ROLES[kind], later=later),
                chart.curve(history(), history(run.test.mean(1)), ROLES[kind], dash="dot",
                            later=later),
                chart.curve(history(), history(run.train.mean(1)), ROLES[kind], width="bold",
                            dash="" if kind == "ill" else "dash", name=words[kind], later=later),
            ]  # fmt: skip
        return chart

    def panel(self, name: str) -> Panel:
        case = self.data.cases[name]
        tables = {
            f"{name} {kind} {which}": table(
                {"step": run.steps, "loss": getattr(run, which).mean(1)}
            )
            for kind, run in (("as it was", case.ill), ("treated", case.treated))
            for which in ("train", "test")
        }
        return Panel(name, self.chart(name, case), case.symptom, "dots: validation", says=case.says,
                     data=tables)  # fmt: skip

    def construct(self) -> None:
        for name in ORDER:
            self.enter(self.panel(name), say="What is wrong here?")
            self.sweep(self.tracks[name, "ill"].to_end(), seconds=1.8)
            self.say(f"The remedy: {self.data.cases[name].remedy}")
            self.reveal(*self.marks[name, "treated"])
            self.sweep(self.tracks[name, "treated"].to_end(), seconds=1.5)
            self.step(self.data.cases[name].says, notes="The same starts, the same batches.")

    def figure(self) -> list[Panel]:
        for track in self.tracks.values():
            track.put(float(track.at[-1]))
        return [self.panel(name) for name in ORDER]
