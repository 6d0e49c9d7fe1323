"""Files of numbers: each kind as its own library writes it, and what must not be read."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors

from mlanim.engine import arrays
from mlanim.engine.jobs import settings

MATRIX = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_kind_of_file_gives_what_was_written_into_it() -> None:
    np.save("a.npy", MATRIX)
    np.savez("b.npz", one=MATRIX, two=np.arange(3))
    np.savez_compressed("c.npz", MATRIX)
    save_file({"layer.weight": MATRIX, "layer:0": MATRIX[0]}, "d.safetensors")
    np.savetxt("e.csv", MATRIX, delimiter=",")
    np.savetxt("f.csv", MATRIX)
    np.savetxt("g.csv", MATRIX, delimiter="\t", header="w\tx\ty\tz")
    Path("h.csv").write_bytes(("\ufeffw;x;y;z\r\n" + _lines(MATRIX, ";")).encode())
    names = "a.npy b.npz:one c.npz d.safetensors:layer.weight e.csv f.csv g.csv h.csv"
    for name in names.split():
        found = arrays.read(name)
        assert np.array_equal(np.array(found.values, np.float32), MATRIX), name
        assert found.shape == (3, 4)
    assert arrays.read("d.safetensors:layer:0").values == MATRIX[0].tolist()
    assert arrays.read("b.npz:two").values == [0, 1, 2]
    assert arrays.read("g.csv").names == arrays.read("h.csv").names == ("w", "x", "y", "z")
    assert np.allclose(arrays.read("h.csv:y").values, MATRIX[:, 2])


def _lines(matrix: np.ndarray, between: str) -> str:
    return "\r\n".join(between.join(map(repr, row)) for row in matrix.tolist()) + "\r\n\r\n"


@pytest.mark.parametrize("kind", ["float64", "float16", "bfloat16", "int32", "uint8", "bool"])
def test_tensors_of_every_type_read_as_torch_reads_them(kind: str) -> None:
    tensor = torch.tensor([[1.0, 0.0, 3.140625]]).to(getattr(torch, kind))
    save_tensors({"t": tensor, "empty": torch.zeros(0)}, "t.safetensors")
    assert arrays.read("t.safetensors:t").values == tensor.tolist()


def test_sides_of_one_may_be_left_out_and_rows_and_columns_have_names() -> None:
    np.save("row.npy", np.array([[[1.0, 2.0]]]))
    assert arrays.read("row.npy").forms() == [[[[1.0, 2.0]]], [1.0, 2.0]]
    Path("t.csv").write_text("x, label\n1.5, 0\n2, 1\n")
    rows, columns, lists, _ = arrays.read("t.csv").forms()
    assert rows == [{"x": 1.5, "label": 0}, {"x": 2, "label": 1}]
    assert columns == {"x": [1.5, 2], "label": [0, 1]}
    assert lists == [[1.5, 0], [2, 1]]


class Trap:
    """Runs a command as it is unpickled."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung"),)


def _zipped(name: str, payload: bytes, file: str) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, payload)


def _npy_head(shape: tuple[int, ...], dtype: str = "<f8") -> bytes:
    file = io.BytesIO()
    about = {"shape": shape, "fortran_order": False, "descr": dtype}
    np.lib.format.write_array_header_1_0(file, about)  # type: ignore[arg-type]
    return file.getvalue()


