"""Refunds: asked for, checked, sent to the provider or the payables system, and finished once."""
