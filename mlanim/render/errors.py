"""The two ways in which a run can fail, each with a message for the user."""

from __future__ import annotations

from typing import Any

LONGEST = 60


class UsageError(Exception):
    """What was asked for cannot be done as asked: exit code 2."""


class RenderError(Exception):
    """What was asked for was tried and failed: exit code 1."""


def shortened(value: Any) -> str:
    """A value as it was given, cut to what fits in a sentence."""
    text = value if isinstance(value, str) else repr(value)
    text = text.replace("\n", " ")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
