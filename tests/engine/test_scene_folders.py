"""Where scenes are found: installed packages, folders of mlanim.toml, and scenes/ right here."""

from __future__ import annotations

import sys
from pathlib import Path

import click.testing
import pytest

import mlanim
from mlanim.commands.completion import known_scenes
from mlanim.commands.look import list_scenes
from mlanim.engine.errors import UsageError
from mlanim.engine.installed import scene_packages
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.catalog import scene_folders
from mlanim.engine.jobs.chapters import of_chapter

SCENE = 'raise RuntimeError("this was run")\nclass Mine(LessonScene):\n    """{title}"""\n'


def scene(path: Path, title: str = "Mine") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCENE.format(title=title))
    return path


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "talks" / "week1"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def install(site: Path, name: str, value: str) -> None:
    """A distribution as an installer leaves it, with one entry point."""
    about = site / f"{name.replace('-', '_')}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[mlanim.scenes]\nany = {value}\n")


def found() -> dict[str, str]:
    return {entry.name: entry.path for entry in catalog.find(scene_folders())}


def listed() -> tuple[str, str]:
    done = click.testing.CliRunner().invoke(list_scenes, [], catch_exceptions=False)
    return done.stdout, done.stderr


def test_scenes_of_installed_packages_are_found_and_nothing_of_them_is_run(site: Path) -> None:
    for module in ("week3/__init__.py", "week3/inner/__init__.py"):
        scene(site / module).write_text('raise RuntimeError("this was run")\n')
    flat = scene(site / "week3" / "momentum.py")
    in_chapter = scene(site / "week3" / "learning" / "overshoot.py")
    deep = scene(site / "week3" / "inner" / "deep_one.py")
    single = scene(site / "single_scene.py")
    scene(site / "unasked.py")
    install(site, "week3-scenes", "week3")
    install(site, "week3-more", "week3.inner")
    install(site, "single-scene", "single_scene:Mine")
    names = found()
    assert names["momentum"] == str(flat)
    assert names["overshoot"] == str(in_chapter)
    assert names["deep_one"] == str(deep)
    assert names["single_scene"] == str(single)
    assert "unasked" not in names
    learning = of_chapter("learning", catalog.find(scene_folders()))
    assert "overshoot" in [entry.name for entry in learning]
    assert not {"week3", "week3.inner", "single_scene"} & sys.modules.keys()


@pytest.mark.parametrize("value", ["gone", "gone.inner", "half.inner", "half.inner.more", "x y"])
def test_what_is_named_and_not_there_has_no_place(site: Path, value: str) -> None:
    (site / "half.py").write_text("")
    install(site, "week3-scenes", value)
    (package,) = scene_packages()
    assert (package.distribution, package.module) == ("week3-scenes 1.0", value)
    assert package.place is None


def test_a_package_that_is_gone_is_told_of_and_hides_nothing(site: Path) -> None:
    install(site, "week3-scenes", "gone")
    fault = "week3-scenes 1.0 says that its scenes are in gone, which is not there; install it"
    out, err = listed()
    assert "dot_product" in out
    assert fault in err
    with pytest.raises(UsageError, match=f"Unknown scene 'momentum'.*{fault}"):
        mlanim.figure("momentum")


def test_folders_of_the_project_start_from_its_file(tmp_path: Path, here: Path) -> None:
    project = tmp_path / "talks" / "mlanim.toml"
    project.write_text('scenes = ["../shared", "week2"]\n')
    (tmp_path / "talks" / "week2").mkdir()
    shared = scene(tmp_path / "shared" / "gates" / "forget.py")
    assert found()["forget"] == str(shared)
    assert catalog.select(["forget"], scene_folders())[0].chapter == "gates"
    assert "forget" in {entry.name for entry in known_scenes()}


def test_the_environment_names_folders_from_here(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = scene(here / "mine" / "forget.py")
    monkeypatch.setenv("MLANIM_SCENES", "mine")
    assert found()["forget"] == str(own)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('scenes = ["week9"]', r"names 'week9' among its scenes; there is no folder .*talks/week9"),
        ('scenes = "week9"', r"sets scenes = week9; it must be a list of folders"),
        ("scenes = [1]", r"sets scenes = \[1\]; each must be a text"),
    ],
)
def test_a_folder_that_cannot_be_is_named_with_its_place(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "talks" / "mlanim.toml").write_text(text)
    with pytest.raises(UsageError, match=f"mlanim.toml {words}"):
        scene_folders()
    assert "dot_product" in {entry.name for entry in known_scenes()}  # a shell completes


def test_of_two_scenes_by_one_name_the_nearer_is_taken_and_listed_so(
    tmp_path: Path, here: Path, site: Path
) -> None:
    (here / "mlanim.toml").write_text('scenes = ["../shared"]\n')
    scene(site / "week3" / "gating.py")
    scene(site / "week3" / "neuron.py")
    scene(tmp_path / "talks" / "shared" / "gating.py")
    install(site, "week3-scenes", "week3")
    nearest = scene(here / "scenes" / "gating.py", "Nearer")
    assert found()["gating"] == str(nearest)
    assert found()["neuron"] == str(site / "week3" / "neuron.py")
    out, err = listed()
    assert "  Nearer  (scenes/gating.py)" in out
    assert "gating is scenes/gating.py, in place of the built-in one." in err
    assert f"gating is scenes/gating.py, in place of {site / 'week3' / 'gating.py'}." in err
    assert f"neuron is {site / 'week3' / 'neuron.py'}, in place of the built-in one." in err
    assert "shared/gating.py" in err
    assert "dot_product is" not in err
