"""Settings: their versions, and who may change them."""
