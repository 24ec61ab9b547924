"""Files: received, recognised, read, proved and recorded whole, decided about, or refused."""
