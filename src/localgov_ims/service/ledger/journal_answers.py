"""What the finance system says of a journal, or a named person for it; and sending again what it did not take."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.accounting_days import AccountingDays
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journal_states import JournalState, Standing
from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount
from localgov_ims.domain.ledger_files import Acknowledgement, RejectedLine
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.summaries import summarised
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.hooks.interfaces import AcknowledgingExporter
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporters import exporter_of, refuse_problems
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import journal_states, periods
from localgov_ims.storage import journals as stored
from localgov_ims.storage.store import Unit


def confirm_journal(installation: Installation, number: str, *, evidence: str) -> Standing:
    """Record a person's word that the finance system took a journal whole; *evidence* says how they know.

    Raises:
        NotPermitted: The permission journal.confirm is missing.
        NotFound: There is no such journal.
        RuleViolation: No file was made of it yet, or something was said of it before; or there is no evidence.
    """
    return _said(installation, number, JournalState.CONFIRMED, evidence)


def reject_journal(
    installation: Installation, number: str, *, evidence: str, lines: Sequence[RejectedLine] = ()
) -> Standing:
    """Record a person's word that the finance system took nothing of a journal, or not those *lines* of it.

    Raises:
        NotPermitted: The permission journal.confirm is missing.
        NotFound: There is no such journal.
        RuleViolation: No file was made of it yet, something was said of it before, or there is no evidence.
    """
    return _said(installation, number, JournalState.PART if lines else JournalState.REJECTED, evidence, lines)


def acknowledge_journal(installation: Installation, ledger: str, data: bytes) -> Standing:
    """Read back what the finance system answered, by the exporter of the ledger. The same answer again adds nothing.

    Raises:
        NotPermitted: The permission journal.confirm is missing.
        ConfigurationError: The ledger's exporter cannot read an answer: a person confirms instead.
        NotFound: The answer is about no journal of ours.
        RuleViolation: It is no answer, speaks of lines that are not there or not of all, or something else was said of the
            journal before.
    """
    chosen = exporter_of(installation, ledger)
    if not isinstance(chosen.exporter, AcknowledgingExporter):
        message = f"The exporter {chosen.name!r} of ledger {ledger} reads no answers. Say `ims journals confirm` or `reject`."
        raise ConfigurationError("no_acknowledgement", message, ledger=ledger)
    answer: Acknowledgement = chosen.exporter.acknowledge(data)
    with installation.store.reading() as connection:
        before = journal_states.standing(connection, answer.journal)
        state = _state(connection, answer)
    if (before.state, before.rejected) == (
        state,
        tuple(sorted(answer.rejected, key=lambda line: line.number)),
    ):
        return before
    return _said(installation, answer.journal, state, answer.message or "read back", answer.rejected)


def _state(connection: Connection, answer: Acknowledgement) -> JournalState:
    """Return what an answer makes of its journal; one that leaves lines unsaid makes nothing of it."""
    lines = stored.line_numbers(connection, answer.journal)
    _check_lines(answer.journal, lines, {line.number for line in answer.rejected} | (answer.named or set()))
    if answer.named is not None and (unsaid := lines - answer.named):
        listed = ", ".join(map(str, sorted(unsaid)[:20]))
        message = f"The answer says nothing of {len(unsaid)} of the {len(lines)} lines of journal {answer.journal}: {listed}."
        raise RuleViolation("answer_incomplete", message, journal=answer.journal)
    if not answer.accepted or len(answer.rejected) == len(lines):
        return JournalState.REJECTED
    return JournalState.PART if answer.rejected else JournalState.ACKNOWLEDGED


def _said(
    installation: Installation, number: str, then: JournalState, evidence: str, rejected: Sequence[RejectedLine] = ()
) -> Standing:  # fmt: skip
    said = fitting("evidence", evidence, 500)
    if said is None:
        raise RuleViolation("evidence_missing", "Say how it is known: who told it, or which list shows it.")
    with installation.unit(f"{then.value}_journal") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.JOURNAL_CONFIRM)
        before = journal_states.standing(unit.connection, number)
        before.check(then)
        _check_lines(number, stored.line_numbers(unit.connection, number), {line.number for line in rejected})
        journal_states.add_event(unit, before, then, by=installation.actor, detail=said, rejected=rejected)
        unit.detail |= {"journal": number, "evidence": said}
        after = journal_states.standing(unit.connection, number)
        unit.commit()
    return after


def _check_lines(number: str, there: Collection[int], said: Collection[int]) -> None:
    for line in sorted(set(said) - set(there)):
        message = f"Journal {number} has no line {line}; it has 1 to {max(there)}."
        raise RuleViolation("no_such_line", message, journal=number, line=line)


def replace_journal(
    installation: Installation, number: str, *, statement: str,
    codes: Mapping[LedgerAccount, LedgerAccount] | None = None,
) -> Journal:  # fmt: skip
    """Make another journal of what the finance system did not take, once a person states that nothing of it was taken.

    Of a rejected journal that is everything, of one taken in part every source with a rejected line. *codes* are ledger
    codes to be corrected on the way, such as one that was closed. It is exported by the next export.

    Raises:
        NotPermitted: The permission journal.confirm is missing.
        NotFound: There is no such journal.
        RuleViolation: Nothing of it was rejected, it was replaced before, its period is closed, or there is no statement.
    """
    stated = fitting("statement", statement, 500)
    if stated is None:
        raise RuleViolation("evidence_missing", "State that nothing of it was taken, and how that is known.")
    with installation.unit("replace_journal") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.JOURNAL_CONFIRM)
        standing = journal_states.standing(unit.connection, number)
        standing.check(JournalState.REPLACED)
        ((old, places),) = stored.detailed(unit.connection, stored.journals.c.number == number)
        kept = _not_taken(standing, old, places)
        made = _again(installation, unit, old, kept, codes or {})
        summary = installation.council.ledger(old.ledger).summary
        own = summary.places(made.lines) if summary is not None else None
        refuse_problems(exporter_of(installation, old.ledger), made if own is None else summarised(made, own))
        stored.add(unit, made, own)
        unit.detail |= {"replaces": number, "journal": made.number, "statement": stated}
        unit.commit()
    return made


def _not_taken(standing: Standing, old: Journal, places: Sequence[int] | None) -> list[JournalLine]:
    if standing.state is JournalState.REJECTED:
        return list(old.lines)
    wanted = {line.number for line in standing.rejected}
    posted = places if places is not None else [line.number for line in old.lines]
    sources = {line.source for line, place in zip(old.lines, posted, strict=True) if place in wanted}
    return [line for line in old.lines if line.source in sources]


def _again(
    installation: Installation, unit: Unit, old: Journal, kept: Sequence[JournalLine],
    codes: Mapping[LedgerAccount, LedgerAccount],
) -> Journal:  # fmt: skip
    ledger = installation.council.ledger(old.ledger)
    states = periods.states(unit.connection, old.ledger)
    day = AccountingDays(ledger=old.ledger, states=states, late=ledger.late).of(old.accounting_on)
    if day is None:
        message = f"Every period of the year of {old.period} is closed. Reopen the one that journal {old.number} belongs to."
        raise RuleViolation("closed_period", message, journal=old.number)
    sequence = stored.count_of_day(unit.connection, old.ledger, day.on) + 1
    return Journal(
        number=f"{old.ledger}-{day.on:%Y%m%d}-{sequence:03d}", ledger=old.ledger, accounting_on=day.on, period=day.period,
        created_on=local_day(unit.at), replaces=old.number,
        lines=tuple(
            evolve(line, number=number, account=codes.get(line.account, line.account))
            for number, line in enumerate(kept, start=1)
        ),
    )  # fmt: skip
