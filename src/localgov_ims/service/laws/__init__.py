"""The five laws, each proved on a live database by a module of its own."""
