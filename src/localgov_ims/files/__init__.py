"""How other people's files become records: the readers' interface, limits, proofs and profiles.

Reading needs no council, no store and no network: bytes in, events out.
"""
