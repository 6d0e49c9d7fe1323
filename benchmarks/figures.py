"""What a figure costs once its data is there: processor seconds of one process, by format."""

from __future__ import annotations

import time

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import Page
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.engine.workers import worker
from mlanim.export.figures import figure
from mlanim.export.figures.about import about
from mlanim.stage import theme

FORMATS = ("svg", "pdf", "eps", "png")


def main() -> None:
    print(f"{'scene':<16}{'compose':>9}" + "".join(f"{name:>9}" for name in FORMATS) + "  (s)")
    for entry in catalog.find():
        job = Job(entry, "figure", f"{entry.name}.svg", "svg", 640, 360, 10, "light")
        scene_class = load(entry)
        params = scene_class.Params()
        data = worker.stored_data(job, params)
        with draw.configured(job), theme.drawn_for(theme.PAGE):
            began = time.process_time()
            made = figure.figure_of(scene_class, params, data, Page(), entry.name)
            times = [time.process_time() - began]
            told = about(entry, params, [place.panel for place in made.places])
            for name in FORMATS:
                began = time.process_time()
                figure.drawn(made, name, Page(), False, told)
                times.append(time.process_time() - began)
        print(f"{entry.name:<16}" + "".join(f"{seconds:9.2f}" for seconds in times), flush=True)


if __name__ == "__main__":
    main()
