"""Where a reader may take hold of a figure on a live page."""

from __future__ import annotations

from mlanim.export.figures.composition import Composition
from mlanim.stage.picture import Picture


def handles_on(made: Composition) -> dict[str, list[float]]:
    """The places of all handles by parameter: points from the page's left and upper edges."""
    members = [member for mobject in made.mobjects for member in mobject.get_family()]
    pictures = [member for member in members if isinstance(member, Picture)]
    places = {name: find(one) for one in pictures for name, find in one.handles.items()}
    unit, box = made.unit, made.box
    return {
        name: [
            round((float(place[0]) - box.left) * unit, 2),
            round((box.top - float(place[1])) * unit, 2),
        ]
        for name, place in places.items()
    }
