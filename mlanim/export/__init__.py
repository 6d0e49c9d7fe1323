"""What people embed: figures, and later decks and notebooks."""
