"""What is measured of one rule of combination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlanim.words.sentence import Sentence


@dataclass(frozen=True)
class Rule:
    """One rule; P samples along the path, N positions of D features."""

    name: str
    title: str
    strengths: np.ndarray  # (P, N, N) Frobenius norms of ∂output_i/∂input_j
    shares: np.ndarray  # (P, N, N) of the largest
    outputs: np.ndarray  # (P, N, D)
    kinds: np.ndarray  # (N, N) sets of weights, as of `kinds_of`
    changes: np.ndarray  # (2, P) how far strengths have moved: without and with the nonlinearity
    weights: int  # how many numbers it learns at length N
    parameters: np.ndarray  # (L,) the same at each length
    operations: np.ndarray  # (L,)
    reach: np.ndarray  # (layers,) inputs that a stack's middle output depends on
    says: Sentence
    remark: Sentence
