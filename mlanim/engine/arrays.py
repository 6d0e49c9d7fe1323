"""Numbers in files that a user names: .npy, .npz, .safetensors and .csv, read as plain lists.

Nothing in such a file is run: pickles are refused, and so is what would take more memory than the
numbers of a parameter need. Each refusal is a ValueError with one sentence for the user.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mlanim.engine.errors import reason, shortened
from mlanim.words.nearest import nearest

if TYPE_CHECKING:
    import numpy as np

MOST = 1 << 19  # numbers; written out, they still fit a description that --from reads
MOST_BYTES = 16 << 20  # of a file or an array, once unpacked

_NAMED = re.compile(r"(.+?\.(npy|npz|safetensors|csv))(?::(.+))?", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_KINDS = "biuf"  # numpy's letters for true and false, whole numbers and floating-point ones
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
"""The types of a safetensors file as numpy has them; bfloat16 is the upper half of a float32."""

_SPOILT = (
    ValueError, KeyError, TypeError, EOFError, OverflowError, MemoryError, RecursionError,
    NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a file raises that is damaged, or is something else than its name says."""


@dataclass(frozen=True)
class Numbers:
    """What a file holds: nested lists, how many at each level, and the names of a table's columns.

    `names` is empty where the columns of a table have none.
    """

    values: Any
    shape: tuple[int, ...]
    names: tuple[str, ...] = ()

    def forms(self) -> list[Any]:
        """All that it can stand for: rows and columns by name, the lists, and those without ones.

        The last are without the levels at which there is only one.
        """
        rows = [dict(zip(self.names, row, strict=True)) for row in self.values if self.names]
        columns = {name: [row[name] for row in rows] for name in self.names}
        return [*([rows, columns] if rows else []), self.values, _squeezed(self.values, self.shape)]

    def __str__(self) -> str:
        count = " × ".join(map(str, self.shape)) or "1"
        named = f" in the columns {', '.join(self.names)}" if self.names else ""
        return f"{count} number{'s' * (count != '1')}{shortened(named, 200)}"


def as_plain(value: Any) -> Any:
    """A value in which arrays and tensors are lists of numbers, and paths are texts."""
    if isinstance(value, Mapping):
        return {name: as_plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "detach"):
        value = value.detach()  # a tensor that wants a gradient warns of being read
    return value.tolist() if hasattr(value, "tolist") else value


def names_arrays(value: Any) -> bool:
    """Whether a value is a text that names a file of numbers, whether it is there or not."""
    return isinstance(value, str) and _NAMED.fullmatch(value) is not None


