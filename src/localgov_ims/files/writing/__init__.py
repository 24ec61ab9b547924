"""Files that we write, described in TOML: a layout says which columns stand in a row, and how each is printed.

The same description writes the file and reads it back. Reading and writing need no council, no store and no network.
"""
