"""Payments: asked for, started at a provider, heard of, finished once; and money that is certain at once."""
