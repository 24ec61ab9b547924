"""Disposing of bank lines that no match rule explains: awaiting, other, allocated, or suspense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from attrs import define, field

from localgov_ims.allocation.explaining import why
from localgov_ims.domain.breaks import Break
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.suspense import SuspenseItem
from localgov_ims.domain.transactions import Transaction
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Match
from localgov_ims.reconciliation.recognisers import Recogniser, Recognition, recognise, said_by_a_person
from localgov_ims.service.income.known_holders import KnownHolders
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.batch_payments import (
    Found,
    found_in_batches,
    matches_of,
    rest_of,
    told_of_batch,
)
from localgov_ims.service.reconciliation.booking_lines import income_of, placed_rows, suspense_items
from localgov_ims.service.reconciliation.missing import missing
from localgov_ims.service.reconciliation.open_items import OpenItems
from localgov_ims.service.reconciliation.waiting_lines import waiting_breaks
from localgov_ims.service.rules.bank_rows import BankAllocator
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import snapshots, transactions
from localgov_ims.storage.store import Unit

_LEG_DAYS = 3


@define(kw_only=True)
class _Made:
    """What allocates the bank lines, and the records made for them, written together."""

    allocator: BankAllocator
    run: UUID
    payments: Mapping[UUID, Found] = field(factory=dict)
    matches: list[Match] = field(factory=list)
    brought: set[UUID] = field(factory=set)
    transactions: list[Transaction] = field(factory=list)
    suspense: list[SuspenseItem] = field(factory=list)
    dispositions: list[Disposition] = field(factory=list)
    breaks: list[Break] = field(factory=list)


def dispose(
    installation: Installation,
    run: UUID,
    items: OpenItems,
    left_over: Collection[str],
    done: Sequence[tuple[str, int, str, int]],
) -> Counter[str]:
    """Give every line that rules *left over* its disposition, in one unit of work, with new Breaks and the rules *done*.

    Payments of a batch that a rule finds are matched with it; return how many Matches that made, by rule. A line that awaits a
    file keeps waiting as long as its recognisers say the same; when they say something else, it is decided anew.
    """
    with installation.unit("dispose") as unit:
        permit_unit(installation, unit, Permission.MATCH_RUN)
        holders = KnownHolders(unit.connection, local_day(unit.at))
        # A line that came while the rules ran is for the next run: they have not seen it.
        lines = [line for line in snapshots.open_lines(unit.connection) if line.id.hex in left_over]
        made = _Made(
            allocator=BankAllocator(installation.council, holders), run=run,
            payments=found_in_batches(unit.connection, installation.council, lines, items.said),
        )  # fmt: skip
        for line in lines:
            _dispose_of(installation, unit, line, items, made)
        made.breaks += missing(unit.connection, installation.council, local_day(unit.at))
        in_batches = Counter(match.rule for match in made.matches)
        known = {each.key for each in stored.some_breaks(unit.connection)}
        made.breaks = [each for each in made.breaks if each.key not in known]
        stored.add_matches(unit, made.matches)
        transactions.add(unit, made.transactions)
        transactions.add_suspense(unit, made.suspense)
        stored.add_dispositions(unit, made.dispositions)
        stored.add_breaks(unit, made.breaks)
        totals = snapshots.totals(unit.connection)
        disposed = sum(count for kind, (count, _) in totals.items() if kind is not None)
        stored.add_completions(
            unit,
            run,
            [(name, version, read, count + in_batches[name]) for name, version, read, count in done],
        )
        stored.add_run(unit, run, unit.at, installation.actor, disposed)
        unit.detail |= {
            "run": str(run), "lines": len(made.dispositions), "breaks": len(made.breaks), "matches": len(made.matches),
        }  # fmt: skip
        unit.commit()
    return in_batches


def _dispose_of(
    installation: Installation, unit: Unit, line: StatementLine, items: OpenItems, made: _Made
) -> None:  # fmt: skip
    council = installation.council
    said = items.said.get(line.id.hex)
    recognitions = (
        [said_by_a_person(said, line)] if said is not None else recognise(council.recognisers, line)
    )
    if recognitions:
        disposition = _recognised(installation, line, recognitions, items)
    else:
        disposition = _decided(installation, unit, line, items, made)
    waiting = items.dispositions.get(line.id.hex)
    if waiting is None or _answer(waiting) != _answer(disposition):
        made.dispositions.append(disposition)
    else:
        disposition = waiting
    if disposition.until_on is not None or disposition.kind is DispositionKind.AWAITING:
        made.breaks += waiting_breaks(
            local_day(unit.at), line, disposition, items.misses.get(line.id.hex, [])
        )


def _answer(disposition: Disposition) -> tuple[object, ...]:
    """Return what makes a disposition another: also how near the rules came, so that the record says it later."""
    return disposition.kind, disposition.rule, disposition.what, disposition.evidence.get("nearest")


def _recognised(
    installation: Installation, line: StatementLine, recognitions: Sequence[Recognition], items: OpenItems
) -> Disposition:
    number = items.next_number(line.id.hex)
    if len(recognitions) > 1:
        names = " and ".join(r.recogniser.name for r in recognitions)
        reason = f"Recognisers {names} give different answers; correct them, or say which is right."
        return _disposition(line, number, DispositionKind.AWAITING, reason, rule=names)
    (recognition,) = recognitions
    recogniser = recognition.recogniser
    evidence: dict[str, object] = {"version": recogniser.version, **recognition.evidence}
    if misses := items.misses.get(line.id.hex):
        evidence["nearest"] = misses
    if recogniser.other is None:
        return _awaited(installation, line, number, recogniser, evidence)
    if recogniser.ledger is not None:
        # Kept with the decision, so that a later change of the settings does not post it elsewhere.
        evidence |= {"ledger": recogniser.ledger.code, "dimensions": list(recogniser.ledger.dimensions)}
    where = f"journalled by {recogniser.system}" if recogniser.system is not None else "journalled here"
    reason, until_on = f"It is {recogniser.other}, not income; {where}.", None
    if recogniser.wait_days is not None:
        until_on = installation.council.calendar.add_working_days(line.line.booked_on, recogniser.wait_days)
        reason += f" Its list is expected by {until_on:%d %B %Y}."
    return _disposition(
        line, number, DispositionKind.OTHER, reason, rule=recogniser.name, what=recogniser.other, evidence=evidence,
        until_on=until_on,
    )  # fmt: skip


def _awaited(
    installation: Installation,
    line: StatementLine,
    number: int,
    recogniser: Recogniser,
    evidence: dict[str, object],
) -> Disposition:
    council, booked_on = installation.council, line.line.booked_on
    if recogniser.source is not None:
        until_on = council.calendar.add_working_days(booked_on, council.sources[recogniser.source].wait_days)
        reason = (
            f"It names {recogniser.source}, whose file is not here; it is expected by {until_on:%d %B %Y}."
        )
    else:
        evidence |= {"transfer": recogniser.transfer}
        until_on = booked_on + timedelta(
            days=_LEG_DAYS if recogniser.wait_days is None else recogniser.wait_days
        )
        reason = (
            f"It is one leg of a transfer between {line.account} and {recogniser.transfer}; the other is expected by "
            f"{until_on:%d %B %Y}."
        )
    return _disposition(
        line, number, DispositionKind.AWAITING, reason, rule=recogniser.name, what=recogniser.source or recogniser.transfer,
        until_on=until_on, evidence=evidence,
    )  # fmt: skip


def _decided(
    installation: Installation, unit: Unit, line: StatementLine, items: OpenItems, made: _Made
) -> Disposition:  # fmt: skip
    number, misses = items.next_number(line.id.hex), items.misses.get(line.id.hex, [])
    if not line.line.amount:
        return _disposition(line, number, DispositionKind.OTHER, "No money moved.", what="nil")
    found = made.payments.get(line.id, {})
    matches = matches_of(line, found, made.run, items)
    made.matches += matches
    made.brought |= {match.right for match in matches}
    rest = rest_of(line, found.keys())
    if rest is None:
        reason = told_of_batch([], len(found))
        return _disposition(
            line, number, DispositionKind.MATCHED, reason, rule=matches[0].rule, record=matches[0].id
        )
    placed = placed_rows(
        installation.council, unit, rest, made.allocator, batch=bool(line.line.payments), brought=made.brought
    )
    transaction = income_of(installation, rest, placed, number)
    items_held = suspense_items(unit, rest, transaction, placed)
    made.transactions.append(transaction)
    made.suspense += items_held
    kind = DispositionKind.SUSPENSE if items_held else DispositionKind.ALLOCATED
    evidence: dict[str, object] = {"nearest": misses} if misses else {}
    whole = len(placed) == 1 and not found
    reason = (
        why(placed[0][1]) if whole else told_of_batch([allocation for _, allocation in placed], len(found))
    )
    return _disposition(
        line,
        number,
        kind,
        reason,
        rule=placed[0][1].rule if whole else None,
        record=transaction.id,
        evidence=evidence,
    )


def _disposition(
    line: StatementLine, number: int, kind: DispositionKind, reason: str, **more: object
) -> Disposition:
    return Disposition(id=new_id(), line=line.id, number=number, kind=kind, reason=reason, **more)  # type: ignore[arg-type]
