"""Reconciling: matching the bank and the providers with what is open, and what people decide about it."""
