"""What a structured field 86 says of the payer, where the bank's way of dividing it is known.

`?20` to `?29` and `?60` to `?63` hold text, `?31` an account, `?32` and `?33` a name (the German banks' way, known from
the public samples); in that text `EREF+`, `MREF+`, `KREF+` name references. Others write `/EREF/`, `/MARF/`, `/NAME/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from attrs import frozen

_SUBFIELD: Final = re.compile(r"\?([0-9]{2})", re.ASCII)
_WORD: Final = re.compile(r"/([A-Z]{3,4})/", re.ASCII)
_PLUS: Final = re.compile(r"(?:^|(?<= ))(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|IBAN|BIC)\+", re.ASCII)
_TEXT: Final = frozenset(f"{n}" for n in (*range(20, 30), *range(60, 64)))


@frozen(kw_only=True)
class Said:
    """What was found; what was not is none."""

    end_to_end: str | None = None
    mandate: str | None = None
    customer: str | None = None
    name: str | None = None
    account: str | None = None


def subfields(lines: Sequence[str]) -> Said:
    """Read the lines of a field 86 that is divided by `?nn`."""
    parts = _SUBFIELD.split("".join(lines))
    found: dict[str, str] = {}
    texts: list[str] = []
    for number, text in zip(parts[1::2], parts[2::2], strict=True):
        if number in _TEXT:
            texts.append(text)
        else:
            found[number] = found.get(number, "") + text
    words = _words(_PLUS.split(" ".join(texts)))
    return Said(
        end_to_end=words.get("EREF"), mandate=words.get("MREF"), customer=words.get("KREF"),
        name=(found.get("32", "") + found.get("33", "")).strip() or None, account=found.get("31") or None,
    )  # fmt: skip


def codewords(lines: Sequence[str]) -> Said:
    """Read the lines of a field 86 that is divided by `/EREF/` and the like."""
    words = _words(_WORD.split("".join(lines)))
    return Said(
        end_to_end=words.get("EREF"), mandate=words.get("MARF") or words.get("MREF"), customer=words.get("KREF"),
        name=words.get("NAME"), account=words.get("IBAN"),
    )  # fmt: skip


def _words(parts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, text in zip(parts[1::2], parts[2::2], strict=True):
        if text.strip():
            found.setdefault(word, text.strip())
    return found
