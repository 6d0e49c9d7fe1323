"""LaTeX where Typst's mathematics is meant: recognised, and said in Typst.

Formulas are set by Typst, in which a command has no backslash and groups stand in parentheses.
The translation is a help for whoever writes a scene: it knows what formulas of machine learning
are made of, and leaves the rest as it was.
"""

from __future__ import annotations

import re

ESCAPES = {
    "\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v",
}  # fmt: skip
"""What Python makes of the first letter of a command in a string that is not raw."""

SYMBOLS = {
    "cdot": "dot", "odot": "dot.o", "otimes": "times.o", "oplus": "plus.o", "pm": "plus.minus",
    "leq": "<=", "le": "<=", "geq": ">=", "ge": ">=", "neq": "!=", "ne": "!=", "ll": "<<",
    "gg": ">>", "to": "->", "rightarrow": "->", "leftarrow": "<-", "Rightarrow": "=>",
    "mapsto": "|->", "infty": "infinity", "prod": "product", "int": "integral", "ldots": "dots",
    "dots": "dots", "cdots": "dots.c", "sim": "tilde.op", "propto": "prop", "mid": "|",
    "notin": "in.not", "subset": "subset", "cup": "union", "cap": "inter", "varepsilon": "epsilon",
    "epsilon": "epsilon.alt", "varphi": "phi", "phi": "phi.alt", "quad": "quad", "qquad": "wide",
    "star": "star", "circ": "compose", "langle": "chevron.l", "rangle": "chevron.r", "lVert": "||",
    "rVert": "||", "lvert": "|", "rvert": "|", "left": "", "right": "", "big": "", "Big": "",
    "displaystyle": "", "limits": "",
}  # fmt: skip
"""Commands without arguments whose name in Typst is another."""

FUNCTIONS = {
    "frac": "frac", "dfrac": "frac", "tfrac": "frac", "binom": "binom", "sqrt": "sqrt",
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "mathrm": "upright", "mathcal": "cal",
    "mathbb": "bb", "mathit": "italic", "hat": "hat", "widehat": "hat", "bar": "overline",
    "overline": "overline", "underline": "underline", "tilde": "tilde", "vec": "arrow",
    "dot": "dot", "ddot": "dot.double", "underbrace": "underbrace", "overbrace": "overbrace",
}  # fmt: skip
"""Commands with arguments, by their name in Typst."""

SAME = (
    "alpha", "beta", "gamma", "delta", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "chi", "psi", "omega", "times", "nabla",
    "top", "text", "approx", "arg", "forall", "not", "tan", "tanh", "triangle",
)  # fmt: skip
"""Further commands, which have the same name in Typst or none."""

_LATEX = re.compile(r"\\[A-Za-z]{2,}|[_^]\{")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_ESCAPED = re.compile("([\a\b\f\n\r\t\v])([A-Za-z]+)")
_SPACES = {",": "thin", ";": "med", ":": "med", "!": "", "|": "||", "{": "{", "}": "}"}


def refuse_latex(source: str) -> None:
    """Let Typst's mathematics pass.

    Raises:
        ValueError: for LaTeX, with the formula as Typst has it.
        TypeError: for what is no text.
    """
    if not isinstance(source, str):
        raise TypeError(f"A formula is text in Typst's mathematics, not {source!r}.")
    written = as_written(source)
    if _LATEX.search(_STRING.sub("", written)):
        raise ValueError(
            f"“{written}” is LaTeX; formulas are written in Typst's mathematics: "
            f"“{in_typst(written)}”."
        )


def as_written(source: str) -> str:
    r"""The source with the backslashes that Python took: "\theta" is a tab and "heta"."""

    def written(match: re.Match[str]) -> str:
        name = ESCAPES[match[1]] + match[2]
        return f"\\{name}" if name in (*SYMBOLS, *FUNCTIONS, *SAME) else match[0]

    return _ESCAPED.sub(written, source)


def in_typst(source: str) -> str:
    """A formula of LaTeX in Typst's mathematics; commands that are not known stay by their name."""
    flat = re.sub(r"\s+", " ", "".join(_Reader(source).all())).strip()
    return re.sub(r" (?=[_^),])", "", flat)


class _Reader:
    """Reads LaTeX from the left."""

    def __init__(self, source: str):
        self.source, self.at = source, 0

    def all(self) -> list[str]:
        """Everything up to the end, or to the brace that closes a group."""
        pieces: list[str] = []
        while self.at < len(self.source) and self.source[self.at] != "}":
            pieces.append(self.one())
        return pieces

    def one(self) -> str:
        """The next command, group, word or sign."""
        rest = self.source[self.at :]
        if command := re.match(r"\\([A-Za-z]+)\*?\s*", rest):
            self.at += command.end()
            return self.command(command[1])
        if rest[0] == "\\" and len(rest) > 1:
            self.at += 2
            return f" {_SPACES.get(rest[1], '')} "
        if rest[0] in "_^":
            self.at += 1
            return rest[0] + self.script()
        if rest[0] == "{":
            return self.group()
        if word := re.match("[A-Za-z]{2,}", rest):
            self.at += word.end()
            return " ".join(word[0])  # letters side by side are a product
        self.at += 1
        return rest[0]

    def command(self, name: str) -> str:
        """A command whose name has been read, with its arguments."""
        if name in ("text", "textrm", "mbox"):
            return f'"{self.verbatim()}"'
        if name == "sqrt" and (index := re.match(r"\[([^\]]*)\]", self.source[self.at :])):
            self.at += index.end()
            return f"root({index[1]}, {self.group()})"
        if name == "operatorname":
            return f'op("{self.verbatim()}")'
        if name in FUNCTIONS:
            count = 2 if FUNCTIONS[name] in ("frac", "binom") else 1
            return f"{FUNCTIONS[name]}({', '.join(self.group() for _ in range(count))})"
        return f" {SYMBOLS.get(name, name)} "

    def group(self) -> str:
        """What stands in braces, or the next piece."""
        while self.source[self.at : self.at + 1] == " ":
            self.at += 1
        if self.source[self.at : self.at + 1] != "{":
            return self.one().strip() if self.at < len(self.source) else ""
        self.at += 1
        inner = "".join(self.all()).strip()
        self.at += 1
        return inner

    def script(self) -> str:
        """What is raised or lowered, in parentheses where it is more than one sign."""
        inner = self.group()
        if len(inner) == 1:
            return inner
        return f"{inner} " if re.fullmatch(r"[A-Za-z.]+", inner) else f"({inner}) "

    def verbatim(self) -> str:
        """Words in braces, as they are."""
        words = re.match(r"\{([^{}]*)\}", self.source[self.at :])
        self.at += words.end() if words else 0
        return words[1] if words else ""
