"""Writing back: an old item of suspense that nobody has claimed becomes income, until somebody claims it after all."""

from __future__ import annotations

from collections.abc import Sequence

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.write_offs import WriteBackAccount
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import note_use, permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.service.suspense.clearing import Clearance, cleared, seen_now
from localgov_ims.service.suspense.clearing_checks import Receivers
from localgov_ims.service.suspense.items import Held, held
from localgov_ims.storage.store import Unit


def write_back(installation: Installation, items: Sequence[str], *, reason: str) -> Transaction | Proposal:
    """Write old items of suspense back whole: one clearance to the account of [write_back], income of today.

    Above the limit for one person (`clearance`) it is a Proposal. When somebody claims the money after all,
    `undo_clearance` gives each item back what it gave, and it is cleared or returned as any.

    Raises:
        NotFound: One of them is no item of suspense.
        AlreadyDone: Somebody else took from an item meanwhile (`changed_meanwhile`).
        RuleViolation: An item is younger than the settings let it be (`too_young`), is money that left
            (`amount_not_positive`), or has nothing left (`more_than_left`); none is named, or no reason is given.
        ConfigurationError: The settings have no [write_back] (`no_write_back`).
        NotPermitted: The user may not clear suspense, or not write off, or the fund of [write_back] is not theirs.
    """
    why = (fitting("reason", reason, 100) or "").strip()
    givings = tuple(Giving(line=line) for line in items)
    seen = seen_now(installation, givings)

    def once() -> Transaction | Proposal:
        with installation.unit("write_back") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
            rights.require(Permission.WRITE_OFF_RECORD)
            note_use(unit, Permission.WRITE_OFF_RECORD)
            account = account_of(installation.council)
            if not why:
                raise RuleViolation("reason_missing", "Say why it is written back.")
            found = held(unit.connection, items).values()
            for each in found:
                _check(account, unit, each)
            target = BasketItem(
                fund=account.fund, account_reference=account.account_reference or "",
                amount=Money.total(each.left for each in found),
            )  # fmt: skip
            receivers = Receivers(targets=(target,), narrative=why)
            asked = Clearance(items=givings, receivers=receivers, seen=seen, written_back=True)
            made = cleared(installation, unit, rights, asked)
            unit.commit()
            return made

    return retried(once)


def account_of(council: Council) -> WriteBackAccount:
    """Return the account of [write_back].

    Raises:
        ConfigurationError: The settings have none (`no_write_back`).
    """
    if council.write_back is None:
        message = (
            "The settings name no account for write-backs. Add [write_back] with its fund and after_days."
        )
        raise ConfigurationError("no_write_back", message)
    return council.write_back


def _check(account: WriteBackAccount, unit: Unit, item: Held) -> None:
    line, taken_on = item.line, item.transaction.taken_on
    if line.amount < NOTHING:
        message = f"Item {line.reference} is {line.amount.shown()}: money that left. Find out whose it is; it is no income."
        raise RuleViolation("amount_not_positive", message, line=line.reference)
    age = (local_day(unit.at) - taken_on).days
    if age < account.after_days:
        message = (
            f"Item {line.reference} came on {taken_on:%d %B %Y}, {age} days ago; nothing is written back before "
            f"{account.after_days} days."
        )
        raise RuleViolation("too_young", message, line=line.reference, age=age)
