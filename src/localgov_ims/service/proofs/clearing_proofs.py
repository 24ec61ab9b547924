"""Proving clearing and suspense: every penny of a balance is an item, with its age and its days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from attrs import evolve, frozen
from sqlalchemy import Connection

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proofs import (
    Figure,
    Item,
    Proof,
    ProofKind,
    Section,
    by_age,
    figure,
    past_due,
    total,
)
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.reconciliation.writing_off import WriteOffView, written_off
from localgov_ims.storage import outstanding as stored
from localgov_ims.storage.outstanding import Outstanding
from localgov_ims.storage.suspense_at import held


@frozen(kw_only=True, order=True)
class ClearingAccount:
    """A method of payment and, where its provider keeps several, the merchant account."""

    mop: str
    merchant_account: str = ""


def prove_clearing(installation: Installation, *, as_at: date) -> Proof:
    """List every penny of clearing and suspense as at the end of a day, debits and credits gross.

    Raises:
        NotPermitted: The permission report.view is missing.
    """
    council = installation.council
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        accounts = clearing_items(connection, council, as_at)
        in_suspense = suspense_items(connection, council, as_at)
        counted = stored.balance(connection, as_at)
        given_up = written_off(connection, as_at.replace(day=1), as_at)
    sections = [_account(council, account, items, as_at) for account, items in sorted(accounts.items())]
    everything = [item for items in accounts.values() for item in items]
    return Proof(
        kind=ProofKind.CLEARING, subject="", title="Clearing and suspense", council=council.name, first_on=as_at,
        as_at=as_at,
        sections=(
            Section(
                key="summary", title="Balances and their items", given_by="by totals",
                figures=(
                    *(total(f"balance_{section.key}", section.title, section.figures[:2]) for section in sections),
                    total("clearing", "Clearing in all", [figure("all", "", everything)], given=counted),
                    figure("suspense", "Suspense", in_suspense),
                    figure("past_days", "Of both: past their days", past_due([*everything, *in_suspense], as_at)),
                ),
            ),
            Section(key="timeliness", title="Age of the items", figures=by_age([*everything, *in_suspense]), picture=True),
            *sections,
            _given_up(given_up, as_at),
        ),
    )  # fmt: skip


def clearing_items(
    connection: Connection, council: Council, as_at: date
) -> dict[ClearingAccount, list[Item]]:
    """Return what is outstanding as at a day, by method of payment and merchant account."""
    found: dict[ClearingAccount, list[Item]] = defaultdict(list)
    for each in stored.outstanding(connection, as_at):
        found[account_of(council, each)].append(clearing_item(council, each, as_at))
    return found


def suspense_items(connection: Connection, council: Council, as_at: date) -> list[Item]:
    """Return what is left of each item in suspense that came by a day."""
    days = council.suspense_fund.proof_days
    return [
        Item(
            id=str(row.line), kind="suspense item", day=row.taken_on, text=row.reference,
            amount=Money(row.pence), age=(as_at - row.taken_on).days,
            due_on=council.calendar.add_working_days(row.taken_on, days), note=row.reason.replace("_", " "),
        )
        for row in held(connection, as_at)
    ]  # fmt: skip


def account_of(council: Council, each: Outstanding) -> ClearingAccount:
    """Return where an amount in clearing stands."""
    mop = each.mop if each.mop is not None else council.settled_by(each.source or "")[0].code
    own = council.methods[mop].merchant_accounts if mop in council.methods else {}
    merchant = each.merchant_account or ""
    return ClearingAccount(mop=mop, merchant_account=merchant if merchant in own else "")


def name_of(council: Council, account: ClearingAccount) -> str:
    """Return what people call a clearing account."""
    method = council.methods.get(account.mop)
    name = f"{account.mop} {method.name}" if method is not None else account.mop
    return f"{name}, merchant account {account.merchant_account}" if account.merchant_account else name


def clearing_item(council: Council, each: Outstanding, as_at: date) -> Item:
    """Show an amount in clearing, with its age on a day and its days."""
    method = council.methods.get(account_of(council, each).mop)
    days = method.proof_days if method is not None else 0
    note = "recorded here; not at the bank yet" if each.source is None else "at the bank; no payment of ours"
    return Item(
        id=str(each.id), kind=each.kind, day=each.day, text=each.text, amount=Money(each.pence),
        age=(as_at - each.day).days, due_on=council.calendar.add_working_days(each.day, days), note=note,
    )  # fmt: skip


def _given_up(found: Sequence[WriteOffView], as_at: date) -> Section:
    items = [
        Item(
            id=str(each.made.id), kind="write-off", day=each.made.taken_on, text=each.made.reference, amount=each.made.total,
            age=(as_at - each.made.taken_on).days, note=f"by {each.made.recorded_by}",
        )
        for each in found if not each.undone
    ]  # fmt: skip
    figures = (figure("written_off", "Written off since the first of the month", items),)
    return Section(key="written_off", title="Written off, and not taken back", figures=figures)


def _account(council: Council, account: ClearingAccount, items: Sequence[Item], as_at: date) -> Section:
    key = f"{account.mop}_{account.merchant_account}" if account.merchant_account else account.mop
    figures: tuple[Figure, ...] = (
        figure("debits", "Still to come to the bank (debits)", [i for i in items if i.amount > NOTHING]),
        figure("credits", "To go out, or at the bank for nothing of ours (credits)", [i for i in items if i.amount < NOTHING]),
    )  # fmt: skip
    named = tuple(_renamed(f, key) for f in figures)
    late = _renamed(figure("past_days", "Of these: past their days", past_due(items, as_at)), key)
    return Section(
        key=key,
        title=name_of(council, account),
        figures=(*named, total(f"{key}_balance", "Balance", named), late),
    )


def _renamed(found: Figure, key: str) -> Figure:
    return evolve(found, key=f"{key}_{found.key}")
