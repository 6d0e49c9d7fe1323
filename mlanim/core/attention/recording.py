"""Every attention that a module of PyTorch runs, recorded while it runs.

Seen are torch's `scaled_dot_product_attention`, whoever calls it (most Hugging Face models do),
`nn.MultiheadAttention`, alone or in `nn.TransformerEncoder`, and softmax(q kᵀ) v that a module
writes out with matrix products. The module and its weights stay as they are.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from mlanim.core.repeatable import one_thread  # before torch: sets how products are rounded

# isort: split

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mlanim.core.attention.interception.callers import Callers
from mlanim.core.attention.interception.written_out import WrittenOut
from mlanim.core.attention.trace import CLOSE, softmax

HIDDEN = -1e4
"""A mask that adds this or less hides: e to this power is 0 in single precision."""

ATTEND = F.scaled_dot_product_attention


@dataclass(frozen=True)
class LayerRecord:
    """One attention with H heads over T tokens, in the precision of the module.

    q, k: (H, T, d_k), as they are multiplied (turned by their positions where the model does so);
    keys and values that heads share are repeated. v, output: (H, T, d_v); scores: (H, T, T), what
    the softmax is taken of, −∞ where a token may not be looked at; weights: (H, T, T); inputs:
    (T, d), what the module reads that runs the attention; module: its name.
    """

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    output: np.ndarray
    inputs: np.ndarray
    module: str


class NotRecorded(ValueError):
    """An attention of a kind that is not recorded, or that contradicts itself."""


def record(module: nn.Module, *inputs: Any, **kwargs: Any) -> list[LayerRecord]:
    """Run a module once on one sentence, in eval mode and without gradients.

    Args:
        module: what holds attention anywhere inside.
        inputs: what it is called with; a batch of one.
        kwargs: what it is called with by name.

    Returns:
        A record for each attention that ran, in the order in which they ran.

    Raises:
        ValueError: if none ran, the module fails, or an attention is of another kind: cross
            attention, a batch of several sentences, extra keys (`add_bias_kv`, `add_zero_attn`),
            a row that may look at no token, less than single precision, dropout in eval mode.
    """
    return run(module, inputs, kwargs)[1]


@one_thread()
def run(
    module: nn.Module,
    inputs: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    off: tuple[int, int] | None = None,
) -> tuple[Any, list[LayerRecord]]:
    """What a module returns, and what `record` gives.

    Args:
        off: layer and head, counted from 1, whose output is zeros instead; what is recorded of
            that head is what it would have given.

    Raises:
        ValueError: as `record`, or if there is no such head.
    """
    module = getattr(module, "_orig_mod", module)  # what torch.compile wrapped
    recording = _Recording(off)
    with ExitStack() as stack:
        stack.enter_context(_evaluating(module))
        stack.enter_context(torch.no_grad())
        stack.enter_context(recording.callers.watching(module))
        stack.enter_context(recording)
        try:
            output = module(*inputs, **(kwargs or {}))
        except NotRecorded:
            raise
        except Exception as error:
            said = str(error).strip().partition("\n")[0][:200]
            raise ValueError(
                f"{type(module).__name__} cannot be run on this input: "
                f"{type(error).__name__}: {said}"
            ) from error
    if not recording.records:
        raise NotRecorded(
            f"{type(module).__name__} ran no attention that can be recorded: "
            "nn.MultiheadAttention, F.scaled_dot_product_attention, or softmax(q @ k.mT) @ v "
            "written out."
        )
    _is_there(off, recording.records)
    return output, recording.records


def _is_there(off: tuple[int, int] | None, records: list[LayerRecord]) -> None:
    if off is None:
        return
    layer, head = off
    if not 1 <= layer <= len(records):
        raise NotRecorded(f"layer is {layer}; the model has layers 1 to {len(records)}.")
    heads = len(records[layer - 1].weights)
    if not 1 <= head <= heads:
        raise NotRecorded(f"head is {head}; layer {layer} has heads 1 to {heads}.")


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Put all of a module into eval mode, and each part back into its own afterwards."""
    before = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in before:
            part.training = training


