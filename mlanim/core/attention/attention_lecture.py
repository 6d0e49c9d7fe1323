"""One head of the trained transformer laid open on one sentence, and what can be said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mlanim.core.attention.coreference import (
    BATCH,
    CHOSEN_ON,
    MODEL,
    STEPS,
    Measured,
    TrainedModel,
    best_head,
    measure,
    splits,
    traced,
    trained,
)
from mlanim.core.attention.grammar import LabelledSentence, noun_vocabulary, parse
from mlanim.core.attention.trace import AttentionTrace, HeadTrace
from mlanim.core.transformer.simplex import LESS_THAN_ALL
from mlanim.words.numbers import count_of, grouped
from mlanim.words.sentence import Sentence, sentence


@dataclass(frozen=True)
class Attention:
    """All that the scene shows.

    trace: every head on this sentence; opened: the head laid open, at `layer` and `head` from 1;
    products: (T, T), its queries times keys; pronoun, antecedent: places of two words; best: layer
    and head, from 1, that were chosen; peaks: (L, H), on how many of `tested` held-out sentences
    attention from "it" is largest on its antecedent; heads: the same in words; nouns,
    probabilities: what the model says "it" is, of the nouns in the sentence and all others;
    divisor: in Typst's mathematics; reach: the largest sizes of numbers in vectors, and in products
    and scores.
    """

    trace: AttentionTrace
    opened: HeadTrace
    products: np.ndarray
    pronoun: int
    given: np.ndarray  # (T,) its weights in the head laid open, each less than 1
    antecedent: int
    layer: int
    head: int
    temperature: float
    best: tuple[int, int]
    peaks: np.ndarray
    tested: int
    heads: tuple[Sentence, ...]
    nouns: tuple[str, ...]
    probabilities: np.ndarray
    divisor: str
    reach: tuple[float, float]
    says_embedding: Sentence
    says_training: str
    says_maps: Sentence
    says_sum: Sentence
    says_scale: Sentence
    says_weights: Sentence
    says_answer: Sentence
    says_heads: Sentence
    says_chosen: Sentence


def attention_lecture(
    text: str, seed: int = 0, layer: int | None = None, head: int | None = None,
    temperature: float = 1.0,
) -> Attention:  # fmt: skip
    """Train, measure, and lay open one head on one sentence.

    Args:
        layer, head: counted from 1; by default those that peak most often on the antecedent in
            sentences of the training.
        temperature: divides the shown head's scores, beside √d_k.

    Raises:
        ValueError: for a sentence, layer, head or temperature that is not allowed.
    """
    parsed = parse(text)
    _check("layer", layer, MODEL.layers)
    _check("head", head, MODEL.heads)
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature is {temperature}; it must be a positive number.")
    model = trained(seed)
    best = best_head(model)
    at = best[0] if layer is None else layer, best[1] if head is None else head
    found = measure(model.theta, splits()[1], math.sqrt(MODEL.d_k) * temperature)
    return laid_open(model, parsed, best, at, temperature, found)


def laid_open(
    model: TrainedModel,
    parsed: LabelledSentence,
    best: tuple[int, int],
    at: tuple[int, int],
    temperature: float,
    found: Measured,
) -> Attention:
    """One head of a model on one sentence, beside what was measured of the model on others.

    Args:
        best, at: layer and head, from 1, of the chosen head and of the one laid open.
        found: with the products divided by √d_k and the temperature.
    """
    trace, probabilities = traced(model, parsed, at, temperature)
    nouns, shares = _answers(parsed, probabilities)
    opened, index = trace.head(*at), (at[0] - 1, at[1] - 1)
    answer = noun_vocabulary()[int(probabilities.argmax())]
    given = np.minimum(opened.weights[parsed.pronoun], LESS_THAN_ALL)
    return Attention(
        trace=trace, opened=opened, products=opened.products, pronoun=parsed.pronoun, given=given,
        antecedent=parsed.antecedent, layer=at[0], head=at[1], temperature=temperature, best=best,
        peaks=found.peaks, tested=found.sentences, heads=_named_heads(best, found),
        nouns=nouns, probabilities=shares,
        divisor=f"sqrt({MODEL.d_k})" + ("" if temperature == 1 else f" dot {temperature:g}"),
        reach=(_largest(trace.inputs[0], *(getattr(opened, n) for n in ("inputs", "q", "k", "v"))),
               _largest(opened.products, opened.scores)),
        says_embedding=_says_embedding(model), says_training=_says_training(found.sentences),
        says_maps=_says_maps(*at),
        says_sum=_says_sum(parsed.words, opened.products[parsed.pronoun]),
        says_scale=_says_scale(
            found.sentences, temperature, float(found.plain[index]), float(found.scaled[index])
        ),
        says_weights=_says_weights(parsed.words, given),
        says_answer=_says_answer(
            answer, float(probabilities.max()), parsed.words[parsed.antecedent]
        ),
        says_heads=_says_heads(best, found),
        says_chosen=sentence(
            "[in colour](attention): the head that pointed at the right noun most often in "
            "{count:,} sentences of the training", count=CHOSEN_ON * BATCH,
        ),
    )  # fmt: skip


def _check(name: str, value: int | None, most: int) -> None:
    if value is not None and not 1 <= value <= most:
        raise ValueError(f"{name} is {value}; the model has {most}, counted from 1.")


def _largest(*arrays: np.ndarray) -> float:
    return max(float(np.abs(array).max()) for array in arrays)


def _answers(
    parsed: LabelledSentence, probabilities: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """Probabilities of the nouns in the sentence, and of all others together."""
    named = np.array([noun_vocabulary().index(noun) for noun in parsed.nouns])
    rest = np.delete(probabilities, named)
    return (*parsed.nouns, f"{len(rest)} others"), np.append(probabilities[named], rest.sum())


def _says_embedding(model: TrainedModel) -> Sentence:
    return sentence(
        "Each word becomes {d} numbers, in a model of {p:,} weights that learned from {seen:,} "
        "sentences", d=MODEL.d_model, p=MODEL.parameters, seen=model.distinct,
    )  # fmt: skip


def _says_training(tested: int) -> str:
    return str(
        sentence(
            "A row is a word: one vector for its meaning plus one for its place, all learned in "
            "{steps} steps of {batch} sentences. {tested:,} other sentences are kept for the test.",
            steps=STEPS, batch=BATCH, tested=tested,
        )
    )  # fmt: skip


def _says_maps(layer: int, head: int) -> Sentence:
    return sentence(
        "Three learned maps take each word to {d} numbers; every head has its own, and this is "
        "head {head} of layer {layer}", d=MODEL.d_k, head=head, layer=layer,
    )  # fmt: skip


def _says_sum(words: tuple[str, ...], products: np.ndarray) -> Sentence:
    most = int(products.argmax())
    return sentence(
        "Multiplied number by number and added up: {word} has the largest sum, "
        "[{value:2}](highlight)", word=named(words, most), value=products[most],
    )  # fmt: skip


def _says_scale(tested: int, temperature: float, plain: float, scaled: float) -> Sentence:
    warm = "" if temperature == 1 else sentence(" and the temperature {t:g}", t=temperature)
    then = "then " if temperature == 1 else ""  # the longer sentence has no room for it
    told = then + "spreads its attention by {scaled:2} bits instead of {plain:2}"
    if f"{plain:.2f}" == f"{scaled:.2f}":
        told = "spreads its attention by {scaled:2} bits as before"
    values = {"scaled": scaled} | ({"plain": plain} if "{plain" in told else {})
    return sentence(
        "Divided by $sqrt({d})${warm}: over {tested:,} sentences “it” " + told,
        d=MODEL.d_k, warm=warm, tested=tested, **values,
    )  # fmt: skip


def _says_weights(words: tuple[str, ...], weights: np.ndarray) -> Sentence:
    most = int(weights.argmax())
    return sentence(
        "The softmax makes each row shares that add up to 1: “it” gives [{share:%1}](attention) "
        "to {word}", share=weights[most], word=named(words, most),
    )  # fmt: skip


def _says_answer(answer: str, probability: float, truth: str) -> Sentence:
    end = "which is right" if answer == truth else "but it is the {truth}"
    values = {} if answer == truth else {"truth": truth}
    return sentence(
        "With all heads together the model takes “it” for the [{answer}](attention) ({share:%1}), "
        + end, answer=answer, share=probability, **values,
    )  # fmt: skip


def _says_heads(best: tuple[int, int], found: Measured) -> Sentence:
    peaks = int(found.peaks[best[0] - 1, best[1] - 1])
    return sentence(
        "Held out: the model resolves {right} sentences; head [{layer}.{head}](attention) alone "
        "points at the noun in {share:%1}", layer=best[0], head=best[1],
        right=_out_of(found.resolved, found.sentences), share=peaks / found.sentences,
    )  # fmt: skip


def _named_heads(best: tuple[int, int], found: Measured) -> tuple[Sentence, ...]:
    """Each head's numbers, and how often it is right; the best one in colour."""
    named = []
    for layer, head in np.ndindex(found.peaks.shape):
        role = "attention" if (layer + 1, head + 1) == best else "muted"
        rate = found.peaks[layer, head] / found.sentences
        template = "[{layer}.{head}: {rate:%}](" + role + ")"
        named.append(sentence(template, layer=layer + 1, head=head + 1, rate=rate))
    return tuple(named)


def _out_of(part: int, whole: int) -> str:
    return f"all {grouped(whole)}" if part == whole else count_of(part, whole)


def named(words: tuple[str, ...], place: int) -> str:
    """A word in quotation marks, with its place where the sentence has it more than once."""
    twice = words.count(words[place]) > 1
    return f"“{words[place]}”" + (f" (word {place + 1})" if twice else "")
