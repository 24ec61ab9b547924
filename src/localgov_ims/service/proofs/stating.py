"""Stating: what others say of a bank account or a fund is recorded with its source, and ends by a record."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import BinaryIO
from uuid import UUID

from attrs import evolve, frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.stated import LISTS, OUTCOMES, About, ItemEnd, StatedTotal
from localgov_ims.errors import AlreadyDone, ImsError, InvalidValue, NotFound, RuleViolation
from localgov_ims.files.totals_csv import TotalRow, read_totals
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.proofs.fed_items import check_fed
from localgov_ims.service.proofs.other_systems import systems
from localgov_ims.storage import stated as stored
from localgov_ims.storage.stated import StandingItem
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class Loaded:
    """What became of a file of what others state: with Issues nothing of it was loaded."""

    added: int = 0
    seen: int = 0
    issues: tuple[Issue, ...] = ()


def state_total(
    installation: Installation, *, about: About, subject: str, what: str, first_on: date, as_at: date, amount: Money,
    source: str,
) -> StatedTotal:  # fmt: skip
    """Record a total that others state; the same amount from the same source again adds nothing.

    Raises:
        NotPermitted: The permission reconciliation.prepare is missing.
        NotFound: There is no such bank account or fund.
        InvalidValue: Nobody states such a thing, or a text does not fit.
    """
    made = StatedTotal(
        id=new_id(), about=about, subject=subject, what=what, first_on=first_on, as_at=as_at, amount=amount,
        source=source,
    )  # fmt: skip
    with installation.unit("state_totals") as unit:
        permit_unit(installation, unit, Permission.RECONCILIATION_PREPARE)
        check_subject(installation.council, about, subject)
        _record_totals(unit, [made])
        unit.commit()
    return made


def load_totals(installation: Installation, stream: BinaryIO, *, source: str) -> Loaded:
    """Load totals of funds from CSV, all or nothing: `fund,what,from,to,amount`.

    Raises:
        NotPermitted: The permission reconciliation.prepare is missing.
    """
    with installation.unit("state_totals") as unit:
        permit_unit(installation, unit, Permission.RECONCILIATION_PREPARE)
        made, issues = list[StatedTotal](), list[Issue]()
        for row in read_totals(stream):
            if isinstance(row, Issue):
                issues.append(row)
                continue
            try:
                made.append(_total(installation.council, row, source))
            except ImsError as error:
                issues.append(issue_of(error, f"line {row.line}"))
        if issues:
            return Loaded(issues=tuple(issues))
        added = _record_totals(unit, made)
        unit.commit()
    return Loaded(added=added, seen=len(made) - added)


def end_item(installation: Installation, item: UUID, *, outcome: str, reason: str, ended_on: date) -> ItemEnd:
    """Record that an item of a list stands open no longer.

    Raises:
        NotPermitted: The permission reconciliation.prepare is missing.
        NotFound: There is no such item.
        InvalidValue: Items of its list do not end so, or the day is before the item's.
        RuleViolation: It is a line of a feed, and the money is not where the end says; or a bank line is matched with it
            (`item_matched`).
        AlreadyDone: It ended before.
    """
    with installation.unit("end_item") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.RECONCILIATION_PREPARE)
        found = next(stored.some_items(unit.connection, stored.items.c.id == item), None)
        if found is None:
            raise NotFound(
                "no_such_item", f"There is no listed item {item}. `ims stated list` shows them.", item=item
            )
        _check_end(found, outcome, ended_on)
        check_fed(unit.connection, found.item, outcome)
        end = ItemEnd(
            id=new_id(), item=item, ended_on=ended_on, outcome=outcome, reason=reason, by=installation.actor, at=unit.at,
        )  # fmt: skip
        stored.add_end(unit, end)
        unit.detail |= {"item": str(item), "outcome": outcome}
        unit.commit()
    return end


def _check_end(found: StandingItem, outcome: str, ended_on: date) -> None:
    item, allowed = found.item, OUTCOMES[found.item.what]
    if outcome not in allowed:
        message = (
            f"An item that is {LISTS[item.about][item.what]} ends as one of: {', '.join(sorted(allowed))}."
        )
        raise InvalidValue("unknown_outcome", message, field="outcome", value=outcome)
    if ended_on < item.day:
        message = f"It cannot have ended on {ended_on:%d %B %Y}, before its own day, {item.day:%d %B %Y}."
        raise InvalidValue("ended_before", message, field="ended_on")
    if found.line is not None:
        message = f"It is matched with bank line {found.line}. Undo that Match first: `ims explain {found.line}` names it."
        raise RuleViolation("item_matched", message, item=item.id)
    if found.end is not None:
        message = f"It ended on {found.end.ended_on:%d %B %Y} as {found.end.outcome}, by {found.end.by}."
        raise AlreadyDone("item_ended", message, item=item.id)


def list_items(installation: Installation, *, every: bool = False) -> list[StandingItem]:
    """Return the items of all lists that stand open, the oldest first; with *every* those that ended too.

    Raises:
        NotPermitted: The permission report.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        found = list(stored.some_items(connection))
    return [each for each in found if every or (each.end is None and each.line is None)]


def check_subject(council: Council, about: About, subject: str) -> None:
    """Refuse the name of no bank account, the code of no fund, or a system that no recogniser names.

    Raises:
        NotFound: There is none.
    """
    known: Collection[str]
    name, known = {
        About.BANK: ("bank account", council.bank_accounts), About.FUND: ("fund", council.funds),
        About.SYSTEM: ("system of a recogniser", systems(council)),
    }[about]  # fmt: skip
    if subject not in known:
        raise NotFound(
            "no_such_subject", f"There is no {name} {subject!r}. There are: {', '.join(known)}.", name=subject
        )


def issue_of(error: ImsError, place: str) -> Issue:
    """Return what is wrong with a row that what is recorded refuses."""
    field = str(error.data.get("field", ""))
    return Issue(code="bad-field", place=place, field=field, message=error.message)


def _total(council: Council, row: TotalRow, source: str) -> StatedTotal:
    v = row.values
    check_subject(council, About.FUND, v["fund"])
    return StatedTotal(
        id=new_id(), about=About.FUND, subject=v["fund"], what=v["what"], first_on=v["from"], as_at=v["to"],
        amount=v["amount"], source=source,
    )  # fmt: skip


def _record_totals(unit: Unit, made: Iterable[StatedTotal]) -> int:
    numbered: list[StatedTotal] = []
    for each in made:
        latest = stored.latest_totals(
            unit.connection, each.about, each.subject, each.first_on, each.as_at
        ).get(each.what)
        if latest is None or (latest.amount, latest.source) != (each.amount, each.source):
            numbered.append(evolve(each, number=latest.number + 1 if latest is not None else 1))
    stored.add_totals(unit, numbered)
    unit.detail["totals"] = len(numbered)
    return len(numbered)
