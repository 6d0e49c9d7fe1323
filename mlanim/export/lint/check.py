"""The rules, asked one after another."""

from __future__ import annotations

from collections.abc import Iterable

from manim import Mobject

from mlanim.export.lint import charts, edges, hiding, reading, series
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import View


def check(mobjects: Iterable[Mobject]) -> list[Finding]:
    """All that is wrong with what stands in a film's frame."""
    return check_view(View(mobjects))


def check_view(view: View) -> list[Finding]:
    """All that is wrong with what a camera sees, worst rules first."""
    hidden = list(hiding.hidden_texts(view))
    unread = {finding.objects[0] for finding in hidden}
    return [
        *edges.too_close(view),
        *reading.overlapping(view),
        *reading.too_small(view),
        *hidden,
        *(f for f in reading.too_faint(view) if f.objects[0] not in unread),
        *(f for f in reading.crossed(view) if f.objects[0] not in unread),
        *hiding.hidden_marks(view),
        *charts.covered_curves(view),
        *edges.invisible(view),
        *series.alike(view),
    ]
