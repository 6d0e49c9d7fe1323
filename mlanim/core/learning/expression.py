"""A function of x from a text such as "exp(-x**2)": read by Python's own parser, never run as code.

Torch computes what the tree consists of, if that is numbers, x, signs, powers and the functions
named here; all else is refused.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from mlanim.words.nearest import unknown
from mlanim.words.numbers import superscript

LONGEST = 200  # characters
EXAMPLES = "x**2, sin(x) or exp(-x**2)"
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "exp": torch.exp, "log": torch.log,
    "sqrt": torch.sqrt, "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh,
    "atan": torch.atan, "abs": torch.abs, "relu": torch.relu, "sigmoid": torch.sigmoid,
}  # fmt: skip
OPERATORS: dict[type[ast.AST], Callable[..., Tensor]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: torch.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A function of x; calling it computes it in the arithmetic of its argument (…)."""

    text: str
    tree: ast.expr

    def __call__(self, x: Tensor) -> Tensor:
        """The values (…) at x (…).

        Raises:
            ValueError: for a tree that is no expression in x, with what is wrong with it.
        """
        return self._value(self.tree, x).broadcast_to(x.shape)

    @property
    def shown(self) -> str:
        """The text as a reader knows it: "x² · sin(x) + 1"."""
        evenly = ast.unparse(self.tree).replace(" ** ", "**")
        power = r"\*\*(\d+)(?![\d.]|\*\*)"
        raised = re.sub(power, lambda match: superscript(match[1]), evenly)
        return raised.replace(" * ", " · ")

    def _value(self, node: ast.AST, x: Tensor) -> Tensor:
        match node:
            case ast.Constant(value=int() | float() as number) if type(number) is not bool:
                return torch.tensor(float(str(number)), dtype=x.dtype)
            case ast.Name(id="x"):
                return x
            case ast.Name(id=name) if name in CONSTANTS:
                return torch.tensor(CONSTANTS[name], dtype=x.dtype)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self._value(operand, x))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self._value(left, x), self._value(right, x))
            case ast.Call(func=ast.Name(id=name), args=[part], keywords=[]) if name in FUNCTIONS:
                return FUNCTIONS[name](self._value(part, x))
            case ast.Name(id=name):
                fault = unknown("variable", name, ("x", *CONSTANTS))
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
                fault = unknown("function", name, FUNCTIONS)
            case _:
                fault = (
                    f"{ast.unparse(node)} is more than x and numbers with + − * / ** and functions "
                    f"of one value; write {EXAMPLES}."
                )
        raise ValueError(f"In {self.text!r}: {fault}")


def parse(text: str) -> Expression:
    """The function of x that a text writes down.

    Raises:
        ValueError: for anything but an expression in x, with what is wrong with it.
    """
    if len(text) > LONGEST:
        raise ValueError(f"The function has {len(text)} characters; give {LONGEST} at most.")
    try:
        found = Expression(text.strip(), ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text!r} is no expression in x; write {EXAMPLES}.") from error
    if not found(torch.ones((), requires_grad=True)).requires_grad:
        raise ValueError(f"{text!r} does not depend on x; write {EXAMPLES}.")
    return found
