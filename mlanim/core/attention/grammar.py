"""A small English-looking grammar in which the meaning of "it" is its antecedent.

A sentence is a main clause and a subordinate clause, in either order, perhaps after an adverb:

    main         the NOUN PURSUES the NOUN | the NOUN RESTS
    subordinate  (because | when) it (was ADJECTIVE | VERB)

Some adjectives and verbs are said of the one that pursues, the others of the one that is pursued:
what was hungry did the chasing, what was tired was caught. So the predicate and the roles decide
what "it" means, and where a noun stands does not: the antecedent comes first or second, before or
after "it". Of a single noun anything may be said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

ADVERBS = ("today", "once")
CONJUNCTIONS = ("because", "when")
FUNCTION_WORDS = ("the", "it", "was")
NOUNS = (
    "cat", "mouse", "dog", "fox", "bird", "horse", "wolf", "rabbit", "bear", "goat", "lion", "duck",
)  # fmt: skip
PURSUES = ("chased", "hunted", "followed", "caught")
RESTS = ("sat", "slept", "waited", "stopped")
ROLES = ("pursuer", "pursued")
ADJECTIVES = {
    "pursuer": ("hungry", "fierce", "strong", "loud"),
    "pursued": ("tired", "small", "slow", "timid"),
}
VERBS = {"pursuer": ("growled", "roared", "hissed"), "pursued": ("hid", "trembled", "ran")}
LONGEST = 9
SHOWN = 40  # characters of a refused sentence that its message repeats


@dataclass(frozen=True)
class LabelledSentence:
    """A sentence with its truth: where "it" and its antecedent stand, and what held-out goes by."""

    words: tuple[str, ...]
    pronoun: int
    antecedent: int
    nouns: tuple[str, ...]
    verb: str
    predicate: str

    @property
    def held_out(self) -> bool:
        """Whether the combination of nouns, verb and predicate is kept out of training.

        Of two nouns: neighbours in the list, and one in seven pairs of verb and predicate.
        """
        places = [NOUNS.index(noun) for noun in self.nouns]
        said = _PREDICATES.index(self.predicate)
        if len(places) == 1:
            return (places[0] + said) % 6 == 0
        pair = (places[0] - places[1]) % len(NOUNS) in (1, len(NOUNS) - 1)
        return pair or (PURSUES.index(self.verb) + said) % 7 == 0


_PREDICATES = (*ADJECTIVES["pursuer"], *VERBS["pursuer"], *ADJECTIVES["pursued"], *VERBS["pursued"])


def vocabulary() -> tuple[str, ...]:
    """Every word once, in a fixed order; the nouns come first."""
    return (*NOUNS, *FUNCTION_WORDS, *CONJUNCTIONS, *ADVERBS, *PURSUES, *RESTS, *_PREDICATES)


def noun_vocabulary() -> tuple[str, ...]:
    """The nouns, in the order of `vocabulary`."""
    return NOUNS


@lru_cache(maxsize=1)
def sentences() -> tuple[LabelledSentence, ...]:
    """All sentences of the grammar, in a fixed order."""
    found = []
    for role in ROLES:
        for clause, predicate in _subordinates(role):
            for main, nouns in _mains():
                if len(nouns) == 1 and len(clause) == 3:
                    continue  # as "the cat sat when it ran": nothing to say
                antecedent = nouns[-1 if role == "pursued" else 0]
                for body in ((*main, *clause), (*clause, *main)):
                    for adverb in ((), *((word,) for word in ADVERBS)):
                        words = (*adverb, *body)
                        if len(words) <= LONGEST:
                            found.append(_sentence(words, antecedent, nouns, main[2], predicate))
    return tuple(found)


def _sentence(
    words: tuple[str, ...], antecedent: str, nouns: tuple[str, ...], verb: str, predicate: str
) -> LabelledSentence:
    places = words.index("it"), words.index(antecedent)
    return LabelledSentence(words, *places, nouns, verb, predicate)


def _mains() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for noun in NOUNS:
        for verb in RESTS:
            yield ("the", noun, verb), (noun,)
    for noun, other in permutations(NOUNS, 2):
        for verb in PURSUES:
            yield ("the", noun, verb, "the", other), (noun, other)


def _subordinates(role: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for conjunction in CONJUNCTIONS:
        for adjective in ADJECTIVES[role]:
            yield (conjunction, "it", "was", adjective), adjective
        for verb in VERBS[role]:
            yield (conjunction, "it", verb), verb


def parse(text: str) -> LabelledSentence:
    """The sentence that a user wrote, whatever its case, with or without a full stop.

    Raises:
        ValueError: for a word that the grammar does not know, with those that it knows, or for
            known words in an order that it does not have, with an example.
    """
    words = tuple(text.strip().removesuffix(".").lower().split())
    shown = " ".join(words)
    shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
    unknown = [word for word in words if word not in vocabulary()]
    if unknown:
        first = unknown[0] if len(unknown[0]) <= SHOWN else unknown[0][:SHOWN] + "…"
        raise ValueError(f"The sentence has the unknown word {first!r}; {known_words()}")
    for sentence in sentences():
        if sentence.words == words:
            return sentence
    raise ValueError(
        f"{shown!r} is not a sentence of the grammar; write one as "
        "'the cat chased the mouse because it was hungry' or 'today the dog slept because it was "
        f"tired', of at most {LONGEST} words."
    )


def known_words() -> str:
    """The words by kind, as one sentence."""
    groups = {
        "nouns": NOUNS,
        "verbs": (*PURSUES, *RESTS, *VERBS["pursuer"], *VERBS["pursued"]),
        "adjectives": (*ADJECTIVES["pursuer"], *ADJECTIVES["pursued"]),
        "others": (*FUNCTION_WORDS, *CONJUNCTIONS, *ADVERBS),
    }
    return (
        "it knows the " + "; ".join(f"{k} {', '.join(words)}" for k, words in groups.items()) + "."
    )
