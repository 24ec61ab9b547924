"""What is signed: the proofs of an account or a fund, what is carried forward, and all that they rest on, as one pack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import asdict, frozen

from localgov_ims.documents.proof_json import as_plain, sealed
from localgov_ims.domain.proofs import Proof
from localgov_ims.domain.sign_offs import CarriedForward, Review, SignOff, SignOffKind
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.proofs.bank_proofs import prove_bank
from localgov_ims.service.proofs.bank_reports import report_account
from localgov_ims.service.proofs.clearing_proofs import prove_clearing
from localgov_ims.service.proofs.control_proofs import prove_fund
from localgov_ims.service.reconciliation.breaks import BreakView
from localgov_ims.storage import sign_offs as stored
from localgov_ims.storage import signed_evidence
from localgov_ims.storage.store import Unit

SETTLED: Final = frozenset({"matched", "allocated", "other", "credits", "debits", "suspense"})
"""Figures of the report whose items are kept by a hash: every line of the period is the bank's, and here for good."""


@frozen(kw_only=True)
class Asked:
    """What is to be signed.

    Attributes:
        first_on: The first day of the period; it ends on `as_at`.
        ledger: Which ledger, where there are several.
    """

    kind: SignOffKind
    subject: str
    first_on: date
    as_at: date
    ledger: str | None = None


def proofs_of(installation: Installation, asked: Asked) -> list[Proof]:
    """Return the proofs that are signed together.

    Raises:
        NotPermitted: The permission report.view, or the fund, is missing.
        NotFound: There is no such bank account or fund.
    """
    if asked.kind is SignOffKind.FUND:
        return [
            prove_fund(
                installation,
                fund=asked.subject,
                first_on=asked.first_on,
                as_at=asked.as_at,
                ledger=asked.ledger,
            )
        ]
    return [
        prove_bank(installation, account=asked.subject, as_at=asked.as_at, ledger=asked.ledger),
        report_account(installation, account=asked.subject, first_on=asked.first_on, last_on=asked.as_at),
        prove_clearing(installation, as_at=asked.as_at),
    ]


def check_carried(proofs: Sequence[Proof], carried: Sequence[CarriedForward]) -> None:
    """Refuse to sign what is not proved, or a difference that nobody takes up.

    Raises:
        RuleViolation: `not_proved`, `not_carried`, or `nothing_to_carry`: what is carried forward is not there.
    """
    missing = [title for proof in proofs for title in proof.unproved]
    if missing:
        message = f"Not proved: {', '.join(missing)}. State the other side first: `ims stated`."
        raise RuleViolation("not_proved", message, sections=missing)
    known = {f.key for proof in proofs for section in proof.sections for f in section.figures}
    known |= {i.id for proof in proofs for s in proof.sections for f in s.figures for i in f.items if i.id}
    named = {each.item for each in carried}
    if lost := sorted(named - known):
        message = f"{lost[0]!r} is no figure and no item of this proof, so that it cannot be carried forward."
        raise RuleViolation("nothing_to_carry", message, item=lost[0])
    for f in (f for proof in proofs for f in proof.differences):
        if f.key not in named:
            amount = f.difference.shown() if f.difference is not None else ""
            message = (
                f"{f.label}: {amount} is not explained. Carry it forward with a reason, somebody who takes it up and a day: "
                f"--carry {f.key}."
            )
            raise RuleViolation("not_carried", message, figure=f.key)


def pack_of(
    unit: Unit, installation: Installation, asked: Asked, *, proofs: Sequence[Proof], carried: Sequence[CarriedForward],
    breaks: Sequence[BreakView], comments: str, before: SignOff | None,
) -> dict[str, Any]:  # fmt: skip
    """Return everything that is signed, as JSON has it; *before* is the sign-off that it replaces.

    Raises:
        AlreadyDone: It would replace one of which no figure has changed.
    """
    pack: dict[str, Any] = {
        "form": 1, "council": installation.council.name, "kind": asked.kind.value, "subject": asked.subject,
        "first_on": asked.first_on.isoformat(), "as_at": asked.as_at.isoformat(),
        "number": before.number + 1 if before is not None else 1,
        "prepared_by": installation.actor, "prepared_at": unit.at.isoformat(), "comments": comments,
        "proofs": [as_plain(sealed(proof, SETTLED)) for proof in proofs],
        "carried_forward": [{**asdict(each), "due_on": each.due_on.isoformat()} for each in carried],
        "breaks": [
            {"id": str(view.found.id), "message": view.found.message, "since_on": view.found.since_on.isoformat(),
             "owner": view.owner, "due_on": view.due_on.isoformat() if view.due_on is not None else None}
            for view in breaks
        ],
        **signed_evidence.of_account(unit.connection, asked.subject, asked.first_on, asked.as_at, asked.kind),
        "replaces": None, "changed": [],
    }  # fmt: skip
    if before is not None:
        pack |= _replacing(before, stored.review_of(unit.connection, before.id), pack)
    return pack


def _replacing(before: SignOff, said: Review | None, pack: Mapping[str, Any]) -> dict[str, object]:
    """Return what names the sign-off before, and which figures are others now.

    Raises:
        AlreadyDone: Nothing is, and nobody sent it back.
    """
    figures, now = _amounts(json.loads(before.pack)), _amounts(pack)
    changed = [
        {"figure": key, "before_pence": figures.get(key), "now_pence": now.get(key)}
        for key in sorted(figures.keys() | now.keys()) if figures.get(key) != now.get(key)
    ]  # fmt: skip
    if not changed and (said is None or said.agreed):
        message = f"{before.name} was signed by {before.by} on {before.at:%d %B %Y}, and no figure has changed since."
        raise AlreadyDone("signed_already", message, id=before.id)
    named = {"id": str(before.id), "number": before.number, "sha256": before.sha256}
    return {"replaces": named, "changed": changed}


def _amounts(pack: Mapping[str, Any]) -> dict[str, int]:
    """Return every figure of a pack by its place, and beside it what others state of it."""
    return {
        f"{proof['kind']}.{section['key']}.{figure['key']}{whose}": figure[pence]
        for proof in pack["proofs"] for section in proof["sections"] for figure in section["figures"]
        for whose, pence in (("", "amount_pence"), (" (stated)", "given_pence")) if figure[pence] is not None
    }  # fmt: skip
