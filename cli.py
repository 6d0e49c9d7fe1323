"""The command line: which commands there are, and how a run of one ends."""

from __future__ import annotations

import difflib
import gc
import importlib
import os
import signal
import sys
from typing import Any

import click

from mlanim.engine.errors import RenderError, UsageError, settings_words, shortened
from mlanim.engine.jobs.kinds import WORKER
from mlanim.engine.workers import fork_client
from mlanim.version import __version__

COMMANDS = {
    "list": "look:list_scenes",
    "info": "look:info",
    "render": "make:render",
    "figure": "make:figure",
    "explore": "explore:explore",
    "deck": "deck:deck",
    "narrate": "narrate:narrate",
    "themes": "setup:themes",
    "config": "setup:config",
    "check": "look:check",
    "embed": "publish:embed",
    "gallery": "publish:gallery",
    "new": "new:new",
    "watch": "watch:watch",
    "lint": "look:lint",
    "cache": "cache:show",
    "clean": "cache:clean",
}
"""Each command's file and function in `mlanim/commands`, in the order in which help shows them."""

DRAWING, IDLE = {"render", "figure"}, {"-h", "--help", "--dry-run"}
"""The commands that draw, and with what they do not: what draws is begun beside their imports."""

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command line; an error is a sentence on stderr and an exit code."""
    for name in ENDING:
        if signal.getsignal(name) != signal.SIG_IGN:  # as under nohup
            signal.signal(name, _interrupt)
    try:
        code = cli.main(standalone_mode=False, prog_name="mlanim")
    except click.UsageError as error:
        code = _complain(_with_help(error), 2)
    except UsageError as error:
        code = _complain(str(error), 2)
    except RenderError as error:
        code = _complain(str(error), 1)
    except (KeyboardInterrupt, click.Abort):
        code = _complain("Interrupted; nothing half-made was left.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 0
    except OSError as error:
        code = _complain(f"{error.strerror}: {error.filename}", 1)
    except Exception as error:
        said = settings_words(error)
        if said is None:
            raise
        code = _complain(said, 1)
    gc.freeze()  # what is left is taken down with the process, not looked through
    sys.exit(code)


def _interrupt(*_: Any) -> None:
    """End in good order; a second signal must not cut the cleaning up short."""
    for name in ENDING:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def _complain(message: str, code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    return code


def _with_help(error: click.UsageError) -> str:
    """What was wrong with the words of a command, and where to read what they can be."""
    command = error.ctx.command_path if error.ctx is not None else "mlanim"
    return f"{error.format_message()}\n`{command} --help` shows what can be given."


class _Commands(click.Group):
    """Imports a command's file when the command is asked for, so that the others stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        file, _, function = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"mlanim.commands.{file}"), function)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown command is answered with what may have been meant."""
        if not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(_unknown(args[0]), ctx)
        if args[0] in DRAWING and not (ctx.resilient_parsing or IDLE & {*args}):
            fork_client.begin(WORKER)
        return super().resolve_command(ctx, args)


def _unknown(word: str) -> str:
    from mlanim.commands.completion import known_scenes

    if any(entry.name == word for entry in known_scenes()):
        return f"{word} is a scene, not a command: `mlanim render {word}`."
    near = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.5)
    hint = f"Did you mean `mlanim {near[0]}`?" if near else f"There are {', '.join(COMMANDS)}."
    return f"Unknown command {shortened(word)!r}. {hint}"


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="mlanim")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Videos and figures that explain machine learning, drawn from real computations.

    \b
    Examples:
      mlanim list
      mlanim render attention -o attention.mp4
      mlanim figure loss_landscape -o fig2.pdf
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