@dataclass(eq=False)
class _Recording(TorchFunctionMode):
    """Sees every function of torch that is called, and records those that are attention."""

    off: tuple[int, int] | None
    records: list[LayerRecord] = field(default_factory=list)
    callers: Callers = field(default_factory=Callers)
    written: WrittenOut = field(default_factory=WrittenOut)

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func is ATTEND:
            return self.attend(*args, **kwargs)
        if func is F.multi_head_attention_forward:
            return self.multi_head(*args, **kwargs)
        result = func(*args, **kwargs)
        found = self.written.follow(func, args, kwargs, result)
        if found is None:
            return result
        return found.restore(self.keep(found.q, found.k, found.v, found.scores, found.output))

    def attend(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        *,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        """`F.scaled_dot_product_attention`, recorded."""
        if dropout_p:
            self.refuse(
                f"drops weights at random in eval mode (dropout_p={dropout_p}); "
                "pass dropout_p=0.0 unless self.training"
            )
        output = ATTEND(
            query, key, value, attn_mask, 0.0, is_causal, scale=scale, enable_gqa=enable_gqa
        )
        if enable_gqa:
            shared = query.shape[-3] // key.shape[-3]
            key, value = (one.repeat_interleave(shared, dim=-3) for one in (key, value))
        factor = query.shape[-1] ** -0.5 if scale is None else scale
        scores = query.double() @ key.double().transpose(-2, -1) * factor
        return self.keep(query, key, value, scores + _added(attn_mask, is_causal, scores), output)

    def multi_head(self, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor | None]:
        """What `nn.MultiheadAttention` runs: recorded, and held against the weights it gives."""
        given = inspect.signature(F.multi_head_attention_forward).bind(*args, **kwargs).arguments
        if given["bias_k"] is not None or given["add_zero_attn"]:
            self.refuse("adds keys that belong to no token (add_bias_kv or add_zero_attn)")
        query, key = given["query"], given["key"]
        if query.shape == key.shape and not torch.equal(query, key):
            self.refuse(
                "attends to other vectors than those that ask; only self-attention is shown"
            )
        wanted, mean = given.pop("need_weights", True), given.pop("average_attn_weights", True)
        F.scaled_dot_product_attention = self.attend  # type: ignore[assignment]  # the next calls it
        try:
            output, _ = F.multi_head_attention_forward(**given, need_weights=False)
        finally:
            F.scaled_dot_product_attention = ATTEND
        _, weights = F.multi_head_attention_forward(
            **given, need_weights=True, average_attn_weights=False
        )
        assert weights is not None
        self.agree(
            "weights are not the softmax of its scores", _heads(weights), self.records[-1].weights
        )
        shown = weights.mean(dim=-3) if mean else weights
        return output, shown if wanted else None

    def keep(self, q: Tensor, k: Tensor, v: Tensor, scores: Tensor, output: Tensor) -> Tensor:
        """Record one attention; its output, without the head that is switched off."""
        self.check(scores, output)
        own = np.float64 if output.dtype == torch.float64 else np.float32
        queries, keyed, values, given = (_heads(one) for one in (q, k, v, output))
        scored = np.where(_heads(scores) <= HIDDEN, -np.inf, _heads(scores))
        if not np.isfinite(scored.max(-1)).all():
            place = int(np.argwhere(~np.isfinite(scored.max(-1)))[0, -1]) + 1
            self.refuse(f"lets token {place} look at no token, or has a score that is no number")
        weights = softmax(scored)
        self.agree("output is not weights times values", weights @ values, given)
        arrays = {
            "q": queries, "k": keyed, "v": values, "scores": scored, "weights": weights,
            "output": given, "inputs": self.inputs(scores.shape[-1]),
        }  # fmt: skip
        shown = {name: one.astype(own) for name, one in arrays.items()}
        self.records.append(LayerRecord(**shown, module=self.callers.name))
        return self.without_head(output, len(weights))

    def check(self, scores: Tensor, output: Tensor) -> None:
        """Refuse what is not self-attention of one sentence in single or double precision."""
        count, keys = scores.shape[-2:]
        if count != keys:
            self.refuse(
                f"attends from {count} tokens to {keys} others; only self-attention is shown"
            )
        if scores.dim() > 4 or (scores.dim() == 4 and len(scores) != 1):
            self.refuse(f"is given {len(scores)} sentences at once; give one")
        if output.dtype not in (torch.float32, torch.float64):
            self.refuse(f"computes in {output.dtype}; give module.float()")

    def without_head(self, output: Tensor, heads: int) -> Tensor:
        """The output, zeros in place of the head that is switched off in this layer."""
        layer, head = self.off or (0, 0)
        if layer != len(self.records) or not 1 <= head <= heads:
            return output
        kept = torch.ones(heads, 1, 1, dtype=output.dtype, device=output.device)
        kept[head - 1] = 0
        return (output.reshape(heads, *output.shape[-2:]) * kept).reshape(output.shape)

    def inputs(self, count: int) -> np.ndarray:
        """What the module reads that runs this attention, (T, d)."""
        rows = self.callers.vectors(count)
        if rows is None:
            self.refuse("reads no vectors, one for each token; put it into an nn.Module that does")
        return rows

    def agree(self, fault: str, expected: np.ndarray, given: np.ndarray) -> None:
        """Hold two ways to the same numbers against each other."""
        if expected.shape != given.shape or not np.allclose(expected, given, atol=CLOSE):
            self.refuse(f"contradicts itself: its {fault}")

    def refuse(self, why: str) -> NoReturn:
        """Raise what is wrong with the attention that runs now."""
        raise NotRecorded(f"Attention {len(self.records) + 1} ({self.callers.name}) {why}.")


def _added(mask: Tensor | None, is_causal: bool, scores: Tensor) -> Tensor:
    """What masks add to the scores: 0 or −∞ for one of truth values, or as it is given."""
    allowed = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device)
    if is_causal:
        allowed = allowed.tril()
    if mask is None or mask.dtype == torch.bool:
        seen = allowed if mask is None else allowed & mask
        return torch.zeros(seen.shape, device=seen.device).masked_fill(~seen, -torch.inf)
    return mask.double().masked_fill(~allowed, -torch.inf)


def _heads(tensor: Tensor) -> np.ndarray:
    """(1, H, T, …) or (H, T, …) or (T, …) as (H, T, …), in double precision."""
    return np.asarray(tensor.detach().double().cpu().reshape(-1, *tensor.shape[-2:]).numpy())
