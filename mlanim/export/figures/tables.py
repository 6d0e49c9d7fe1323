"""The numbers behind a figure as files: a table for each part of a panel."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from mlanim.engine.errors import UsageError
from mlanim.stage.panels import Panel
from mlanim.stage.table import Table


def files_of(panels: Iterable[Panel], format: str, name: str) -> dict[str, bytes]:
    """Files by what follows the output's stem: one for each table in CSV, else one for all.

    Raises:
        UsageError: if no panel says what its numbers are.
    """
    found = {panel.name: dict(panel.tables) for panel in panels}
    tables = _named_apart({name: parts for name, parts in found.items() if parts})
    if not tables:
        raise UsageError(
            f"{name} does not say what numbers are behind its figure; "
            "its panels would, with Panel(…, data=table(…)). Leave --data out."
        )
    if format == "csv":
        return {
            f"-{slug(part)}.csv": as_csv(table)
            for found in tables.values()
            for part, table in found.items()
        }
    return {f"-data.{format}": as_json(tables) if format == "json" else as_npz(tables)}


def _named_apart(tables: dict[str, dict[str, Table]]) -> dict[str, dict[str, Table]]:
    """The tables, those that panels call alike with their panel's name before their own."""
    counts = Counter(part for parts in tables.values() for part in parts)
    return {
        panel: {(f"{panel} {part}" if counts[part] > 1 else part): t for part, t in parts.items()}
        for panel, parts in tables.items()
    }


def as_csv(table: Table) -> bytes:
    """Headings with units in brackets, then a line for each row; floats are written in full."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.headings())
    columns = [values.tolist() for values in table.columns.values()]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def as_json(tables: dict[str, dict[str, Table]]) -> bytes:
    """Panels, their tables, and each column with its name, unit and values."""
    content: dict[str, Any] = {
        panel: {
            part: [
                {"name": name, "unit": table.units.get(name, ""), "values": values.tolist()}
                for name, values in table.columns.items()
            ]
            for part, table in found.items()
        }
        for panel, found in tables.items()
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def as_npz(tables: dict[str, dict[str, Table]]) -> bytes:
    """Arrays named `table.column`, and `units`, which holds pairs of such a name and its unit."""
    arrays: dict[str, Any] = {}
    units: list[tuple[str, str]] = []
    for found in tables.values():
        for part, table in found.items():
            arrays |= {f"{part}.{name}": values for name, values in table.columns.items()}
            units += [(f"{part}.{name}", unit) for name, unit in table.units.items()]
    arrays["units"] = np.array(units, dtype=str).reshape(-1, 2)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def slug(name: str) -> str:
    """A panel's or a table's name as a part of a file's name."""
    kept = "".join(c if c.isalnum() or c in "._" else "-" for c in name)
    return kept.strip("-.") or "panel"
