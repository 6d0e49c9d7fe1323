"""Where settings come from: mlanim.toml of the project, then MLANIM_*, then the command line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlanim.engine.arrays import named_from
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.job import QUALITIES, THEMES
from mlanim.engine.jobs.kinds import FIGURE_FORMATS, VIDEO_FORMATS
from mlanim.engine.jobs.reading import json_of, toml_of
from mlanim.engine.jobs.style import Style
from mlanim.engine.sizes import size_of

KEYS: Mapping[str, type] = {
    "quality": str,
    "fps": float,
    "resolution": str,
    "theme": str,
    "format": str,
    "output": str,
    "seed": int,
    "transparent": bool,
    "jobs": int,
    "cache_dir": str,
    "cache_size": str,
    "scenes": list,
}
"""What mlanim.toml (at its top) and MLANIM_<NAME> may set."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "quality": tuple(QUALITIES),
    "theme": THEMES,
    "format": (*VIDEO_FORMATS, *FIGURE_FORMATS),
}
WORDS = {
    str: "a text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    list: "a list of folders",
}
MOST_JOBS = 64
DEFAULT_THEME = "dark"


@dataclass(frozen=True)
class Setting:
    """A value, and where it was set: a file's path or a variable's name."""

    value: Any
    place: str


def project_file(start: Path) -> Path | None:
    """The nearest mlanim.toml in `start` or above it."""
    for folder in (start, *start.parents):
        if (folder / "mlanim.toml").is_file():
            return folder / "mlanim.toml"
    return None


