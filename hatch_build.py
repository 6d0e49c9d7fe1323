"""Puts the command line and the built-in scenes inside the package when a wheel is built."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class InsidePackage(BuildHookInterface):
    """A checkout keeps `cli.py` and `scenes/` on top; site-packages must see only `mlanim`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the two to a real wheel; an editable install finds them where they are."""
        if version == "standard":
            build_data["force_include"].update(
                {"cli.py": "mlanim/cli.py", "scenes": "mlanim/scenes"}
            )
