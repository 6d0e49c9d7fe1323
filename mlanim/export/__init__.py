"""What people embed: figures, decks, notebooks, a gallery."""
