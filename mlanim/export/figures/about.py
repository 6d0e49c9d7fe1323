"""What a figure says of itself, in the metadata of its file: title, description, parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.stage.panels import Panel
from mlanim.stage.table import Table
from mlanim.version import __version__
from mlanim.words.printable import printable
from mlanim.words.sentence import as_sentence, ended


@dataclass(frozen=True)
class About:
    """`description` is the text for those who cannot see the figure; `parameters` is JSON."""

    title: str
    description: str
    parameters: str
    creator: str = f"mlanim {__version__}"


def about(scene: SceneEntry, params: Any, panels: Iterable[Panel] = ()) -> About:
    """The metadata of a scene's figure: its paragraph, then what each panel says."""
    named = list(panels)
    sentences = [f"Panel “{panel.name}”: {words}" for panel in named if (words := told_of(panel))]
    words = " ".join([" ".join(scene.description.split()), *sentences]).strip()
    told = {"scene": scene.name, "params": params.model_dump(mode="json")}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return About(printable(scene.title), printable(words or scene.title), printable(text))


def told_of(panel: Panel) -> str:
    """What a panel says to those who cannot see it, or the ranges of its numbers, as a sentence."""
    said = str(as_sentence(panel.says))
    says = said or " ".join(_ranges(table) for table in panel.tables.values())
    return ended(says)


def _ranges(table: Table) -> str:
    numbers = {n: v for n, v in table.columns.items() if v.dtype.kind in "fiu" and len(v)}
    parts = [f"{name} from {v.min():.4g} to {v.max():.4g}" for name, v in numbers.items()]
    return f"{len(table)} rows; {', '.join(parts)}." if parts else ""