def _tensors(header: dict[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def _tensor(shape: list[int], end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"t": {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}}


def _write(name: str, payload: bytes) -> Callable[[], object]:
    return lambda: Path(name).write_bytes(payload)


TRAP = np.array([Trap()], dtype=object)
HOSTILE: dict[str, tuple[Callable[[], object], str, str]] = {
    "pickle as npy": (_write("a.npy", pickle.dumps(Trap())), "a.npy", "damaged, or is not a .npy"),
    "objects": (lambda: np.save("a.npy", TRAP, True), "a.npy", "holds objects in a pickle"),
    "objects in npz": (lambda: np.savez("a.npz", t=TRAP), "a.npz:t", "a.npz:t holds objects"),
    "pickle in npz": (
        lambda: _zipped("t.npy", pickle.dumps(Trap()), "a.npz"), "a.npz", "damaged, or is not"
    ),
    "pickle beside": (
        lambda: _zipped("t.pkl", pickle.dumps(Trap()), "a.npz"), "a.npz:t.pkl", "no arrays with"
    ),
    "bomb": (lambda: _zipped("t.npy", bytes(40 << 20), "a.npz"), "a.npz", "takes 41,943,040 bytes"),
    "huge shape": (_write("a.npy", _npy_head((10**9, 10**9))), "a.npy", "at most 524,288"),
    "huge in npz": (lambda: _zipped("t.npy", _npy_head((10**12,)), "a.npz"), "a.npz", "at most"),
    "too many": (lambda: np.save("a.npy", np.zeros((1024, 513))), "a.npy", "1024 × 513 numbers"),
    "cut off": (_write("a.npy", _npy_head((100,)) + bytes(8)), "a.npy", "damaged"),
    "texts": (lambda: np.save("a.npy", np.array(["x"])), "a.npy", "type <U1; give real numbers"),
    "complex": (lambda: np.save("a.npy", np.array([1j])), "a.npy", "type complex128"),
    "nan": (lambda: np.save("a.npy", np.array([1, np.nan])), "a.npy", "at 1 of 2 places"),
    "nothing": (lambda: np.save("a.npy", np.zeros((0, 3))), "a.npy", "holds no numbers: there"),
    "key of one": (lambda: np.save("a.npy", np.ones(3)), "a.npy:t", "one array without a name"),
    "no zip": (_write("a.npz", b"PK nothing"), "a.npz", "damaged, or is not a .npz file"),
    "which": (lambda: np.savez("a.npz", p=1, q=2), "a.npz", "has p, q; choose one, as a.npz:p"),
    "missing": (lambda: np.savez("a.npz", weight=1), "a.npz:weigth", "Did you mean weight?"),
    "no tensor": (_write("a.safetensors", b"\x00" * 4), "a.safetensors", "damaged"),
    "huge head": (_write("a.safetensors", b"\xff" * 9), "a.safetensors", "damaged"),
    "huge tensor": (
        _write("a.safetensors", _tensors(_tensor([1 << 40], 1 << 42))), "a.safetensors", "at most"
    ),
    "wrong size": (
        _write("a.safetensors", _tensors(_tensor([3], 8), bytes(8))), "a.safetensors", "damaged"
    ),
    "negative": (
        _write("a.safetensors", _tensors(_tensor([-1, -4], 16), bytes(16))), "a.safetensors",
        "damaged",
    ),
    "odd type": (
        _write("a.safetensors", _tensors(_tensor([4], 4, "F8_E5M2"), bytes(4))),
        "a.safetensors", "has it as F8_E5M2",
    ),
    "deep": (
        _write("a.safetensors", struct.pack("<Q", 90000) + b"[" * 90000), "a.safetensors", "damaged"
    ),
    "words": (_write("a.csv", b"x,y\n1,2\n3,four"), "a.csv", "line 3: 'four' is no finite number"),
    "inf": (_write("a.csv", b"1,2\n3,inf"), "a.csv", "line 2: 'inf' is no finite number"),
    "gap": (_write("a.csv", b"x,y\n1,"), "a.csv", "line 2: empty is no finite number"),
    "ragged": (_write("a.csv", b"1,2\n\n3"), "a.csv", "line 3, has 1 cells, not 2"),
    "twice": (_write("a.csv", b"x,x\n1,2"), "a.csv", "two columns of one name: x, x"),
    "column": (_write("a.csv", b"x,y\n1,2"), "a.csv:z", "no column 'z'; it has x, y"),
    "no names": (_write("a.csv", b"3,4\n1,2"), "a.csv:z", "it has no columns with names"),
    "empty": (_write("a.csv", b""), "a.csv", "holds no numbers"),
    "no text": (_write("a.csv", b"\xff\xfe\x00"), "a.csv", "no table in UTF-8"),
    "not there": (lambda: None, "a.csv", r"There is no file a\.csv"),
    "a folder": (lambda: Path("a.npz").mkdir(), "a.npz:x", r"There is no file a\.npz"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_array_of_numbers_is_refused_in_a_sentence_and_not_run(case: str) -> None:
    write, named, words = HOSTILE[case]
    write()
    with pytest.raises(ValueError, match=words) as caught:
        arrays.read(named)
    assert not Path("sprung").exists()
    assert len(str(caught.value)) < 400


def test_the_trap_works() -> None:
    pickle.loads(pickle.dumps(Trap()))
    assert Path("sprung").exists()


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("a.npy", True), ("dir.x/a.NPZ:layer:0", True), ("C:\\a.csv:x", True), ("a.pt", False),
        ("1,2", False), (".csv", False), ("a.npyx", False), (3, False), ("", False),
    ],
)  # fmt: skip
def test_tells_files_of_numbers_from_other_texts(value: object, is_one: bool) -> None:
    assert arrays.names_arrays(value) is is_one


def test_arrays_tensors_and_paths_become_plain() -> None:
    wanting = torch.ones(2, requires_grad=True)
    given = {"a": np.eye(2), "b": [wanting, np.float32(2)], "c": Path("x.npy"), "d": (1, "t")}
    plain = {"a": [[1, 0], [0, 1]], "b": [[1, 1], 2], "c": "x.npy", "d": [1, "t"]}
    assert arrays.as_plain(given) == plain
    json.dumps(arrays.as_plain(given))


def test_parameters_in_a_file_name_what_lies_beside_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("talks/a.npz", "talks/week1/b.npz"):
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        Path(place).touch()
    Path("talks/mlanim.toml").write_text('[params.demo]\nv = "a.npz:v"\nw = "c.npy"\nn = 1\n')
    Path("talks/own.json").write_text('{"v": "a.npz", "w": "week1/b.npz:x"}')
    above = str(folder / "talks" / "a.npz")
    monkeypatch.chdir(folder / "talks" / "week1")
    found = settings.project_params(Path.cwd(), "demo")
    assert found == {"v": f"{above}:v", "w": "c.npy", "n": 1}
    beside = settings.params_file(Path("../own.json"))
    assert {name: Path(value.partition(":")[0]).resolve() for name, value in beside.items()} == {
        "v": folder / "talks" / "a.npz",
        "w": folder / "talks" / "week1" / "b.npz",
    }
    assert beside["w"].endswith("b.npz:x")
    monkeypatch.chdir(folder / "talks")
    assert settings.project_params(Path.cwd(), "demo")["v"] == "a.npz:v"
