"""A layout from TOML: every fault is named with its key, and nothing is guessed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from localgov_ims.errors import ConfigurationError
from localgov_ims.files.structuring import faults_of
from localgov_ims.files.writing.layout import Field, Layout
from localgov_ims.files.writing.words import Words

_UNCUT = ("account", "reference", "dim", "number")
"""Beginnings of what codes and references are called: these are never truncated."""


def layout_from_toml(text: str, where: str) -> Mapping[str, Any]:
    """Return the table that a layout's file holds, not yet judged.

    Raises:
        ConfigurationError: It is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{where} is no TOML: {error}. Nothing was changed."
        raise ConfigurationError("bad_layout", message, where=where) from error


def layout_from(table: Mapping[str, Any], words: Words) -> Layout:
    """Make a layout of a table; *words* are the sources that its fields may name.

    Raises:
        ConfigurationError: A key is unknown, missing or contradicts another; every fault is named.
    """
    name = table.get("name")
    layout, faults = faults_of(Layout, _keyed(table))
    if layout is not None:
        of_file = {name: word for name, word in words.items() if word.of_file}
        faults = [fault for each in layout.fields for fault in _field_faults(each, words)]
        for record in (layout.header, layout.trailer):
            fields = record.fields if record is not None else ()
            faults += [fault for each in fields for fault in _field_faults(each, of_file)]
    if layout is None or faults:
        listed = "\n".join(f"  {fault.replace('from_', 'from')}" for fault in faults)
        message = f"The layout {name!r} cannot be used:\n{listed}"
        raise ConfigurationError("bad_layout", message, layout=name)
    return layout


def _keyed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Rename what TOML calls otherwise than the records do: `from`, `[[field]]`, and the two kinds of header."""
    keyed = {key: value for key, value in table.items() if key != "field"}
    keyed["fields"] = _fields(table.get("field", ()))
    if isinstance(keyed.get("header"), bool):
        keyed["names"] = keyed.pop("header")
    for record in ("header", "trailer"):
        if isinstance(keyed.get(record), Mapping):
            given = dict(keyed[record])
            keyed[record] = {**given, "fields": _fields(given.pop("field", ()))}
            keyed[record].pop("field", None)
    return keyed


def _fields(given: Any) -> Any:  # noqa: ANN401 - whatever TOML holds; the structuring judges it
    if not isinstance(given, list | tuple) or not all(isinstance(each, Mapping) for each in given):
        return given
    return [{"from_" if key == "from" else key: value for key, value in each.items()} for each in given]


def _field_faults(each: Field, words: Words) -> Iterator[str]:
    for source in (*each.sources, *([each.beside] if each.beside else [])):
        if source not in words:
            yield f"field {each.name!r}: there is no source {source!r} here"
    uncut = [source for source in each.sources if source.partition(".")[2].startswith(_UNCUT)]
    if each.truncate and uncut:
        yield f"field {each.name!r}: {uncut[0]} is never truncated"
    if each.truncate and each.size is None:
        yield f"field {each.name!r}: truncate needs a max or a width"
