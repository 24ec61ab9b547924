"""Part of law 5: what was signed reads as it was signed, adds up in itself, and was reviewed by another person."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from localgov_ims.documents.proof_json import digest, from_plain
from localgov_ims.domain.money import Money
from localgov_ims.domain.proofs import Proof
from localgov_ims.domain.sign_offs import SignOff
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import sign_offs as stored


def signed(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield sign-offs whose pack is not what was signed, whose figures are not their items, or that nobody else reviewed."""
    before: SignOff | None = None
    for found, said in stored.some(connection):
        findings.look_at()
        name = f"Sign-off {found.name}"
        if digest(found.pack) != found.sha256:
            yield f"{name}: its pack is not the one that was signed."
            continue
        pack = json.loads(found.pack)
        for proof in map(from_plain, pack["proofs"]):
            yield from (f"{name}: {fault}" for fault in _faults(proof))
        if said is not None and said.by == found.by:
            yield f"{name}: {said.by} prepared it and reviewed it too."
        same = before is not None and (before.kind, before.subject, before.as_at) == (
            found.kind, found.subject, found.as_at,
        )  # fmt: skip
        named = (pack["replaces"] or {}).get("sha256")
        if named != (before.sha256 if same and before is not None else None):
            yield f"{name}: it does not name the sign-off before it."
        before = found


def _faults(proof: Proof) -> Iterator[str]:
    for section in proof.sections:
        for figure in section.figures:
            if figure.items and figure.amount != Money.total(item.amount for item in figure.items):
                yield f"{figure.label} is {figure.amount.shown()}, but its items come to another sum."
