"""Explaining: the story of one thing, told from the record."""
