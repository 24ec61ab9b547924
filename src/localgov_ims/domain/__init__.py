"""The values and records of council income: pure, without database, file or network."""
