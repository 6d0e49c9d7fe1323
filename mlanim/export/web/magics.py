"""`%%mlanim`: a scene that is written in a notebook's cell."""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from mlanim.engine import temporary
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import catalog, request
from mlanim.engine.jobs.job import QUALITIES, THEMES
from mlanim.export.web.notebook import Video, rendered

CELL = "cell.py"
HINT = "A %%mlanim cell is a file of its own: what it uses must be imported or made in it."


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext mlanim` calls."""
    shell.register_magic_function(mlanim, "cell", "mlanim")


def mlanim(line: str, cell: str) -> Video:
    """Render the scene of this cell: `%%mlanim -q l --theme light Name --set angle=60`."""
    options = _Parser(prog="%%mlanim", add_help=False)
    options.add_argument("name", nargs="?", default="")
    options.add_argument("-q", "--quality", choices=list(QUALITIES), default=argparse.SUPPRESS)
    options.add_argument("--theme", choices=THEMES, default=argparse.SUPPRESS)
    options.add_argument("--fps", type=float, default=argparse.SUPPRESS)
    options.add_argument("--resolution", default=argparse.SUPPRESS)
    options.add_argument("--format", default=argparse.SUPPRESS)
    options.add_argument("--transparent", action="store_true", default=argparse.SUPPRESS)
    options.add_argument("--burn-in", action="store_true", default=argparse.SUPPRESS)
    options.add_argument("--set", action="append", default=[], dest="sets", metavar="NAME=VALUE")
    asked = vars(options.parse_args(_words(line)))
    params = dict(request.parse_setting(text) for text in asked.pop("sets"))
    return _render(cell, asked.pop("name"), params, asked)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%%mlanim {line}: {error}.") from error


class _Parser(argparse.ArgumentParser):
    """Raises where argparse would print to the terminal and leave."""

    def error(self, message: str) -> NoReturn:
        """One sentence, with what there is."""
        raise UsageError(f"%%mlanim: {message}. {' '.join(self.format_usage().split())}")


def _render(cell: str, name: str, params: dict[str, str], options: dict[str, Any]) -> Video:
    """Render a cell's text as a scene file; the magic's own line keeps the numbers of the rest."""
    with temporary.folder() as folder:
        path = folder / CELL
        path.write_text("\n" + cell, encoding="utf-8")
        try:
            entry = catalog.select([f"{path}:{name}" if name else str(path)])[0]
            return rendered(entry, {**options, "params": params})
        except (UsageError, RenderError) as error:
            said = str(error).replace(str(path), CELL).replace(f"{CELL}:", "%%mlanim ")
            hint = f"\n{HINT}" if "NameError" in said else ""
            raise type(error)(said + hint) from None
