"""A function of x from a text such as "exp(-x**2)": parsed, checked, and never run as code.

Python's own parser reads the text; what comes out is computed by torch if it consists of numbers,
x, signs, powers and the functions named here, and is refused otherwise.
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
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Expression:
    """A function of x; calling it computes it in the arithmetic of its argument (…)."""

    text: str
    tree: ast.expr

    def __call__(self, x: Tensor) -> Tensor:
        """The values (…) at x (…)."""
        return _value(self.tree, x).broadcast_to(x.shape)

    @property
    def shown(self) -> str:
        """The text as a reader knows it: "x² · sin(x)"."""
        raised = re.sub(r"\s*\*\*\s*(\d+)(?![\d.]|\s*\*\*)", _raised, self.text)
        return re.sub(r"\s*(?<!\*)\*(?!\*)\s*", " · ", raised).strip()


def parse(text: str) -> Expression:
    """The function of x that a text writes down.

    Raises:
        ValueError: for anything but an expression in x, with what is wrong with it.
    """
    if len(text) > LONGEST:
        raise ValueError(f"The function has {len(text)} characters; give {LONGEST} at most.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text!r} is no expression in x; write {EXAMPLES}.") from error
    _check(tree, text)
    if not any(isinstance(part, ast.Name) and part.id == "x" for part in ast.walk(tree)):
        raise ValueError(f"{text!r} does not depend on x; write {EXAMPLES}.")
    return Expression(text.strip(), tree)


def _raised(match: re.Match[str]) -> str:
    return match[1].translate(SUPERSCRIPTS)


def _check(node: ast.AST, text: str) -> None:
    """Let through what `_value` computes."""
    match node:
        case ast.Constant(value=int() | float() as number) if type(number) is not bool:
            return
        case ast.Name(id=name):
            if name != "x" and name not in CONSTANTS:
                raise ValueError(f"In {text!r}: {unknown('variable', name, ('x', *CONSTANTS))}")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            _check(left, text)
            _check(right, text)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            _check(operand, text)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
            if name not in FUNCTIONS:
                raise ValueError(f"In {text!r}: {unknown('function', name, FUNCTIONS)}")
            _check(argument, text)
        case ast.BinOp(op=ast.BitXor()):
            raise ValueError(f"In {text!r}: a power is written **, as in {EXAMPLES}.")
        case _:
            raise ValueError(
                f"{text!r} is more than an expression in x with + − * / ** and functions of one "
                f"value; write {EXAMPLES}."
            )


def _value(node: ast.AST, x: Tensor) -> Tensor:
    match node:
        case ast.Constant(value=number):
            return torch.tensor(float(str(number)), dtype=x.dtype)
        case ast.Name(id=name):
            return x if name == "x" else torch.tensor(CONSTANTS[name], dtype=x.dtype)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_value(left, x), _value(right, x))
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](_value(operand, x))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, x))
    raise TypeError(f"{ast.dump(node)} was not checked.")
