"""A small English-looking grammar in which the meaning of "it" is its antecedent.

A sentence is a main clause and a subordinate clause, in either order, perhaps after an adverb:

    main         the ANIMAL ACTION the THING | the THING EVENT the ANIMAL | the NOUN VERB
    subordinate  (because | while) it (was ADJECTIVE | VERB)

Adjectives and verbs each fit one kind of noun: what is tired is the animal, what is wooden is the
thing. That alone says which noun "it" means. Where the noun stands says nothing, because both kinds
occur as subject and as object, and the clauses swap.
"""

ADVERBS = ("today", "once")
CONJUNCTIONS = ("because", "while")
FUNCTION_WORDS = ("the", "it", "was")
NOUNS = {
    "animal": ("cat", "dog", "fox", "bird", "mouse", "horse"),
    "thing": ("ball", "cup", "box", "drum", "lamp", "toy"),
}
TRANSITIVE = {
    "animal": ("chased", "found", "watched", "pushed"),
    "thing": ("hit", "woke", "missed", "scared"),
}
VERBS = {"animal": ("sat", "slept", "waited"), "thing": ("fell", "rolled", "spun")}
ADJECTIVES = {
    "animal": ("tired", "hungry", "sleepy", "brave"),
    "thing": ("round", "wooden", "broken", "shiny"),
}
KINDS = ("animal", "thing")
OTHER = {"animal": "thing", "thing": "animal"}
LONGEST = 9
MARGIN = 24
