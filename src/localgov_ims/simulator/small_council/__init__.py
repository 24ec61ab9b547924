"""Small Council's settings: the model office's, and the pattern of every new council's."""

from __future__ import annotations

from importlib.resources import files


def settings_text(name: str = "Small Council") -> str:
    """Return the settings, under another council's name if one is given."""
    text = files(__name__).joinpath("council.toml").read_text(encoding="utf-8")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return text.replace('name = "Small Council"', f'name = "{quoted}"', 1)
