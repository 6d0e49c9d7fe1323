"""Pages set by Typst: still slides, and decks on paper."""
