"""Whose money is this? Rules as data, compiled once, and an answer that names its rule."""
