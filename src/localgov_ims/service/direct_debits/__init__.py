"""Direct Debits: what the bank takes back, what Bacs refuses, and what its advices ask for."""
