"""What shells complete, as they ask for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlanim.commands.completion import parameters
from mlanim.engine.jobs import catalog
from mlanim.engine.playback.loading import load, params_of

MLANIM = Path(sys.executable).with_name("mlanim")
ASK = """
eval "$({shell_env} {mlanim})"
COMP_WORDS=({words})
COMP_CWORD={at}
_mlanim_completion mlanim
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed_by_bash(*words: str) -> list[str]:
    """What bash offers for the last of these words, with the script that the command prints."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = ASK.format(
        shell_env="_MLANIM_COMPLETE=bash_source",
        mlanim=MLANIM,
        words=" ".join(f"'{word}'" for word in words),
        at=len(words) - 1,
    )
    path = f"{MLANIM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [bash, "-c", script], check=True, capture_output=True, text=True,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    return sorted(done.stdout.split())


def test_bash_completes_commands_scenes_and_parameters() -> None:
    assert completed_by_bash("mlanim", "rend") == ["render"]
    assert completed_by_bash("mlanim", "render", "saddle_") == ["saddle_escape"]
    assert completed_by_bash("mlanim", "render", "dot_product", "--set", "an") == ["angle="]
    assert completed_by_bash("mlanim", "render", "--the") == ["--theme"]


def test_zsh_is_told_names_with_their_titles() -> None:
    words = {"COMP_WORDS": "mlanim figure pol", "COMP_CWORD": "2"}
    done = subprocess.run(
        [MLANIM], check=True, capture_output=True, text=True,
        env={**os.environ, "_MLANIM_COMPLETE": "zsh_complete", **words},
    )  # fmt: skip
    kind, name, title = done.stdout.split("\n")[:3]
    assert (kind, name) == ("plain", "polarizer")
    assert title == catalog.the_scene("polarizer").title
    zsh = shutil.which("zsh")
    if zsh is not None:
        sourced = {**os.environ, "_MLANIM_COMPLETE": "zsh_source"}
        script = subprocess.run([MLANIM], check=True, capture_output=True, env=sourced).stdout
        subprocess.run([zsh, "-n"], input=script, check=True)


def test_the_parameters_in_a_scenes_text_are_those_that_it_takes() -> None:
    for entry in catalog.find():
        model = params_of(load(entry))
        assert set(parameters(Path(entry.path))) == set(model.model_fields), entry.name
