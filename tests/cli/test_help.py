"""Every command explains itself: in one whole line, with an example that it would take."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner

TOP = Path(__file__).parents[2]


def loaded(path: Path) -> ModuleType:
    """A file beside the package, as a module that is named after it."""
    spec = importlib.util.spec_from_file_location(f"loaded_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLI = loaded(TOP / "cli.py").cli
CONTEXT = click.Context(CLI, info_name="mlanim", terminal_width=80)
NAMES = CLI.list_commands(CONTEXT)


def command(name: str) -> click.Command:
    found = CLI.get_command(CONTEXT, name)
    assert found is not None
    return found


def help_of(name: str) -> str:
    made = command(name)
    return made.get_help(click.Context(made, CONTEXT, info_name=name, terminal_width=80))


def examples(name: str) -> list[str]:
    lines = [line.strip() for line in help_of(name).splitlines()]
    return [line for line in lines if line.startswith(f"mlanim {name}")]


def test_each_commands_line_is_whole_on_a_narrow_terminal() -> None:
    lines = CLI.get_help(CONTEXT).split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    assert [line for line in lines if not re.fullmatch(r"  \S+ +[A-Z].*\.", line)] == []
    assert [line for line in lines if line.endswith("...") or len(line) > 80] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_help_text(name: str) -> None:
    options = [p for p in command(name).params if isinstance(p, click.Option) and not p.hidden]
    assert [option.name for option in options if not (option.help or "").endswith(".")] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_help_has_examples_that_the_command_would_take(name: str) -> None:
    found = examples(name)
    assert found, f"{name} shows no example"
    for line in found:
        words = shlex.split(line.split("|")[0].split(">")[0])[2:]
        command(name).make_context(name, words, parent=CONTEXT).close()


def test_the_benchmarks_ask_for_what_the_commands_take(monkeypatch: pytest.MonkeyPatch) -> None:
    table = loaded(TOP / "benchmarks" / "table.py")
    asked: list[list[str]] = []

    def note(*words: Any, **_: Any) -> Any:
        asked.append([str(word) for word in words])
        return table.Run(1.0, 1.0)

    monkeypatch.setattr(table, "timed", note)
    for name, row in table.rows().items():
        if name != "restored":  # which removes what was made
            row.ours(table.QUICK)
    assert {name for _, name, *_ in asked} == {"render", "figure"}
    for program, name, *words in asked:
        assert program == "mlanim"
        command(name).make_context(name, words, parent=CONTEXT).close()


def test_without_a_command_the_help_is_shown() -> None:
    done = CliRunner().invoke(CLI, [])
    assert done.exit_code == 0
    assert [name for name in NAMES if f"\n  {name} " not in done.output] == []
