"""The proof of a bank account as at a day: what the bank says, what this system says, and what the ledger says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proofs import Figure, Item, Proof, ProofKind, Section, figure, total
from localgov_ims.domain.stated import About, StatedTotal
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.proofs.bank_reports import check_account, closing_by_bank, line_item, opening_of
from localgov_ims.service.proofs.other_systems import account_of, expected_by
from localgov_ims.storage import bank_reports, ledger_positions
from localgov_ims.storage import stated as stored
from localgov_ims.storage.stated import StandingItem

_OF_NO_ACCOUNT: Final = "no account"
_OF_ANOTHER: Final = "another account"


def prove_bank(installation: Installation, *, account: str, as_at: date, ledger: str | None = None) -> Proof:
    """Prove a bank account as at the end of a day against the ledger's own balance, as it was stated for that day.

    *ledger* names the ledger that has the account's balance; it may be left out where the council has one.

    Raises:
        NotPermitted: The permission report.view is missing.
        NotFound: There is no such bank account.
        ConfigurationError: There is no such ledger, or several and none is named.
    """
    council = installation.council
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        check_account(council, account)
        name = council.ledger(ledger).name
        sections = tuple(_sections(connection, council, account, name, as_at))
    return Proof(
        kind=ProofKind.BANK, subject=account, title=f"Proof of bank account {account}", council=council.name,
        first_on=as_at, as_at=as_at, sections=sections,
    )  # fmt: skip


def listed_item(each: StandingItem, as_at: date, due_on: date | None = None) -> Item:
    """Show an item of somebody's list, and until when it may stand open, where something says so."""
    i = each.item
    # What another system notes of a payment may be a name, and what is shown here may be kept for good.
    named = i.note and i.about is not About.SYSTEM
    note = f"{i.note}; from: {i.source}" if named else f"from: {i.source}"
    return Item(
        id=str(i.id), kind="listed item", day=i.day, text=i.reference, amount=i.amount, age=(as_at - i.day).days,
        due_on=due_on, note=note,
    )  # fmt: skip


def _sections(
    connection: Connection, council: Council, account: str, ledger: str, as_at: date
) -> Iterator[Section]:
    statements = bank_reports.statements_of(connection, account)
    lines = list(bank_reports.standing_lines(connection, account, as_at))
    opened = opening_of(statements) or NOTHING
    read = Money(sum(line.pence for line in lines))
    closed = closing_by_bank(statements, as_at)
    number = next(
        (s.number for s in reversed(statements) if s.closing == closed and s.last_on and s.last_on <= as_at),
        "",
    )
    balance = Figure(
        key="system", label="This system: the opening balance and every line read", amount=opened + read, given=closed,
        total=True,
    )  # fmt: skip
    yield Section(
        key="bank", title="The bank and this system", given_by="the bank says",
        note=f"The bank's balance is that of statement {number}." if closed is not None else "No statement of the bank ends on this day.",
        figures=(
            Figure(key="opening", label="Opening balance loaded", amount=opened),
            Figure(key="lines", label="Every line read", amount=read, count=len(lines)),
            balance,
        ),
    )  # fmt: skip
    unposted = set(connection.execute(ledger_positions.unposted_lines(account, ledger, as_at)).scalars())
    waiting = [line_item(line, council, as_at) for line in lines if line.id in unposted]
    listed = _listed(connection, council, account, as_at)
    stated = stored.latest_totals(connection, About.BANK, account, as_at, as_at).get("ledger")
    yield _ledger_section(opened + read, waiting, listed, stated)
    count, amount = ledger_positions.posted_elsewhere(connection, account, as_at)
    yield Section(
        key="elsewhere", title="Posted by other systems",
        note="Lines that are not income and that the system with the list posts: payables, payroll. They are taken to be in the ledger.",
        figures=(
            Figure(key="elsewhere", label="Posted by other systems, since the beginning", amount=amount, count=count),
            figure("listed_elsewhere", "Listed by them, not at the bank yet, and of no one bank account by the recognisers", listed[_OF_NO_ACCOUNT]),
        ),
    )  # fmt: skip


def _listed(
    connection: Connection, council: Council, account: str, as_at: date
) -> Mapping[str, Sequence[Item]]:
    """Return what others list, by the list in which it stands for a bank account."""
    listed: dict[str, list[Item]] = defaultdict(list)
    for each in stored.of_list(connection, About.BANK, account, "ledger_only", "bank_only"):
        if each.open_at(as_at):
            listed[each.item.what].append(listed_item(each, as_at))
    for each in stored.open_of_systems(connection, as_at):
        system, own = each.item.subject, account_of(council, each.item.subject)
        # What another system posted is in the ledger already.
        which = _OF_NO_ACCOUNT if own is None else "ledger_only" if own == account else _OF_ANOTHER
        listed[which].append(listed_item(each, as_at, expected_by(council, system, each.item.day)))
    return listed


def _ledger_section(
    balance: Money,
    waiting: Sequence[Item],
    listed: Mapping[str, Sequence[Item]],
    stated: StatedTotal | None,
) -> Section:
    before, ahead = listed["bank_only"], listed["ledger_only"]
    # What the ledger has not had yet is taken off: a credit lessens what it should stand at.
    taken_off = [evolve(item, amount=-item.amount) for item in (*waiting, *before)]
    figures = (
        Figure(key="balance", label="At the bank, as above", amount=balance),
        figure("unposted_credits", "Not yet in the ledger: credits, taken off", [i for i in taken_off if i.amount < NOTHING]),
        figure("unposted_debits", "Not yet in the ledger: debits, added back", [i for i in taken_off if i.amount >= NOTHING]),
        figure("ledger_only_credits", "In the ledger, not yet at the bank: receipts", [i for i in ahead if i.amount >= NOTHING]),
        figure("ledger_only_debits", "In the ledger, not yet at the bank: payments", [i for i in ahead if i.amount < NOTHING]),
    )  # fmt: skip
    should = evolve(
        total(
            "ledger",
            "So the ledger should stand at",
            figures,
            given=stated.amount if stated is not None else None,
        ),
        count=None,
    )
    note = (
        f"The ledger's balance is from: {stated.source}."
        if stated is not None
        else "The ledger's balance for this day was not given: nothing is proved of it."
    )
    return Section(
        key="ledger", title="The ledger", given_by="the ledger says", note=note, figures=(*figures, should)
    )
