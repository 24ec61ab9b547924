"""Putting money into suspense by hand or by a program: a Receipt by the method that brought it, once for each key."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money, enterable
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.domain.texts import blank_is_none, text, trimmed, written
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, Origin, Transaction
from localgov_ims.errors import AlreadyDone, InvalidValue, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import checked_day, line_for
from localgov_ims.service.payments import item_checks
from localgov_ims.service.payments.asking import checked_office
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit

MANUAL = "manual"
"""The kind of origin of what was put into suspense by hand; its id is the caller's key."""


@frozen(kw_only=True)
class NewItem:
    """Money to be put into suspense.

    Attributes:
        key: The caller's own, which makes it once; blanks around it do not count.
        amount: Above zero; below it only by a method that may take payments back.
        mop: The method that brought it: its money stands in that method's clearing until the bank brings it.
        taken_on: The day the payer paid; none: today.
        reference: What came as an account reference, for whoever will place it; so too the narrative, the sender's own
            source reference, and the VAT code.
    """

    key: str = field(converter=trimmed, validator=text(100))
    amount: Money = field(validator=enterable)
    mop: str
    taken_on: date | None = None
    reference: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    narrative: str | None = field(default=None, converter=blank_is_none, validator=written(100))
    source_reference: str | None = field(default=None, converter=blank_is_none, validator=written(36))
    vat_code: str | None = field(default=None, converter=blank_is_none, validator=text(2))
    office: str | None = field(default=None, converter=blank_is_none)


def create_item(
    installation: Installation, item: NewItem, *, channel: Channel = Channel.STAFF
) -> Transaction:
    """Put money into suspense, and return its Receipt; the same again under the same key returns the first.

    Raises:
        InvalidValue: The method is unknown or not in use, the amount is nothing, or the day has not come.
        RuleViolation: The method has not been given to the user, or cannot take money back.
        AlreadyDone: Something else was recorded under the key (`key_used`).
        NotPermitted: The permission suspense.create is missing.
    """

    def once() -> Transaction:
        with installation.unit("create_item") as unit:
            rights = permit_unit(installation, unit, Permission.SUSPENSE_CREATE)
            before = _before(unit, item)
            if before is not None:
                return before
            made = _made(installation, unit, rights, item, channel)
            unit.detail |= {"receipt": made.reference, "pence": made.total.pence}
            unit.commit()
            return made

    return retried(once)


def _before(unit: Unit, item: NewItem) -> Transaction | None:
    t = transactions.transactions
    found = next(
        transactions.whole(unit.connection, t.c.origin_kind == MANUAL, t.c.origin_id == item.key), None
    )
    if found is None:
        return None
    (line,) = found.lines
    (kept,) = transactions.some_suspense(unit.connection, transactions.suspense.c.line == line.id)
    same = (
        (line.amount, line.mop, line.narrative, kept.received_reference, kept.source_reference, kept.vat_code)
        == (item.amount, item.mop, item.narrative, item.reference, item.source_reference, item.vat_code)
        and item.taken_on in {None, found.taken_on}
        and item.office in {None, found.office}
    )  # fmt: skip
    if not same:
        message = f"Another item of {line.amount.shown()} was put into suspense under the key {item.key!r} ({line.reference})."
        raise AlreadyDone("key_used", message, line=line.reference)
    return found


def _made(
    installation: Installation, unit: Unit, rights: Rights, item: NewItem, channel: Channel
) -> Transaction:
    council = installation.council
    item_checks.check_method(council, rights, item.mop)
    if not item.amount:
        raise InvalidValue("amount_is_nothing", "An item in suspense cannot be of nothing.", value="0.00")
    if item.amount < NOTHING and not council.methods[item.mop].payment_reversal:
        message = f"Method {item.mop} cannot take money back ({item.amount.shown()}): it has not payment_reversal = true."
        raise RuleViolation("negative_not_allowed", message, value=str(item.amount))
    day = checked_day(item.taken_on, local_day(unit.at))
    line = line_for(
        council, fund=council.suspense_fund.code, account_reference=None, amount=item.amount, mop=item.mop,
        taken_on=day, narrative=item.narrative,
    )  # fmt: skip
    made = receipt(
        [line], channel=channel, origin=Origin(MANUAL, item.key), taken_on=day, recorded_at=unit.at,
        recorded_by=installation.actor, office=checked_office(installation, item.office or rights.user.office),
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=council.personal_narratives)
    kept = SuspenseItem(
        id=new_id(), line=made.lines[0].id, reason=SuspenseReason.MANUAL, received_at=unit.at,
        received_reference=item.reference, source_reference=item.source_reference, vat_code=item.vat_code,
    )  # fmt: skip
    transactions.add_suspense(unit, [kept])
    return made
