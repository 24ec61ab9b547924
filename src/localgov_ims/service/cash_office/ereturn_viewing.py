"""Seeing eReturns: whose template it is, which returns there are, and one with what it became."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Final

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.deposits import DepositKind, DepositSource, ExpectedDeposit
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.ereturns import EReturn, EReturnAct, EReturnEvent, EReturnState
from localgov_ims.domain.money import Money
from localgov_ims.domain.people import Rights, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.cash_office.ereturn_checks import permit_lines
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import deposits, transactions
from localgov_ims.storage import ereturns as stored

ORIGIN: Final = "ereturn"
"""The origin of an eReturn's Receipt: its id, so that it becomes income once."""

SEES: Final = (
    Permission.ERETURN_RECORD, Permission.ERETURN_AUTHORISE, Permission.ERETURN_DELETE, Permission.ERETURN_VIEW_ALL,
)  # fmt: skip
"""Any of these sees eReturns: those of one's own templates, and with ereturn.view_all every one."""

_NUMBER = re.compile(r"R0*([1-9][0-9]{0,11})", re.ASCII)


@frozen(kw_only=True)
class EReturnView:
    """An eReturn with what it became: its Receipt and expected deposit, where it was approved and was not nil.

    Attributes:
        over_short_limit: The most, over or short, that one person passes alone; none where the settings say nothing.
    """

    ereturn: EReturn
    receipt: Transaction | None
    deposit: ExpectedDeposit | None
    over_short_limit: Money | None


@frozen(kw_only=True)
class ListedEReturn:
    """An eReturn as lists show it: nothing of whom it is for.

    Attributes:
        started, submitted, approved, ended: Who did it last, and when; `ended` of what was deleted or voided.
    """

    number: str
    kind: DepositKind
    state: EReturnState
    template: str
    office: str | None
    total: Money
    started: EReturnEvent | None
    submitted: EReturnEvent | None
    approved: EReturnEvent | None
    ended: EReturnEvent | None


def list_templates(installation: Installation) -> list[EReturnTemplate]:
    """Return the templates in use that whoever asks may start an eReturn from; with ereturn.view_all, every one.

    Raises:
        NotPermitted: They may not see eReturns.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *SEES)
        every = rights.has(Permission.ERETURN_VIEW_ALL)
        templates = installation.council.ereturn_templates.values()
        return [each for each in templates if not each.retired and (every or own_template(rights, each))]


def list_ereturns(
    installation: Installation, *, states: Collection[EReturnState] = (), template: str | None = None, limit: int = 100
) -> list[ListedEReturn]:  # fmt: skip
    """Return the eReturns that whoever asks may see, the newest first; of no states: of every one.

    Raises:
        NotPermitted: They may not see eReturns.
        InvalidValue: The limit is below one.
    """
    if limit < 1:
        raise InvalidValue("bad_limit", f"List at least one eReturn, not {limit}.", value=limit)
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *SEES)
        where = [stored.stands(states)] if states else []
        where += [stored.ereturns.c.template_name == template] if template is not None else []
        if rights.has(Permission.ERETURN_VIEW_ALL):
            return [_listed(each) for each in stored.some(connection, *where, limit=limit)]
        seen = (each for each in stored.some(connection, *where) if sees(installation, rights, each))
        return [_listed(each) for each in islice(seen, limit)]


def whole_ereturn(installation: Installation, number: str) -> EReturnView:
    """Return an eReturn with what it became.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: The user may not see eReturns, or not those of its template; or an account is restricted.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *SEES)
        found = ereturn_of(installation, connection, rights, number)
        permit_lines(installation, connection, rights, found, found.contents)
        t, d = transactions.transactions, deposits.deposits
        receipts = transactions.some(connection, t.c.origin_kind == ORIGIN, t.c.origin_id == str(found.id))
        expected = deposits.some(
            connection, d.c.source_kind == DepositSource.ERETURN.value, d.c.source == found.id
        )
        account = installation.council.over_short
        return EReturnView(
            ereturn=found, receipt=next(receipts, None), deposit=next(expected, None),
            over_short_limit=account.limit if account is not None else None,
        )  # fmt: skip


def ereturn_of(installation: Installation, connection: Connection, rights: Rights, number: str) -> EReturn:
    """Return an eReturn by its number as typed, if the user may see it.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: It is of a template that is not the user's (`template_not_given`).
    """
    found = stored.by_number(connection, canonical_number(number))
    if found is None:
        raise no_ereturn(number)
    if not sees(installation, rights, found):
        raise not_given(rights, found.template.name)
    return found


def canonical_number(typed: str) -> str:
    """Return the number of an eReturn as it is stored: `R17`, also where somebody typed `r0017`.

    Raises:
        NotFound: No eReturn has such a number.
    """
    found = _NUMBER.fullmatch(typed.strip().upper())
    if found is None:
        raise no_ereturn(typed)
    return f"R{found[1]}"


def no_ereturn(number: str) -> NotFound:
    """Make the error for an eReturn that is not there."""
    message = f"There is no eReturn {number!r}. `ims ereturns list` shows their numbers, such as R17."
    return NotFound("no_such_ereturn", message, ereturn=number)


def sees(installation: Installation, rights: Rights, found: EReturn) -> bool:
    """Tell whether an eReturn is the user's to see: of their template, started by them, or they see every one."""
    created = found.latest(EReturnAct.CREATE)
    return (
        rights.has(Permission.ERETURN_VIEW_ALL)
        or own_template(rights, _now(installation.council.ereturn_templates, found.template))
        or (created is not None and key(created.by) == key(rights.user.name))
    )


def own_template(rights: Rights, template: EReturnTemplate) -> bool:
    """Tell whether a template is the user's: given to them by name, or their own or their office's by the settings."""
    return (
        template.name in rights.user.given.ereturn_templates
        or key(rights.user.name) in {key(name) for name in template.users}
        or (rights.user.office is not None and rights.user.office in template.offices)
    )


def not_given(rights: Rights, template: str) -> NotPermitted:
    """Make the error for a template that is not the user's."""
    message = (
        f"{rights.user.name} has not been given the eReturn template {template!r}. Somebody with people.edit may ask for "
        "it, or the template may name the user or their office."
    )
    return NotPermitted("template_not_given", message, template=template, user=rights.user.name)


def _listed(each: EReturn) -> ListedEReturn:
    return ListedEReturn(
        number=each.number, kind=each.kind, state=each.state, template=each.template.name, office=each.office,
        total=each.contents.total, started=each.latest(EReturnAct.CREATE), submitted=each.latest(EReturnAct.SUBMIT),
        approved=each.latest(EReturnAct.APPROVE), ended=each.latest(EReturnAct.DELETE),
    )  # fmt: skip


def _now(templates: Mapping[str, EReturnTemplate], kept: EReturnTemplate) -> EReturnTemplate:
    """Return a return's template as it is today: whose it is may have changed since."""
    return templates.get(kept.name, kept)
