"""Decks as web pages."""
