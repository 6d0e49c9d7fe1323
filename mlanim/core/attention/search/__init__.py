"""Finds the head that leads from one word to another, and tells what it does and is worth."""
