"""Typst's colours for code, made from the theme's, so that code is read on every ground."""

from __future__ import annotations

import plistlib

from mlanim.stage.colors.palette import Theme

ROLES = {
    "comment": "muted",
    "keyword, storage, keyword.operator.word": "input",
    "string, punctuation.definition.string": "attention",
    "constant": "weight",
    "entity.name, support.function, meta.annotation": "highlight",
}
"""TextMate's scopes that are coloured, with roles of a contrast of 4.5:1 in every theme."""


def syntax_theme(theme: Theme) -> str:
    """A TextMate theme (tmTheme), which is what Typst takes for its `raw`."""
    ground = {"foreground": theme.roles["text"], "background": theme.roles["background"]}
    colored = [
        {"scope": scope, "settings": {"foreground": theme.roles[role]}}
        for scope, role in ROLES.items()
    ]
    return plistlib.dumps({"name": "mlanim", "settings": [{"settings": ground}, *colored]}).decode()
