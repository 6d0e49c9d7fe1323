"""Formulas as plain words, for those who search a page or hear it read."""

from __future__ import annotations

import re

SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η",
    "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "nabla": "∇", "dot.o": "⊙", "dot": "·",
    "times": "×", "approx": "≈", "in": "∈", "sum": "∑", "arrow": "→", "minus": "−", "thin": " ",
    "quad": " ", "top": "ᵀ", "sqrt": "√", "infinity": "∞", "partial": "∂", "plus.minus": "±",
}  # fmt: skip
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "<-": "←", "->": "→", "-": "−", "\\/": "/", "^ᵀ": "ᵀ"}
DRESS = (
    "text", "muted", "input", "weight", "gradient", "attention", "output", "highlight", "negative",
    "positive", "bold", "upright", "italic", "display", "hat", "mat", "vec",
)  # fmt: skip
"""Functions of our formulas that say how something looks and not what it is."""

_CALL = re.compile(r"\b([A-Za-z]+)\(([^()]*)\)")
_NAME = re.compile(r"[A-Za-z]+(?:\.[a-z]+)*")


def in_words(source: str) -> str:
    """A formula in Typst's mathematics as a line of plain text: `x_1 dot w` as "x1 · w"."""
    text = re.sub(r'part\("[^"]*",\s*', "bold(", source)
    text = re.sub(r'delim:\s*"[^"]*",', "", text)
    before = None
    while before != text:
        before, text = text, _CALL.sub(_opened, text)
    text = _NAME.sub(lambda match: SYMBOLS.get(match.group(0), match.group(0)), text)
    for sign, shown in SIGNS.items():
        text = text.replace(sign, shown)
    text = text.replace("{", "(").replace("}", ")").replace('"', "").replace("_", "")
    return re.sub(r"\s+", " ", text).strip()


def _opened(match: re.Match[str]) -> str:
    """A call without parentheses inside, as text; those that stay are braces meanwhile."""
    name, inner = match.groups()
    if name in DRESS:
        return inner
    if name == "frac":
        above, _, below = inner.partition(",")
        return f"{{{above.strip()}}}\\/{{{below.strip()}}}"
    if name in ("abs", "norm"):
        return f"|{inner}|"
    return f"{name}{{{inner}}}"
