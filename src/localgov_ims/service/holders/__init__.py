"""Account holders: looked up, loaded and changed as versions."""
