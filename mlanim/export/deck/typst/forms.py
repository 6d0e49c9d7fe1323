"""Blocks in Typst: each kind of content as a call of the pages' template."""

from __future__ import annotations

from pathlib import Path

from mlanim.export.deck.lecture.blocks import Block, Bullets, Code, Figure, Prose, Quote, Table
from mlanim.export.deck.typst.areas import Area, code_size
from mlanim.stage.text.typesetting import literal


def placed(block: Block, area: Area, shown: int, root: Path) -> str:
    """A block in its area, as at a step.

    Raises:
        ValueError: if it has no room there.
    """
    return f"#area({area.points})[{_form(block, area, shown, root)}]"


def _form(block: Block, area: Area, shown: int, root: Path) -> str:
    match block:
        case Prose(markup):
            return f"#fitting[\n{markup}\n]"
        case Bullets(lines):
            return f"#bullets({_array(lines)}, {shown})"
        case Figure(file=Path() as file):
            return f"#picture({literal(f'/{file.relative_to(root).as_posix()}')})"
        case Code(source, language):
            marked = ", ".join(str(line) for line in sorted(block.marked(shown)))
            said = f"{literal(source)}, {literal(language)}, {code_size(block, area):.2f}pt"
            return f"#listing({said}, ({marked}{',' * bool(marked)}))"
        case Table(rows):
            align = ["right" if block.is_number(n) else "left" for n in range(len(rows[0]))]
            cells = [cell for row in rows for cell in row]
            return f"#rows(({', '.join(align)},), {_array(cells)})"
        case Quote(text, by):
            return f"#quoted({literal(text)}, {literal(by)})"
    raise AssertionError(block)


def _array(texts: tuple[str, ...] | list[str]) -> str:
    return f"({''.join(f'{literal(text)}, ' for text in texts)})"
