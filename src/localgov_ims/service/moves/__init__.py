"""Moves of income that is here: transfers, reallocations, reversals, opening balances; and the two people of an act."""
