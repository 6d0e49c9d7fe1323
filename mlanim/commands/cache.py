"""`cache` and `clean`: what is kept of earlier runs, and how to be rid of it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from mlanim.commands.options import cache_option
from mlanim.engine.cache import cache
from mlanim.engine.cache.cache import Entry
from mlanim.engine.errors import RenderError
from mlanim.engine.sizes import size_words

WORDS = {
    "data": "computed results",
    "files": "finished files",
    "sidecars": "descriptions of finished files",
    "segments": "finished parts of videos",
    "times": "how long runs took",
}


@click.command("cache")
@cache_option
@click.option("--json", "as_json", is_flag=True, help="An object.")
def show(as_json: bool) -> None:
    """Show where the cache is and what is in it.

    \b
    Example:
      mlanim cache --json | jq .bytes
    """
    found = cache.entries()
    if as_json:
        about = {
            "folder": str(cache.folder()),
            "limit": cache.limit(),
            "bytes": sum(entry.size for entry in found),
            "kinds": {
                kind: {"entries": len(of), "bytes": sum(entry.size for entry in of)}
                for kind, of in _by_kind(found).items()
            },
        }
        click.echo(json.dumps(about, indent=2))
        return
    click.echo(f"{cache.folder()}: {_total(found)} of at most {size_words(cache.limit())}")
    for line in _lines(found):
        click.echo(line)


@click.command()
@cache_option
@click.option("--yes", is_flag=True, help="Do it; without this it is only said.")
def clean(yes: bool) -> None:
    """Empty the cache.

    What is asked for again is then made again.

    Files where you had them written stay, and so does whatever in the cache's folder is not
    mlanim's own.

    \b
    Example:
      mlanim clean --yes
    """
    found = cache.entries()
    click.echo(f"{cache.folder()}: {_total(found)}")
    for line in _lines(found):
        click.echo(line)
    if not yes:
        click.echo("Nothing was removed; add --yes to remove it." if found else "Nothing to do.")
        return
    cache.trim(0)
    left = cache.entries()
    if left:
        raise RenderError(f"{_total(left)} in {cache.folder()} could not be removed.")
    click.echo(f"Removed {_total(found)}.")


def _by_kind(found: Iterable[Entry]) -> dict[str, list[Entry]]:
    kinds: dict[str, list[Entry]] = {}
    for entry in sorted(found, key=lambda entry: entry.kind):
        kinds.setdefault(entry.kind, []).append(entry)
    return kinds


def _total(found: list[Entry]) -> str:
    return size_words(sum(entry.size for entry in found))


def _lines(found: list[Entry]) -> list[str]:
    return [
        f"  {_total(of):>8}  {WORDS.get(kind, kind)} ({len(of)})"
        for kind, of in _by_kind(found).items()
    ]
