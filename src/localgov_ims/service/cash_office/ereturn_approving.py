"""Approving eReturns: what an office paid in becomes income, and is expected at the bank or from the acquirer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.deposits import DepositKind, DepositSource, ExpectedDeposit
from localgov_ims.domain.ereturns import EReturn, EReturnAct, EReturnState
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, Origin, Transaction
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.service.cash_office.depositing import expect_deposits
from localgov_ims.service.cash_office.ereturn_acts import record_act
from localgov_ims.service.cash_office.ereturn_checks import check_submitted, income_of
from localgov_ims.service.cash_office.ereturn_viewing import ORIGIN, canonical_number, ereturn_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class Approved:
    """An eReturn that was approved, with what it became; a nil return becomes nothing."""

    ereturn: EReturn
    receipt: Transaction | None = None
    deposit: ExpectedDeposit | None = None


def approve_ereturns(installation: Installation, numbers: Sequence[str]) -> list[Approved]:
    """Approve submitted eReturns, all or none: each becomes one Receipt and one expected deposit.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The permission ereturn.authorise or a template is missing, or an account is restricted.
        InvalidValue, RuleViolation: No number is given, one is not submitted (`wrong_state`), whoever asks created,
            submitted or edited it (`same_person`), or it is not whole any more (see `check_submitted`). The message and
            `ereturn` in its data name which.
        AlreadyDone: Its bag or Z-report was paid in meanwhile.
        ConfigurationError: It is over or short, and the settings have no account for that any more.
    """
    wanted = list(dict.fromkeys(canonical_number(number) for number in numbers))
    if not wanted:
        raise InvalidValue("nothing_to_approve", "Name at least one eReturn to approve.")

    def once() -> list[Approved]:
        with installation.unit("approve_ereturns") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.ERETURN_AUTHORISE)
            made = [_approve(installation, unit, rights, number) for number in wanted]
            sums = [each.receipt.total.pence for each in made if each.receipt is not None]
            unit.detail |= {"ereturns": wanted, "pence": sum(sums)}
            unit.commit()
            return made

    return retried(once)


def _approve(installation: Installation, unit: Unit, rights: Rights, number: str) -> Approved:
    found = ereturn_of(installation, unit.connection, rights, number)
    state = found.after(EReturnAct.APPROVE)
    _refuse_same_person(installation, found)
    try:
        check_submitted(installation, unit, rights, found, found.contents)
        return _recorded(installation, unit, found, state)
    except (InvalidValue, RuleViolation) as error:
        if error.code == "already_recorded":
            raise  # somebody was first; read again
        # Of several the person must know which.
        about = {**error.data, "ereturn": number}
        raise type(error)(error.code, f"eReturn {number}: {error.message}", **about) from error


def _refuse_same_person(installation: Installation, found: EReturn) -> None:
    if found.entered_by(installation.actor):
        message = f"{installation.actor} filled in eReturn {found.number} or changed it, so somebody else must approve it."
        raise RuleViolation("same_person", message, ereturn=found.number, user=installation.actor)


def _recorded(installation: Installation, unit: Unit, found: EReturn, state: EReturnState) -> Approved:
    if found.contents.nil:
        return Approved(ereturn=record_act(installation, unit, found, EReturnAct.APPROVE, state))
    made = _receipt(installation, unit, found)
    transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
    deposit = _deposit(found, made)
    expect_deposits(unit, [deposit])
    done = record_act(installation, unit, found, EReturnAct.APPROVE, state)
    return Approved(ereturn=done, receipt=made, deposit=deposit)


def _receipt(installation: Installation, unit: Unit, found: EReturn) -> Transaction:
    council, card, day = installation.council, found.contents.card, taken_on(found)
    mop = found.template.method_of(found.kind, council.methods, council.special)
    # By these the bank or the acquirer names what it brings.
    theirs = found.contents.slip or found.contents.bag_number
    if found.kind is DepositKind.CARD:
        theirs = f"{card.terminal}/{card.z_report}"
    return receipt(
        income_of(council, found, mop, day), channel=Channel.COUNTER, origin=Origin(ORIGIN, str(found.id)), taken_on=day,
        recorded_at=unit.at, recorded_by=installation.actor, office=found.office, caller_reference=found.number,
        provider=council.methods[mop].provider, provider_reference=theirs, merchant_account=card.merchant,
    )  # fmt: skip


def _deposit(found: EReturn, made: Transaction) -> ExpectedDeposit:
    said = found.contents
    return ExpectedDeposit(
        id=new_id(), kind=found.kind, total=made.total, due_on=made.taken_on, office=found.office,
        bag_number=said.bag_number, slip=said.slip, merchant=said.card.merchant, terminal=said.card.terminal,
        z_report=said.card.z_report, source_kind=DepositSource.ERETURN, source=found.id, transactions=(made.id,),
    )  # fmt: skip


def taken_on(found: EReturn) -> date:
    """Return the day on which an eReturn's money was taken: of cards the Z-report's, else the day it was submitted."""
    if found.contents.card.z_on is not None:
        return found.contents.card.z_on
    submitted = found.latest(EReturnAct.SUBMIT)
    assert submitted is not None, "only what was submitted becomes income"  # noqa: S101
    return local_day(submitted.at)
