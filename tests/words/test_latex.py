"""LaTeX where Typst's mathematics is meant is recognised, and what is proposed can be set."""

from __future__ import annotations

import pytest

from mlanim.stage.text.live import LiveText
from mlanim.stage.text.texts import Formula, Math, Text
from mlanim.words.latex import in_typst, refuse_latex
from mlanim.words.sentence import sentence

SAID = [
    (r"\alpha", "alpha"),
    (r"\frac{a}{b}", "frac(a, b)"),
    (r"\frac12", "frac(1, 2)"),
    (r"\mathbf{w}^\top x_{ij}", "bold(w)^top x_(i j)"),
    (r"\sqrt[3]{x+1}", "root(3, x+1)"),
    (r"\sum_{i=1}^{n} x_i", "sum_(i=1)^n x_i"),
    (r"\left(\frac{\partial L}{\partial w}\right)^2", "(frac(partial L, partial w))^2"),
    (r"\text{softmax}(QK^T/\sqrt{d_k})", '"softmax"(Q K^T/sqrt(d_k))'),
    (r"\mathbb{R}^{n \times m}", "bb(R)^(n times m)"),
    (r"\hat{y} \approx \sigma(z)", "hat(y) approx sigma (z)"),
    (r"\|x\|_2 \leq 1", "|| x ||_2 <= 1"),
    (r"x \in \{1, 2\}", "x in { 1, 2 }"),
    (r"e^{-\frac{x^2}{2}}", "e^(-frac(x^2, 2))"),
    (r"\operatorname{argmax}_i z_i", 'op("argmax")_i z_i'),
    (r"\log p(x \mid \theta)", "log p(x | theta)"),
    (r"\varepsilon \sim \mathcal{N}(0, 1)", "epsilon tilde.op cal(N)(0, 1)"),
    (r"x_{t+1}", "x_(t+1)"),
    (r"\langle a, b \rangle \cdot c", "chevron.l a, b chevron.r dot c"),
    (r"a \leq b \neq c \to \infty", "a <= b != c -> infinity"),
]


@pytest.mark.parametrize(("latex", "wanted"), SAID)
def test_latex_is_refused_with_what_typst_sets(latex: str, wanted: str) -> None:
    with pytest.raises(ValueError, match="is LaTeX; formulas are written in Typst") as caught:
        Formula(latex)
    assert str(caught.value).endswith(f": “{wanted}”.")
    assert Formula(wanted).plain == wanted
    with pytest.raises(ValueError, match="is LaTeX"):
        Text("a line with ", Math(latex))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("\theta", "theta"), ("\beta", "beta"), ("\frac{a}{b}", "frac(a, b)"), ("\nabla f", "nabla f"),
     ("\alpha + \rho", "alpha + rho"), ("\vec{v}", "arrow(v)")],
)  # fmt: skip
def test_a_backslash_that_python_took_is_missed(written: str, meant: str) -> None:
    with pytest.raises(ValueError, match="is LaTeX") as caught:
        refuse_latex(written)
    assert str(caught.value).endswith(f": “{meant}”.")


@pytest.mark.parametrize(
    "source",
    ["a \\ b", r"\{ 1, 2 \}", r"f(a\, b)", 'x "a\\\\word"', "\tsum_i x_i\n\tx", "a_i^2", "{1, 2}",
     'part("w", bold(w)) dot input(x)', "\n x", ""],
)  # fmt: skip
def test_typst_s_own_mathematics_passes(source: str) -> None:
    refuse_latex(source)


def test_all_commands_that_are_known_are_set_by_typst() -> None:
    from mlanim.words.latex import FUNCTIONS, SYMBOLS

    for name in SYMBOLS:
        Formula(f"x {in_typst(f'{chr(92)}{name}')} y" if SYMBOLS[name] not in ("||",) else "x")
    for name in FUNCTIONS:
        Formula(in_typst(f"\\{name}{{x}}{{y}}"))


def test_groups_of_latex_in_a_sentence_are_no_places_for_values():
    said = "is LaTeX; formulas are written in Typst's mathematics: “frac\\(a, b\\)”"
    for template in (r"the rate $\frac{a}{b}$", "the rate $\frac{a}{b}$"):
        with pytest.raises(ValueError, match=said):
            sentence(template)
        with pytest.raises(ValueError, match=said):
            LiveText(template, x=3)
    with pytest.raises(ValueError, match="needs a value for a; given: none"):
        sentence("the rate $a = {a}$")
