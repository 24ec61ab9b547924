"""Filling in eReturns: starting, saving, submitting, correcting and sending them back, and withdrawing them."""

from __future__ import annotations

from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import Contents
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.ereturns import EReturn, EReturnAct, EReturnState
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Rights, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import InvalidValue, NotFound, RuleViolation
from localgov_ims.service.cash_office.ereturn_acts import acted, record_act
from localgov_ims.service.cash_office.ereturn_checks import (
    check_saved,
    check_submitted,
    over_short_account,
    permit_lines,
)
from localgov_ims.service.cash_office.ereturn_notices import queue_notices
from localgov_ims.service.cash_office.ereturn_viewing import not_given, own_template
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import checked_office
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import ereturns as stored
from localgov_ims.storage.store import Unit

_P = Permission


def start_ereturn(
    installation: Installation, template: str, kind: DepositKind, *, office: str | None = None
) -> EReturn:
    """Start an eReturn of cash, cheques or card takings from one of the user's own templates, as it is now.

    Raises:
        NotFound: There is no such template, or it is retired.
        NotPermitted: The permission ereturn.record is missing, or the template is not the user's.
        RuleViolation: The template does not allow the kind (`kind_not_allowed`).
        InvalidValue: The office is not one of the council's.
    """

    def once() -> EReturn:
        with installation.unit("start_ereturn") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, _P.ERETURN_RECORD)
            chosen = _template(installation, template)
            if not own_template(rights, chosen):
                raise not_given(rights, template)
            if not chosen.allows(kind):
                message = f"By the template {template!r} nothing is paid in by {kind.value}."
                raise RuleViolation("kind_not_allowed", message, template=template, kind=kind.value)
            made = EReturn(
                id=new_id(), number=stored.next_number(unit.connection), kind=kind, template=chosen,
                office=checked_office(installation, office or rights.user.office),
            )  # fmt: skip
            stored.add(unit, made)
            made = record_act(installation, unit, made, EReturnAct.CREATE, EReturnState.NEW)
            unit.commit()
            return made

    return retried(once)


def save_ereturn(installation: Installation, number: str, contents: Contents) -> EReturn:
    """Keep what an eReturn says so far, in place of what it said; lines of nothing are kept as they are.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The permission ereturn.record or the template is missing, or an account is restricted.
        InvalidValue, RuleViolation: Something in it cannot be (see `check_saved`), or it is submitted already or ended
            (`wrong_state`).
    """
    return acted(
        installation, "save_ereturn", number, (_P.ERETURN_RECORD,),
        lambda unit, rights, found: _saved(installation, unit, rights, found, contents),
    )  # fmt: skip


def submit_ereturn(installation: Installation, number: str, contents: Contents | None = None) -> EReturn:
    """Hand an eReturn in to be approved; with *contents* it is saved first, and what refuses the one refuses both.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The permission ereturn.record or the template is missing, or an account is restricted.
        InvalidValue, RuleViolation: It is not whole (see `check_submitted`), or not in progress (`wrong_state`).
        AlreadyDone: Its bag or Z-report was paid in before.
        ConfigurationError: It is over or short, and the settings have no account for that.
    """

    def work(unit: Unit, rights: Rights, found: EReturn) -> EReturn:
        if contents is not None:
            found = _saved(installation, unit, rights, found, contents)
        state = found.after(EReturnAct.SUBMIT)
        check_submitted(installation, unit, rights, found, found.contents)
        _note_sums(installation, unit, found.contents)
        return record_act(installation, unit, found, EReturnAct.SUBMIT, state)

    return acted(installation, "submit_ereturn", number, (_P.ERETURN_RECORD,), work)


