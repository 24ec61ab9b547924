"""One module for each thing a person does; each function is one unit of work."""