def named_from(folder: Path, params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters that stand in a file of that folder: what they name there, named from here."""
    return {name: _from_here(folder, value) for name, value in params.items()}


def _from_here(folder: Path, value: Any) -> Any:
    match = _NAMED.fullmatch(value) if isinstance(value, str) else None
    if match is None or not (folder / match[1]).is_file():
        return value
    place = folder.absolute() / match[1]
    near = place.is_relative_to(Path.cwd())
    return f"{place.relative_to(Path.cwd()) if near else place}{value[match.end(1) :]}"


def read(text: str) -> Numbers:
    """The numbers that a text names: a file, and behind a colon one of its arrays or columns.

    Raises:
        ValueError: for a file that is not there or is damaged, an array that it has not, what is no
            finite number, and too many of them.
    """
    match = _NAMED.fullmatch(text)
    assert match is not None
    path, kind, key = Path(match[1]), match[2].lower(), match[3]
    if not path.is_file():
        raise ValueError(f"There is no file {shortened(match[1], 200)}.")
    try:
        with path.open("rb") as file:
            found = _READERS[kind](file, key, path.name)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {reason(error)}.") from error
    if math.prod(found.shape) == 0:
        raise ValueError(f"{path.name} holds no numbers: there are {found}.")
    return found


class _Refused(ValueError):
    """A sentence of ours, which is not taken for damage."""


def _npy(file: IO[bytes], key: str | None, name: str) -> Numbers:
    if key is not None:
        raise ValueError(f"{name} holds one array without a name; leave :{shortened(key)} out.")
    return _unspoilt(lambda: _listed(_array(file, name), name), name, "a .npy file")


def _npz(file: IO[bytes], key: str | None, name: str) -> Numbers:
    def found() -> Numbers:
        with zipfile.ZipFile(file) as archive:
            members = {n.removesuffix(".npy"): n for n in archive.namelist() if n.endswith(".npy")}
            chosen = _chosen(key, list(members), "array", name)
            about = archive.getinfo(members[chosen])
            if about.file_size > MOST_BYTES:
                raise _too_large(name, about.file_size)
            with archive.open(about) as member:
                return _listed(_array(member, f"{name}:{chosen}"), f"{name}:{chosen}")

    return _unspoilt(found, name, "a .npz file")


def _safetensors(file: IO[bytes], key: str | None, name: str) -> Numbers:
    def found() -> Numbers:
        length = int.from_bytes(file.read(8), "little")
        if length > MOST_BYTES:
            raise ValueError
        header = json.loads(file.read(length))
        chosen = _chosen(key, [n for n in header if n != "__metadata__"], "tensor", name)
        return _listed(_tensor(file, 8 + length, header[chosen], name), f"{name}:{chosen}")

    return _unspoilt(found, name, "a .safetensors file")


def _csv(file: IO[bytes], key: str | None, name: str) -> Numbers:
    payload = file.read(MOST_BYTES + 1)
    if len(payload) > MOST_BYTES:
        raise _too_large(name, os.fstat(file.fileno()).st_size)
    try:
        lines = _cells(payload.decode("utf-8-sig"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{name} is no table in UTF-8: {reason(error)}.") from error
    names: Sequence[str] = ()
    if lines and any(_number(cell) is None for cell in lines[0][1]):
        names = [cell.strip() for cell in lines.pop(0)[1]]
    rows = [_row(cells, number, names or lines[0][1], name) for number, cells in lines]
    if len(set(names)) < len(names):
        raise ValueError(f"{name} has two columns of one name: {shortened(', '.join(names))}.")
    shape = (len(rows), len(rows[0]) if rows else len(names))
    _refuse_many(shape, name)
    if key is None:
        return Numbers(rows, shape, tuple(names))
    at = list(names).index(_chosen(key, names, "column", name))
    return Numbers([row[at] for row in rows], shape[:1])


_READERS: Mapping[str, Callable[[IO[bytes], str | None, str], Numbers]] = {
    "npy": _npy, "npz": _npz, "safetensors": _safetensors, "csv": _csv,
}  # fmt: skip


def _unspoilt(found: Callable[[], Numbers], name: str, kind: str) -> Numbers:
    """What is found; whatever goes wrong in it says that the file is damaged."""
    try:
        return found()
    except _Refused:
        raise
    except _SPOILT as error:
        raise ValueError(f"{name} is damaged, or is not {kind}.") from error


def _chosen(key: str | None, names: Sequence[str], what: str, file: str) -> str:
    """The name that was asked for, or the only one."""
    if key in names:
        return str(key)
    if key is None and len(names) == 1:
        return names[0]
    few = ", ".join(names[:12]) + (f" … ({len(names)} in all)" if len(names) > 12 else "")
    there = f"it has {shortened(few, 300)}" if names else f"it has no {what}s with names"
    if key is None:
        example = f"; choose one, as {file}:{names[0]}" if names else ""
        raise _Refused(f"{file}: {there}{example}.")
    hint = nearest(key, list(names))
    raise _Refused(f"{file} has no {what} {shortened(key)!r}; {there}.{hint}")


def _array(file: IO[bytes], name: str) -> np.ndarray:
    """The array of a .npy file, looked at before it is read."""
    from numpy.lib import format

    if hasattr(file, "fileno") and not isinstance(file, zipfile.ZipExtFile):
        size = os.fstat(file.fileno()).st_size
        if size > MOST_BYTES:
            raise _too_large(name, size)
    version = format.read_magic(file)
    header = {(1, 0): format.read_array_header_1_0, (2, 0): format.read_array_header_2_0}[version]
    shape, _, dtype = header(file)
    if dtype.hasobject:
        raise _Refused(f"{name} holds objects in a pickle, which could run code; give numbers.")
    if dtype.kind not in _KINDS:
        raise _Refused(f"{name} holds values of type {shortened(str(dtype))}; give real numbers.")
    _refuse_many(shape, name)
    file.seek(0)
    array: np.ndarray = format.read_array(file, allow_pickle=False)
    return array


def _tensor(file: IO[bytes], start: int, about: Mapping[str, Any], name: str) -> np.ndarray:
    """The tensor of a safetensors file whose header says this of it."""
    import numpy as np

    kind, shape, (begin, end) = about["dtype"], tuple(about["shape"]), about["data_offsets"]
    if kind not in _DTYPES:
        allowed = ", ".join(_DTYPES)
        raise _Refused(f"{name} has it as {shortened(kind)}; one of {allowed} can be shown.")
    _refuse_many(shape, name)
    file.seek(start + begin)
    flat = np.frombuffer(file.read(end - begin), _DTYPES[kind])
    if kind == "BF16":
        flat = (flat.astype("<u4") << 16).view("<f4")
    return flat.reshape(shape)  # ValueError unless there are so many


def _listed(array: np.ndarray, name: str) -> Numbers:
    import numpy as np

    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise _Refused(f"{name} is not finite at {count} of {array.size} places (nan or inf).")
    return Numbers(array.tolist(), array.shape)


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, cut into cells, with their numbers from 1.

    What stands between cells is what the first line has: a semicolon, a tab, a comma, or spaces.
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        return []
    lines[0] = lines[0][0], lines[0][1].removeprefix("#").strip()  # as np.savetxt begins names
    between = next((mark for mark in ";\t," if mark in lines[0][1]), None)
    if between is None:
        return [(number, line.split()) for number, line in lines]
    return [
        (number, next(csv.reader(io.StringIO(line), delimiter=between, skipinitialspace=True)))
        for number, line in lines
    ]


def _row(cells: Sequence[str], number: int, first: Sequence[str], name: str) -> list[float]:
    """A line's numbers, as many as in the first line."""
    if len(cells) != len(first):
        raise ValueError(f"{name}, line {number}, has {len(cells)} cells, not {len(first)}.")
    found = [_number(cell) for cell in cells]
    for cell, value in zip(cells, found, strict=True):
        if value is None or not math.isfinite(value):
            given = repr(shortened(cell)) if cell.strip() else "empty"
            raise ValueError(f"{name}, line {number}: {given} is no finite number.")
    return [value for value in found if value is not None]


def _number(cell: str) -> float | None:
    if _WHOLE.fullmatch(cell.strip()):
        return int(cell)
    try:
        return float(cell)
    except ValueError:
        return None


def _squeezed(values: Any, shape: Sequence[int]) -> Any:
    if not shape:
        return values
    inner = [_squeezed(value, shape[1:]) for value in values]
    return inner[0] if shape[0] == 1 else inner


def _refuse_many(shape: Sequence[int], name: str) -> None:
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise ValueError
    if math.prod(shape) > MOST:
        sides = " × ".join(map(str, shape))
        raise _Refused(
            f"{name} holds {shortened(sides)} numbers; a parameter takes at most {MOST:,}."
        )


def _too_large(name: str, size: int) -> _Refused:
    return _Refused(f"{name} takes {size:,} bytes; at most {MOST_BYTES:,} are read.")
