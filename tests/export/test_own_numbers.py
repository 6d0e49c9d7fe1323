"""A film of a file of numbers: made again when the file changes, and again without the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mlanim.engine.cache.keys import job_key
from mlanim.engine.jobs import sidecar
from mlanim.engine.jobs.again import again
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.params import validated
from mlanim.engine.lines import as_line, from_line
from mlanim.engine.playback.loading import load, params_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_that_changes_makes_a_new_film_wherever_it_is_named(demo_job: Job) -> None:
    np.savez("pair:of.npz", **{"layer:0": [1.0, 2.0]})
    job = replace(demo_job, params={"v": "pair:of.npz:layer:0"})
    before = job_key(job)
    assert job_key(job) == before
    np.savez("pair:of.npz", **{"layer:0": [1.0, 3.0]})
    assert job_key(job) != before


def test_the_same_is_made_again_though_the_file_is_gone(demo_job: Job, demo_entry: Any) -> None:
    np.save("pair.npy", [[3.0, 4.0]])
    asked = replace(demo_job, params={"v": "pair.npy"})
    model = params_of(load(demo_entry))
    checked = validated(model, asked.params, "demo")
    Path("a.json").write_bytes(
        sidecar.describe(asked, checked, {}, job_key(asked), "", "hash", duration=1.0)
    )
    Path("pair.npy").unlink()
    job = again(Path("a.json"), [demo_entry], None)
    assert job.params["v"] == [3.0, 4.0]
    assert validated(model, job.params, "demo") == checked


def test_what_is_drawn_here_and_elsewhere_has_the_numbers_themselves(demo_job: Job) -> None:
    from mlanim.engine.workers import worker

    np.save("pair.npy", [3.0, 4.0])
    asked = replace(demo_job, params={"v": str(Path("pair.npy").absolute()), "words": "a.npy"})
    loaded, scene_class, params = worker.loaded(asked)
    assert loaded.params == {"v": [3.0, 4.0], "words": "a.npy"}
    assert validated(params_of(scene_class), loaded.params, "demo") == params


def test_arrays_tensors_and_paths_are_parameters_in_python(demo_job: Job) -> None:
    np.save("pair.npy", [3.0, 4.0])
    for given in (np.array([3, 4]), torch.tensor([3.0, 4.0]), Path("pair.npy"), (3, 4)):
        job = replace(demo_job, params={"v": given, "angle": np.float32(60)})
        assert from_line(Job, as_line(job)) == job
        model = params_of(load(job.scene))
        assert validated(model, job.params, "demo").model_dump()["v"] == (3, 4)


def test_a_description_with_all_the_numbers_that_there_may_be_can_be_read(
    demo_job: Job, demo_entry: Any
) -> None:
    from mlanim.engine.arrays import MOST
    from mlanim.engine.jobs.reading import MOST_BYTES
    from mlanim.stage.scene import SceneParams

    rows = json.dumps([-1 / 3] * 1000, indent=2)
    about = sidecar.describe(demo_job, SceneParams(), {}, "", "", "hash", duration=1.0)
    assert len(about) + (len(rows) + 4 * 1000) / 1000 * MOST < MOST_BYTES
