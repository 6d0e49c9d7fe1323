"""What every page of ours has: the theme's colours as variables, and the switch between them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
