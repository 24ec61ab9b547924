"""From settings to a working installation: TOML into records, and the composition root."""
