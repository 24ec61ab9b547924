"""Periods of a ledger: closing them softly or for good, and reopening by a second person."""

from __future__ import annotations

from localgov_ims.domain.periods import PeriodNumber, PeriodState
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.sign_offs import SignOffKind
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import NotPermitted, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journal_sources import span_of
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import journal_states, periods, sign_offs, statements, unposted, unposted_banked
from localgov_ims.storage.store import Unit


def period_states(installation: Installation, ledger: str) -> dict[PeriodNumber, PeriodState]:
    """Return where the periods of a ledger stand of which anything was said; the others are open.

    Raises:
        NotPermitted: The permission transaction.view is missing.
        ConfigurationError: There is no such ledger.
    """
    name = installation.council.ledger(ledger).name
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.TRANSACTION_VIEW)
        return periods.states(connection, name)


def close_period(
    installation: Installation, ledger: str, period: PeriodNumber, *, soft: bool, reason: str
) -> None:
    """Close a period: softly, so that only whoever may post late adds to it, or for good.

    For good asks that everything dated in it is journalled, that every journal of it was acknowledged or confirmed, and
    that the reconciliation of every bank account with lines by then is signed as at its last day, and agreed to: with it
    are listed what stands in clearing, awaits its file, is disputed or is in suspense.

    Raises:
        NotPermitted: The permission period.close is missing.
        ConfigurationError: There is no such ledger.
        RuleViolation: Something is not posted (`not_journalled`), a journal was not taken (`not_confirmed`), a bank
            account is not signed (`not_signed`), or it is closed already.
    """
    state = PeriodState.SOFT if soft else PeriodState.CLOSED
    name = installation.council.ledger(ledger).name
    with installation.unit("close_period") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.PERIOD_CLOSE)
        now = periods.states(unit.connection, name).get(period, PeriodState.OPEN)
        if now is PeriodState.CLOSED or now is state:
            message = f"Period {period} of ledger {name} is closed already."
            raise RuleViolation("period_closed", message, period=period)
        if not soft:
            _check_done(installation.council, unit, name, period)
        _say(installation, unit, name, period, state, reason)


def reopen_period(installation: Installation, ledger: str, period: PeriodNumber, *, reason: str) -> None:
    """Open a closed period again; never by whoever closed it.

    Raises:
        NotPermitted: The permission period.reopen is missing, or the user closed it themselves.
        ConfigurationError: There is no such ledger.
        RuleViolation: It is open, or there is no reason.
    """
    name = installation.council.ledger(ledger).name
    with installation.unit("reopen_period") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.PERIOD_REOPEN)
        if periods.states(unit.connection, name).get(period, PeriodState.OPEN) is PeriodState.OPEN:
            raise RuleViolation("period_open", f"Period {period} of ledger {name} is open.", period=period)
        _, by = periods.last_said(unit.connection, name, period)
        if by == installation.actor:
            message = f"Period {period} was closed by {by}, so somebody else must open it again."
            raise NotPermitted("second_person", message, period=period)
        _say(installation, unit, name, period, PeriodState.OPEN, reason)


def _say(
    installation: Installation, unit: Unit, ledger: str, period: PeriodNumber, state: PeriodState, reason: str
) -> None:  # fmt: skip
    why = fitting("reason", reason, 200)
    if why is None:
        raise RuleViolation("reason_missing", "Say why, in a few words.")
    periods.add(unit, ledger, period, state, by=installation.actor, reason=why)
    unit.detail |= {"ledger": ledger, "period": str(period), "state": state.value, "reason": why}
    unit.commit()


def _check_done(council: Council, unit: Unit, ledger: str, period: PeriodNumber) -> None:
    span = span_of(council, unit.connection, ledger)
    days = set(unposted.line_days(unit.connection, span))
    days |= {each.day for each in unposted_banked.sources(unit.connection, span)}
    open_days = sorted(day for day in days if PeriodNumber.of(day) == period)
    if open_days:
        message = f"Period {period}: something of {open_days[0]:%d %B %Y} is not posted. Run `ims journals export --ledger {ledger}` first."
        raise RuleViolation("not_journalled", message, period=period)
    waiting = journal_states.unsettled(unit.connection, ledger, period)
    if waiting:
        others = f" and {len(waiting) - 1} more were" if len(waiting) > 1 else " was"
        message = f"Period {period}: journal {waiting[0]}{others} not confirmed."
        raise RuleViolation(
            "not_confirmed", f"{message} Say `ims journals confirm` or `reject`.", journals=waiting
        )
    _check_signed(unit, period)


def _check_signed(unit: Unit, period: PeriodNumber) -> None:
    as_at = period.last_on
    signed = sign_offs.latest_of_day(unit.connection, SignOffKind.BANK, as_at)
    lacking = []
    for account in statements.accounts_with_lines(unit.connection, as_at):
        found, said = signed.get(account, (None, None))
        if found is None:
            lacking.append(f"{account} (not prepared)")
        elif said is None or not said.agreed:
            lacking.append(f"{account} ({'sent back' if said is not None else 'waits for a reviewer'})")
    if lacking:
        message = (
            f"Period {period}: what is open in clearing, awaiting, disputed and in suspense as at {as_at:%d %B %Y} is not "
            f"signed for bank account {', '.join(lacking)}. Sign it: `ims sign-off prepare`, and another person `review`."
        )
        raise RuleViolation("not_signed", message, period=period, accounts=lacking)
