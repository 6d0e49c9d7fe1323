"""What a user brings: an object out of a Python file, weights out of a checkpoint, a device.

A Python file is code that its owner asked to run, and runs when it is named. A checkpoint is data:
nothing in it is ever run.
"""

from __future__ import annotations

import importlib.util
import linecache
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn

PICKLED = (".pt", ".pth", ".ckpt", ".bin")
CHECKPOINTS = (".safetensors", *PICKLED)
WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before the names of the weights that they wrap."""

NESTED = ("state_dict", "model_state_dict", "model")
"""Under which names training scripts keep the weights beside other things."""

DEVICES = ("auto", "cpu", "cuda", "mps")
SHOWN = 3  # of the weights that do not fit


def from_file(named: str, what: str) -> Any:
    """The object that a user's Python file has by a name.

    Args:
        named: "file.py:name"; the file may import what lies beside it.
        what: what the object is to be, for the messages: "a model", "a loss".

    Raises:
        ValueError: if that cannot be read so, there is no such file or name, or the file fails.
    """
    file, _, name = named.rpartition(":")
    if not file.endswith(".py") or not name:
        raise ValueError(f"{what} is {named!r}; name it as file.py:name.")
    path = Path(file).absolute()
    if not path.is_file():
        raise ValueError(f"{what} is {named!r}, but there is no file {file}.")
    module = _imported(path, what)
    if not hasattr(module, name):
        has = [key for key, value in vars(module).items() if _is_own(value, module, key)]
        raise ValueError(
            f"{what} is {named!r}, but {path.name} has no {name}; it has "
            f"{', '.join(has) or 'no function or class'}."
        )
    return getattr(module, name)


def made_by(named: str, what: str) -> Any:
    """What the function or the class of a user's file makes, or the object that stands there.

    It is called without arguments. Random numbers of torch's are those of seed 0.

    Raises:
        ValueError: if it cannot be had, with the line of the file that failed.
    """
    found = from_file(named, what)
    if isinstance(found, nn.Module) or not callable(found):
        return found
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            return found()
        except Exception as error:
            path = Path(named.rpartition(":")[0]).absolute()
            raise ValueError(f"{what} cannot be had: {fault_in(path, error)}") from error


def module_made_by(named: str) -> nn.Module:
    """The module that a user's file makes, or has.

    Raises:
        ValueError: if it cannot be had, or is none.
    """
    module = made_by(named, "model")
    if not isinstance(module, nn.Module):
        kind = type(module).__name__
        raise ValueError(f"model is {named!r}, a {kind}; it must give a torch.nn.Module.")
    return module


def _imported(path: Path, what: str) -> Any:
    """A user's file as a module, run once in a process."""
    name = f"mlanim_own_{path.stem}_{abs(hash(str(path)))}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ValueError(f"{what} cannot be had: {fault_in(path, error)}") from error
    return module


def fault_in(path: Path, error: BaseException) -> str:
    """An error as the last line of a user's file that it came through, and what it says."""
    if isinstance(error, SyntaxError):
        return f"{path.name}, line {error.lineno}: {error.msg}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if Path(frame.filename) == path]  # fmt: skip
    said = f"{type(error).__name__}: {error}"
    if not frames:
        return f"{path.name}: {said}"
    line = linecache.getline(str(path), frames[-1].lineno or 0).strip()
    return f"{path.name}, line {frames[-1].lineno}: {line}: {said}"


def _is_own(value: Any, module: Any, name: str) -> bool:
    """Whether a value was made in a module to be used: a function or a class of its own."""
    return (
        callable(value) and getattr(value, "__module__", "") == module.__name__ and name[0] != "_"
    )


def weights_of(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by their names, on the CPU.

    Args:
        path: .safetensors, or what `torch.save` wrote of a `state_dict`, alone or under a usual
            name, read with `weights_only=True`.

    Raises:
        ValueError: if it is not there, is no checkpoint, or holds more than tensors and plain
            values, which are never loaded, since loading them could run code.
    """
    file = Path(path)
    if not file.is_file():
        raise ValueError(f"checkpoint is {path}, which is no file.")
    if file.suffix not in CHECKPOINTS:
        raise ValueError(f"checkpoint is {path}; it must end in {', '.join(CHECKPOINTS)}.")
    content = _safetensors(file) if file.suffix == ".safetensors" else _unpickled(file)
    content = next((content[key] for key in NESTED if isinstance(content.get(key), dict)), content)
    weights = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not weights:
        raise ValueError(f"{file.name} holds no tensors by name; save model.state_dict().")
    for wrapper in WRAPPERS:
        if all(name.startswith(wrapper) for name in weights):
            weights = {name.removeprefix(wrapper): value for name, value in weights.items()}
    return weights


def _safetensors(file: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(file))
    except (SafetensorError, OSError, KeyError) as error:
        raise ValueError(f"{file.name} cannot be read as safetensors: {error}.") from error


def _unpickled(file: Path) -> Mapping[str, Any]:
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise ValueError(
            f"{file.name} holds more than tensors and plain values, and loading that could run "
            "code, so it was not loaded; save model.state_dict(), or use safetensors."
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        raise ValueError(f"{file.name} is no checkpoint that torch can read.") from error
    if not isinstance(content, Mapping):
        kind = type(content).__name__
        raise ValueError(f"{file.name} holds a {kind}; save model.state_dict().")
    return content


def with_weights(module: nn.Module, path: str | Path) -> None:
    """Load a checkpoint into a module.

    Raises:
        ValueError: if it cannot be read, or names and shapes do not fit; it lists them.
    """
    weights, wanted = weights_of(path), module.state_dict()
    faults = [f"{name} is missing" for name in wanted if name not in weights]
    faults += [f"{name} is not in the model" for name in weights if name not in wanted]
    faults += [
        f"{name} is {_shape(weights[name])} where the model has {_shape(value)}"
        for name, value in wanted.items()
        if name in weights and weights[name].shape != value.shape
    ]
    if faults:
        more = f", and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise ValueError(
            f"{Path(path).name} does not fit the model: {'; '.join(faults[:SHOWN])}{more}."
        )
    module.load_state_dict(weights)


def _shape(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "one number"


def device_named(name: str) -> torch.device:
    """A device by its name: "cpu", "cuda", "mps", or "auto", the fastest that is there.

    Raises:
        ValueError: if there is no such device here.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next((device for device, is_there in there.items() if is_there), "cpu"))
    if name not in DEVICES:
        raise ValueError(f"device is {name!r}; it must be one of {', '.join(DEVICES)}.")
    if not there.get(name, True):
        found = [device for device in there if there[device]]
        raise ValueError(f"device is {name}, but there is none here; there is {_listed(found)}.")
    return torch.device(name)


def _listed(devices: Sequence[str]) -> str:
    return " and ".join(["cpu", *devices])
