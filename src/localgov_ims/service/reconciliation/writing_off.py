"""Writing off: a person gives up a small item of clearing, by a Receipt of the opposite amount on an account for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, Origin, Transaction
from localgov_ims.domain.two_person import Act
from localgov_ims.domain.write_offs import WRITE_OFF, WriteOffAccount
from localgov_ims.errors import AlreadyDone, ConfigurationError, NotFound, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import proposals, reversals, transactions
from localgov_ims.storage.outstanding import Outstanding, outstanding
from localgov_ims.storage.store import Unit

_t = transactions.transactions


@frozen(kw_only=True)
class WriteOffView:
    """A write-off, and whether it was taken back since."""

    made: Transaction
    undone: bool


def write_off(installation: Installation, item: str, *, reason: str) -> Transaction | Proposal:
    """Write off an item of clearing whole: a Receipt of the opposite amount, by the item's own method of payment.

    *item* is its identifier, as `ims report clearing` shows it, or the reference of its transaction. Above the limit for
    one person it is a Proposal, which somebody else records by `authorise`. `reverse_transaction` takes it back.

    Raises:
        NotFound: Nothing of that name is outstanding in clearing today; what was written off is not.
        AlreadyDone: Its write-off waits for another person (`already_proposed`).
        RuleViolation: It comes to more than the tolerance (`beyond_tolerance`), or no reason is given.
        ConfigurationError: The settings have no [write_off] (`no_write_off`).
        NotPermitted: The user may not write off, or the fund of [write_off] is not theirs.
    """
    why = fitting("reason", reason, 100) or ""

    def once() -> Transaction | Proposal:
        with installation.unit("write_off") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.WRITE_OFF_RECORD)
            if not why.strip():
                raise RuleViolation("reason_missing", "Say why it is written off.", item=item)
            account = account_of(installation.council)
            rights.require_funds([account.fund])
            made = _write_off(installation, unit, account, item, why.strip())
            unit.commit()
            return made

    return retried(once)


def _write_off(
    installation: Installation, unit: Unit, account: WriteOffAccount, item: str, reason: str
) -> Transaction | Proposal:
    found = _item(unit, account, item)
    own = str(found[0].id)
    amount = abs(Money(sum(each.pence for each in found)))
    moved = {(account.fund, account.account_reference): amount}
    if any(each.asked.get("item") == own for each in proposals.waiting(unit.connection)):
        message = f"The write-off of {item} waits for another person: `ims proposals list`."
        raise AlreadyDone("already_proposed", message, item=item)
    if proposing.needs_another(installation, unit, Act.WRITE_OFF, moved):
        asked = {"item": own, "reason": reason}
        return proposing.propose(installation, unit, Act.WRITE_OFF, asked, moved, amount=amount)
    made = _record(installation, unit, account, found, reason, by=installation.actor)
    proposing.count(installation, unit, Act.WRITE_OFF, moved, made.id)
    return made


def record_proposed(installation: Installation, unit: Unit, rights: Rights, proposal: Proposal) -> UUID:
    """Record a write-off that was proposed, if its item is still outstanding and comes to what was proposed."""
    account = account_of(installation.council)
    rights.require_funds([account.fund])
    found = _item(unit, account, str(proposal.asked["item"]))
    now = abs(Money(sum(each.pence for each in found)))
    if now != proposal.amount:
        message = (
            f"The item comes to {now.shown()} by now, not {proposal.amount.shown()}. Turn the proposal down."
        )
        raise RuleViolation("changed_meanwhile", message, proposal=proposal.reference)
    reason = str(proposal.asked["reason"])
    return _record(installation, unit, account, found, reason, by=proposal.proposed_by).id


def list_write_offs(installation: Installation, *, first_on: date, last_on: date) -> list[WriteOffView]:
    """Return what was written off on these days, the first first, with what was taken back since.

    Raises:
        NotPermitted: The user has neither report.view nor write_off.record.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW, Permission.WRITE_OFF_RECORD)
        return written_off(connection, first_on, last_on)


