"""What a user brings is run only where it is code, and refused in a sentence where it is wrong."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mlanim.core.models.own import device_named, from_file, weights_of, with_weights

FILE = """
from beside import WIDTH
from torch import nn


class Net(nn.Linear):
    pass


def make_model():
    return Net(2, WIDTH)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "beside.py").write_text("WIDTH = 3")
    (tmp_path / "net.py").write_text(FILE)
    return tmp_path / "net.py"


def test_an_object_comes_from_a_file_that_imports_what_lies_beside_it(file: Path) -> None:
    make = from_file(f"{file}:make_model", "model")
    assert make().weight.shape == (3, 2)
    assert from_file(f"{file}:Net", "model") is type(make())  # the file ran once


def test_a_file_is_refused_with_what_it_has(file: Path) -> None:
    broken = file.with_name("broken.py")
    broken.write_text("a = 1\nraise KeyError('no such layer')")
    wrong = file.with_name("wrong.py")
    wrong.write_text("a = (")
    for named, said in {
        "net.py": "name it as file.py:name",
        str(file): "name it as file.py:name",
        "nowhere.py:net": "there is no file nowhere.py",
        f"{file}:make": "net.py has no make; it has Net, make_model",
        f"{broken}:a": "broken.py, line 2: raise KeyError('no such layer'): KeyError",
        f"{wrong}:a": "wrong.py, line 1: '(' was never closed",
    }.items():
        with pytest.raises(ValueError, match="model") as refused:
            from_file(named, "model")
        assert said in str(refused.value)


class Evil:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path("ran"),))


def test_a_checkpoint_that_could_run_code_is_refused_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"weight": Evil()}, "evil.pt")
    Path("plain.pt").write_bytes(pickle.dumps(Evil()))
    torch.save(nn.Linear(2, 3), "whole.pt")
    for name in ("evil.pt", "plain.pt", "whole.pt"):
        with pytest.raises(ValueError, match=f"{name} holds more than tensors"):
            weights_of(name)
    assert not Path("ran").exists()


@pytest.mark.parametrize("wrapper", ["", "module.", "_orig_mod."])
def test_weights_are_loaded_as_people_save_them(tmp_path: Path, wrapper: str) -> None:
    source = {wrapper + name: value for name, value in nn.Linear(2, 3).state_dict().items()}
    save_file(source, tmp_path / "w.safetensors")
    torch.save(source, tmp_path / "w.pt")
    torch.save({"epoch": 3, "state_dict": source}, tmp_path / "w.ckpt")
    for name in ("w.safetensors", "w.pt", "w.ckpt"):
        with_weights(net := nn.Linear(2, 3), tmp_path / name)
        assert torch.equal(net.weight, source[wrapper + "weight"])


def test_what_does_not_fit_is_listed_by_name_and_shape(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"weight": torch.zeros(4, 2), "scale": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="does not fit the model") as refused:
        with_weights(nn.Linear(2, 3), path)
    for said in (
        "bias is missing", "scale is not in the model", "weight is 4 × 2 where the model has 3 × 2"
    ):  # fmt: skip
        assert said in str(refused.value)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    for name, content in {
        "a.safetensors": b"nothing", "b.pt": b"", "c.pth": b"PK\x03\x04 cut", "d.npy": b""
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            weights_of(tmp_path / name)
    torch.save(torch.zeros(3), tmp_path / "e.pt")
    with pytest.raises(ValueError, match="holds a Tensor; save"):
        weights_of(tmp_path / "e.pt")


def test_a_device_is_there_or_refused() -> None:
    assert device_named("cpu").type == "cpu"
    assert device_named("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(ValueError, match="must be one of auto, cpu, cuda, mps"):
        device_named("gpu")
    absent = next(
        name for name, there in {
            "mps": torch.backends.mps.is_available(), "cuda": torch.cuda.is_available()
        }.items() if not there
    )  # fmt: skip
    with pytest.raises(ValueError, match=f"device is {absent}, but there is none here; there is"):
        device_named(absent)
