"""Proofs of bank accounts, clearing and funds, and their sign-off by two people."""