def written_off(connection: Connection, first_on: date, last_on: date) -> list[WriteOffView]:
    """Return the write-offs of these days, as `list_write_offs`."""
    days = _t.c.taken_on.between(first_on, last_on)
    made = list(transactions.some(connection, _t.c.origin_kind == WRITE_OFF, days))
    undone = reversals.reversed_among(connection, [each.id for each in made])
    return [
        WriteOffView(made=each, undone=each.id in undone)
        for each in sorted(made, key=lambda each: (each.taken_on, each.recorded_at))
    ]


def account_of(council: Council) -> WriteOffAccount:
    """Return the account of [write_off].

    Raises:
        ConfigurationError: The settings have none (`no_write_off`).
    """
    if council.write_off is None:
        message = "The settings name no account for write-offs. Add [write_off] with its fund and tolerance."
        raise ConfigurationError("no_write_off", message)
    return council.write_off


def _item(unit: Unit, account: WriteOffAccount, item: str) -> list[Outstanding]:
    """Return what an item comes to, by line and method; no write-off is written off: it is taken back."""
    named = {item, called(item)}
    found = [
        each
        for each in outstanding(unit.connection, local_day(unit.at))
        if each.writes_off is None and named & {str(each.id), called(each.text)}
    ]
    if not found or len({each.id for each in found}) > 1:
        message = f"{item!r} names no item outstanding in clearing. `ims report clearing --on DAY --json` shows each with its id."
        raise NotFound("no_such_item", message, item=item)
    check_tolerance(account, Money(sum(each.pence for each in found)), item)
    return found


def check_tolerance(account: WriteOffAccount, amount: Money, what: str) -> None:
    """Refuse to write off more than the tolerance.

    Raises:
        RuleViolation: `beyond_tolerance`.
    """
    if abs(amount) > account.tolerance:
        message = f"{what} comes to {amount.shown()}; at most {account.tolerance.shown()} is written off. Find out what it is."
        raise RuleViolation("beyond_tolerance", message, item=what, amount=amount)


def _record(
    installation: Installation, unit: Unit, account: WriteOffAccount, found: Sequence[Outstanding],
    reason: str, *, by: str,
) -> Transaction:  # fmt: skip
    """Record the opposite of an item, by each of its methods of payment."""
    council, item = installation.council, found[0]
    sums = Counter[str]()
    for each in found:
        sums[each.mop or council.settled_by(each.source or "")[0].code] += each.pence
    return record_write_off(
        installation, unit, account, item.id, {mop: Money(-pence) for mop, pence in sums.items() if pence}, reason,
        by=by, merchant_account=item.merchant_account,
    )  # fmt: skip


def record_write_off(
    installation: Installation, unit: Unit, account: WriteOffAccount, of: UUID, amounts: Mapping[str, Money], reason: str,
    *, by: str, merchant_account: str | None,
) -> Transaction:  # fmt: skip
    """Record a write-off of an item or bank line, *amounts* by method; its origin makes it once, until it is taken back."""
    council = installation.council
    before = transactions.some(unit.connection, _t.c.origin_kind == WRITE_OFF, _t.c.origin_id == str(of))
    made = receipt(
        [
            line_for(
                council, fund=account.fund, account_reference=account.account_reference, amount=amount, mop=mop,
                taken_on=local_day(unit.at), narrative=reason,
            )
            for mop, amount in sorted(amounts.items())
        ],
        channel=Channel.STAFF, origin=Origin(WRITE_OFF, str(of), 1 + sum(1 for _ in before)),
        taken_on=local_day(unit.at), recorded_at=unit.at, recorded_by=by, merchant_account=merchant_account,
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=council.personal_narratives)
    unit.detail |= {"written_off": str(of), "by": made.reference, "pence": made.total.pence}
    return made