def correct_ereturn(installation: Installation, number: str, contents: Contents) -> EReturn:
    """Put right what a submitted eReturn says; whoever does is its editor, and does not approve it.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The permission ereturn.authorise or the template is missing, or an account is restricted.
        InvalidValue, RuleViolation: It is not whole (see `check_submitted`), or not submitted (`wrong_state`).
        AlreadyDone: Its bag or Z-report was paid in before.
        ConfigurationError: It is over or short, and the settings have no account for that.
    """

    def work(unit: Unit, rights: Rights, found: EReturn) -> EReturn:
        state = found.after(EReturnAct.CORRECT)
        # Neither what it says nor what it said may be of an account that the user must keep from.
        permit_lines(installation, unit.connection, rights, found, found.contents)
        check_submitted(installation, unit, rights, found, contents)
        _note_sums(installation, unit, contents)
        return record_act(installation, unit, found, EReturnAct.CORRECT, state, contents=contents)

    return acted(installation, "correct_ereturn", number, (_P.ERETURN_AUTHORISE,), work)


def send_back_ereturn(installation: Installation, number: str, *, note: str) -> EReturn:
    """Give a submitted eReturn back to whoever fills it in, with a note that says why.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The permission ereturn.authorise or the template is missing.
        InvalidValue: The note is missing, or longer than 500 characters.
        RuleViolation: It is not submitted (`wrong_state`).
    """
    why = fitting("note", note, 500)

    def work(unit: Unit, _: Rights, found: EReturn) -> EReturn:
        state = found.after(EReturnAct.SEND_BACK)
        if why is None:
            message = f"Say in a note why eReturn {found.number} goes back."
            raise InvalidValue("reason_missing", message, field="note")
        return record_act(installation, unit, found, EReturnAct.SEND_BACK, state, note=why)

    return acted(installation, "send_back_ereturn", number, (_P.ERETURN_AUTHORISE,), work)


def delete_ereturn(installation: Installation, number: str) -> EReturn:
    """Withdraw an eReturn: one that was submitted is deleted, and those the template names are told; another is voided.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The permission ereturn.delete or the template is missing; one that is not submitted may also be
            withdrawn by whoever started it.
        RuleViolation: It has ended (`wrong_state`); what was approved is put right by a reversal.
    """

    def work(unit: Unit, rights: Rights, found: EReturn) -> EReturn:
        state = found.after(EReturnAct.DELETE)
        created = found.latest(EReturnAct.CREATE)
        creator = created is not None and key(created.by) == key(rights.user.name)
        if state is EReturnState.DELETED or not creator:
            rights.require(_P.ERETURN_DELETE)
        done = record_act(installation, unit, found, EReturnAct.DELETE, state)
        if state is EReturnState.DELETED:
            queue_notices(installation, unit, done)
        return done

    return acted(installation, "delete_ereturn", number, (_P.ERETURN_DELETE, _P.ERETURN_RECORD), work)


def _saved(
    installation: Installation, unit: Unit, rights: Rights, found: EReturn, contents: Contents
) -> EReturn:
    state = found.after(EReturnAct.SAVE)
    check_saved(installation.council, found, contents)
    # Neither what it says nor what it said may be of an account that the user must keep from.
    permit_lines(installation, unit.connection, rights, found, found.contents)
    permit_lines(installation, unit.connection, rights, found, contents)
    return record_act(installation, unit, found, EReturnAct.SAVE, state, contents=contents)


def _note_sums(installation: Installation, unit: Unit, contents: Contents) -> None:
    """Note in the audit trail what is submitted, and whether it is over or short by more than one person may pass."""
    unit.detail["pence"] = contents.total.pence
    if contents.over_short:
        beyond = over_short_account(installation.council).needs_another(contents.over_short)
        unit.detail |= {"over_short": contents.over_short.pence, "beyond_limit": beyond}


def _template(installation: Installation, name: str) -> EReturnTemplate:
    found = installation.council.ereturn_templates.get(name)
    if found is None or found.retired:
        known = ", ".join(t.name for t in installation.council.ereturn_templates.values() if not t.retired)
        message = f"There is no eReturn template {name!r} in use. There are: {known or 'none'}."
        raise NotFound("no_such_template", message, template=name)
    return found
