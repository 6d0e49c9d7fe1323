"""A custom theme: a theme with some colours, strokes and fonts of the user's own, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typst

from mlanim.stage.colors import palette, vision
from mlanim.stage.colors.palette import THEMES, Fonts, Theme

TEXT_ROLES = (
    "text", "muted", "input", "weight", "gradient", "attention", "output", "highlight",
    "negative", "positive",
)  # fmt: skip
"""Roles in which words are set."""

GRAPHIC_ROLES = ("input", "weight", "gradient", "attention", "highlight")
"""Roles that have to be told from each other."""

LEAST_CONTRAST = 4.5
LEAST_DISTANCE = 10.0  # CAM02-UCS
WIDTHS = 0.1, 10.0  # points
FONT_FILES = (".ttf", ".otf", ".ttc", ".otc")
SHIPPED = Path(__file__).parents[1] / "fonts"
PARTS = ("base", "colors", "lines", "fonts")


def themed(base: str, style: Mapping[str, Any], folder: Path) -> Theme:
    """The theme `base` with the colours, lines and fonts of a style in place of its own.

    Args:
        style: tables `colors` (role to "#rrggbb"), `lines` (stroke to points) and `fonts` ("text"
            and "math" to a family that is shipped, or to a font's file).
        folder: that the paths of font files start from.

    Raises:
        ValueError: for what cannot be read, and for colours that cannot be; it names the role,
            the value, what was measured and what is allowed.
    """
    theme = THEMES[base]
    _known(style, PARTS, "the theme")
    roles = {**theme.roles, **_colors(_table(style, "colors"), theme)}
    lines = {**theme.lines, **_lines(_table(style, "lines"))}
    made = replace(
        theme,
        roles=MappingProxyType(roles),
        lines=MappingProxyType(lines),
        fonts=_fonts(_table(style, "fonts"), folder),
        **_maps(theme, roles),
    )
    _check_contrast(made)
    _check_distances(made)
    return made


def _table(style: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = style.get(name, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"{name} = {table!r} is no table; write [theme.{name}] with its values.")
    return table


def _known(table: Mapping[str, Any], allowed: Any, where: str) -> None:
    for name in table:
        if name not in allowed:
            raise ValueError(f"{where} has no {name!r}; it has {', '.join(allowed)}.")


def _colors(table: Mapping[str, Any], theme: Theme) -> dict[str, str]:
    _known(table, theme.roles, "[theme.colors]")
    for role, value in table.items():
        if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise ValueError(f"{role} = {value!r} is no colour; write it as #rrggbb.")
    return {role: value.lower() for role, value in table.items()}


def _lines(table: Mapping[str, Any]) -> dict[str, float]:
    _known(table, palette.LINES, "[theme.lines]")
    for name, width in table.items():
        if isinstance(width, bool) or not isinstance(width, (int, float)):
            raise ValueError(f"{name} = {width!r} is no width; give points, as {name} = 1.0.")
        if not WIDTHS[0] <= width <= WIDTHS[1]:
            raise ValueError(f"{name} is {width:g} points; it is {WIDTHS[0]:g} to {WIDTHS[1]:g}.")
    return {name: float(width) for name, width in table.items()}


def _maps(theme: Theme, roles: Mapping[str, str]) -> dict[str, Any]:
    """The colour maps follow the roles that they are made of, where these were changed."""
    changed = {role for role, value in roles.items() if value != theme.roles[role]}
    maps: dict[str, Any] = {}
    if changed & {"attention", "neutral"}:
        maps["sequential"] = (roles["neutral"], roles["attention"])
    if changed & {"negative", "neutral", "positive"}:
        maps["signed"] = (roles["negative"], roles["neutral"], roles["positive"])
    return maps


def _fonts(table: Mapping[str, Any], folder: Path) -> Fonts:
    _known(table, ("text", "math"), "[theme.fonts]")
    files: list[str] = []
    found = {use: _family(use, value, folder, files) for use, value in table.items()}
    return replace(Fonts(), **found, files=tuple(files))


def _family(use: str, value: Any, folder: Path, files: list[str]) -> str:
    """A family's name; where a file is given, the family in it, with the file added to `files`."""
    if not isinstance(value, str):
        raise ValueError(f"the font for {use} is {value!r}; give a family or a font's file.")
    if value.lower().endswith(FONT_FILES):
        return _family_in(use, (folder / value).resolve(), value, files)
    shipped = _fonts_in(SHIPPED, embedded=True).families()
    if value not in shipped:
        raise ValueError(
            f"the font for {use} is {value!r}, which is not shipped; choose one of "
            f"{', '.join(shipped)}, or give a font's file ({', '.join(FONT_FILES)})."
        )
    return value


def _family_in(use: str, path: Path, given: str, files: list[str]) -> str:
    if not path.is_file():
        raise ValueError(f"the font for {use} is the file {given}, which is not there.")
    own = [
        font.family
        for font in _fonts_in(path.parent, embedded=False).fonts()
        if font.path is not None and Path(font.path).resolve() == path
    ]
    if not own:
        raise ValueError(f"the font for {use} is the file {given}, which is no font.")
    files.append(str(path))
    return str(own[0])


def _fonts_in(folder: Path, embedded: bool) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=embedded, font_paths=[str(folder)]
    )


def _check_contrast(theme: Theme) -> None:
    ground = theme.roles["background"]
    for role in TEXT_ROLES:
        value = theme.roles[role]
        measured = float(palette.contrast(palette.hex_to_rgb(value), palette.hex_to_rgb(ground)))
        if measured < LEAST_CONTRAST:
            raise ValueError(
                f"{role} = {value} has a contrast of {measured:.2f}:1 on the background {ground}; "
                f"text needs at least {LEAST_CONTRAST}:1."
            )


def _check_distances(theme: Theme) -> None:
    roles = {role: theme.roles[role] for role in GRAPHIC_ROLES}
    distance, first, second, kind = vision.closest(roles)
    if distance < LEAST_DISTANCE:
        raise ValueError(
            f"{first} = {roles[first]} and {second} = {roles[second]} are {distance:.1f} apart "
            f"with {kind} (CAM02-UCS); roles need at least {LEAST_DISTANCE:g}."
        )
