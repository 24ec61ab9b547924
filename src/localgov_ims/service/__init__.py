"""A package a subject, and in it a module for each thing that a person does; each function is one unit of work."""
