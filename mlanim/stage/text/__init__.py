"""Text, mathematics and numbers, set by Typst."""
