"""Is this the same money? Recognisers, match rules as SQL, and the five dispositions."""