def defaults(start: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Settings of the project and the environment, checked, the environment's winning.

    Raises:
        UsageError: for an unknown key or a value of the wrong type, with its place.
    """
    return {name: setting.value for name, setting in in_force(start, environment).items()}


def in_force(start: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Setting]:
    """The same settings, each with its place.

    Raises:
        UsageError: as `defaults`.
    """
    found: dict[str, Setting] = {}
    path = project_file(start)
    if path is not None:
        for name, value in toml_of(path, _loads).items():
            if name == "theme" and isinstance(value, dict):
                value = value.get("base", DEFAULT_THEME)
            if name != "params":
                found[name] = Setting(_checked(name, value, str(path)), str(path))
    for name in KEYS:
        variable = f"MLANIM_{name.upper()}"
        if environment.get(variable):
            value = _from_text(name, environment[variable], variable)
            found[name] = Setting(_checked(name, value, variable), variable)
    return found


def tables(start: Path) -> dict[str, Setting]:
    """What the tables of the project's mlanim.toml set, by dotted names such as "params.demo.v"."""
    path = project_file(start)
    if path is None:
        return {}
    own = {name: value for name, value in toml_of(path, _loads).items() if isinstance(value, dict)}
    return {name: Setting(value, str(path)) for name, value in _flat(own, "")}


def use_cache(start: Path, chosen: str | None = None) -> None:
    """Settle, for this process and those that it starts, where the cache is and how large.

    Raises:
        UsageError: if a setting is wrong.
    """
    found = defaults(start)
    folder = chosen or found.get("cache_dir")
    if folder:
        os.environ["MLANIM_CACHE_DIR"] = os.path.abspath(folder)
    if "cache_size" in found:
        os.environ["MLANIM_CACHE_SIZE"] = found["cache_size"]


def scene_folders(start: Path) -> list[Path]:
    """The folders of scenes that the project names; from its mlanim.toml paths start there.

    Raises:
        UsageError: if one is not there.
    """
    setting, file = in_force(start).get("scenes"), project_file(start)
    if setting is None:
        return []
    base = file.parent if file is not None and setting.place == str(file) else start
    names: list[str] = setting.value
    found = [(base / Path(name).expanduser()).resolve() for name in names]
    for name, folder in zip(names, found, strict=True):
        if not folder.is_dir():
            raise UsageError(
                f"{setting.place} names {shortened(name)!r} among its scenes; "
                f"there is no folder {folder}."
            )
    return found


def project_style(start: Path) -> Style | None:
    """The `[theme]` table of the project's mlanim.toml, without the theme that it starts from."""
    path = project_file(start)
    table = toml_of(path, _loads).get("theme") if path is not None else None
    if path is None or not isinstance(table, dict):
        return None
    own = {name: value for name, value in table.items() if name != "base"}
    base = _checked("theme", table.get("base", DEFAULT_THEME), f"{path}, [theme],")
    return Style.read(base, own, path.parent, f"{path}, [theme]")


def project_params(start: Path, scene: str) -> dict[str, Any]:
    """The `[params.SCENE]` table of the project's mlanim.toml."""
    path = project_file(start)
    tables = toml_of(path, _loads).get("params", {}) if path is not None else {}
    table = tables.get(scene, {}) if isinstance(tables, dict) else tables
    if not isinstance(table, dict):
        raise UsageError(f"{path} sets params = {shortened(table)}; write [params.{scene}] tables.")
    return named_from(path.parent, table) if path is not None else {}


def params_file(path: Path) -> dict[str, Any]:
    """Parameters from a .toml or .json file.

    Raises:
        UsageError: if it cannot be read, or is not a table of names and values.
    """
    content = toml_of(path) if path.suffix == ".toml" else json_of(path)
    if not isinstance(content, dict):
        raise UsageError(f"{path} holds a {type(content).__name__}; it must be an object of names.")
    return named_from(path.parent, content)


_TOP = re.compile(r"\A.*?(?=^[ \t]*\[|\Z)", re.DOTALL | re.MULTILINE)
_THEME = re.compile(r"^[ \t]*theme[ \t]*=.*$", re.MULTILINE)


def _loads(text: str) -> dict[str, Any]:
    """A mlanim.toml's content, in which `theme = "light"` may stand beside a table [theme].

    In TOML no name is both a text and a table. Where it is, the text is what [theme] has as `base`.

    Raises:
        ValueError: if it is no TOML, or has two bases.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _with_base(text, error)


def _with_base(text: str, error: tomllib.TOMLDecodeError) -> dict[str, Any]:
    """The content of what TOML refuses with that error, if only for its two themes."""
    top = _TOP.match(text)
    named = _THEME.search(top[0]) if top is not None else None
    try:
        own = tomllib.loads(named[0])["theme"] if named is not None else None
        found = tomllib.loads(_THEME.sub("", text, count=1))
    except tomllib.TOMLDecodeError:
        raise error from None
    table = found.get("theme")
    if own is None or not isinstance(table, dict):
        raise error
    if table.setdefault("base", own) != own:
        raise ValueError(
            f"theme = {shortened(own)!r} and base = {shortened(table['base'])!r} in [theme] "
            "disagree; leave one of them out"
        )
    return found


def _flat(table: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _checked(name: str, value: Any, place: str) -> Any:
    if name not in KEYS:
        raise UsageError(
            f"{place} sets {shortened(name)!r}; it may set {', '.join(KEYS)} and [params.SCENE]."
        )
    kind = KEYS[name]
    if kind is float and type(value) is int:
        return float(value)
    if kind is list and isinstance(value, list) and not all(isinstance(v, str) for v in value):
        raise UsageError(
            f'{place} sets {name} = {shortened(value)}; each must be a text, as in ["week3"].'
        )
    if type(value) is not kind:
        raise UsageError(f"{place} sets {name} = {shortened(value)}; it must be {WORDS[kind]}.")
    if name in CHOICES and value not in CHOICES[name]:
        allowed = ", ".join(CHOICES[name])
        raise UsageError(f"{place} sets {name} = {shortened(value)}; choose one of {allowed}.")
    if name == "cache_size":
        size_of(str(value), f"{place} sets cache_size, which")
    if name == "jobs" and value not in range(1, MOST_JOBS + 1):
        raise UsageError(f"{place} sets jobs = {value}; it is 1 to {MOST_JOBS}.")
    return value


def _from_text(name: str, text: str, variable: str) -> Any:
    kind = KEYS[name]
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
    elif kind is list:
        return [part for part in text.split(os.pathsep) if part]
    else:
        try:
            return kind(text)
        except ValueError:
            pass
    raise UsageError(f"{variable} is {shortened(text)!r}; it must be {WORDS[kind]}.")
