"""Proofs as JSON, and back: the form that is signed, so that the same figures are always the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import cattrs
from attrs import evolve
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from localgov_ims.domain.money import Money
from localgov_ims.domain.proofs import Figure, Item, Proof


def _converter() -> cattrs.Converter:
    made = cattrs.Converter(forbid_extra_keys=True)
    made.register_unstructure_hook(Money, lambda money: money.pence)
    made.register_structure_hook(Money, lambda pence, _: Money(pence))
    made.register_unstructure_hook(date, date.isoformat)
    made.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    for kind, names in ((Item, ("amount",)), (Figure, ("amount", "given"))):
        renamed = {name: override(rename=f"{name}_pence") for name in names}
        made.register_unstructure_hook(kind, make_dict_unstructure_fn(kind, made, **renamed))  # type: ignore[arg-type]
        made.register_structure_hook(kind, make_dict_structure_fn(kind, made, **renamed))  # type: ignore[arg-type]
    return made


_JSON = _converter()


def as_plain(proof: Proof) -> dict[str, Any]:
    """Return a proof as JSON has it: whole pence under `_pence`, days as `YYYY-MM-DD`."""
    plain: dict[str, Any] = _JSON.unstructure(proof)
    return plain


def from_plain(kept: object) -> Proof:
    """Return the proof that `as_plain` gave."""
    return _JSON.structure(kept, Proof)


def canonical(value: object) -> str:
    """Return JSON with sorted names and no spaces, so that equal values are equal text."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def items_digest(items: Sequence[Item]) -> str:
    """Return the hash that binds a figure to items that are not kept with it."""
    return digest(canonical([_JSON.unstructure(item) for item in items]))


def sealed(proof: Proof, settled: frozenset[str]) -> Proof:
    """Return a proof in which the figures of these keys keep a hash of their items in place of the items."""
    sections = tuple(
        evolve(
            section,
            figures=tuple(
                f.sealed(items_digest(f.items)) if f.key in settled else f for f in section.figures
            ),
        )
        for section in proof.sections
    )
    return evolve(proof, sections=sections)
