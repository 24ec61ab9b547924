"""Restricting accounts: staff keep their hands off their own, everybody off those that are safeguarded."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import Restriction, RestrictionKind
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import people
from localgov_ims.storage import restrictions as stored
from localgov_ims.storage.store import Unit


def permit_accounts(
    installation: Installation,
    connection: Connection,
    rights: Rights,
    accounts: Iterable[tuple[str, str | None]],
) -> None:
    """Refuse what touches a restricted account; call it with every (fund, account reference) that a service touches.

    One query, however many accounts: few are restricted.

    Raises:
        NotPermitted: An account is the user's own, or is safeguarded and the user has not `account.restricted`.
    """
    restricted: dict[str, dict[str, Restriction]] = {}
    for found in stored.latest(connection, stored.in_force()):
        restricted.setdefault(found.fund, {})[_bare(found.account_reference)] = found
    for fund, reference in accounts if restricted else ():
        if reference and fund in restricted:
            met = restricted[fund].get(_bare(_canonical(installation, fund, reference)))
            if met is not None:
                _refuse(rights, met)


def restrict_account(
    installation: Installation, *, fund: str, account_reference: str, kind: RestrictionKind,
    users: Collection[str] = (), reason: str,
) -> Restriction:  # fmt: skip
    """Restrict an account; restricted already, it is restricted anew, as is said now.

    Raises:
        NotPermitted: The permission `account.restricted` or the fund is missing, or the restriction in force names
            whoever asks.
        InvalidValue: The fund, the reference or a user is unknown, or the reason is missing.
    """
    with installation.unit("restrict_account") as unit:
        rights = permit_unit(installation, unit, Permission.ACCOUNT_RESTRICTED, funds=[fund])
        unit.lock()
        before = _in_force(installation, unit, rights, fund, account_reference)
        for name in users:
            if people.by_name(unit.connection, name) is None:
                raise InvalidValue("no_such_user", f"There is no user {name!r}.", value=name)
        text = _parsed(installation, fund, account_reference)
        made = Restriction(
            id=new_id(), fund=fund, account_reference=before.account_reference if before is not None else text,
            number=before.number + 1 if before is not None else 1, kind=kind, users=tuple(users), reason=reason,
            by=installation.actor, at=unit.at,
        )  # fmt: skip
        _keep(unit, made)
    return made


def lift_restriction(
    installation: Installation, *, fund: str, account_reference: str, reason: str
) -> Restriction:
    """End the restriction of an account.

    Raises:
        NotPermitted: The permission `account.restricted` or the fund is missing, or the restriction names whoever
            asks (`own_restriction`).
        NotFound: The account is not restricted.
    """
    with installation.unit("lift_restriction") as unit:
        rights = permit_unit(installation, unit, Permission.ACCOUNT_RESTRICTED, funds=[fund])
        unit.lock()
        before = _in_force(installation, unit, rights, fund, account_reference)
        if before is None or before.lifted:
            message = f"Account {account_reference} of fund {fund} is not restricted."
            raise NotFound("not_restricted", message, fund=fund, account_reference=account_reference)
        made = Restriction(
            id=new_id(), fund=fund, account_reference=before.account_reference, number=before.number + 1,
            kind=before.kind, users=before.users, reason=reason, lifted=True, by=installation.actor, at=unit.at,
        )  # fmt: skip
        _keep(unit, made)
    return made


def restricted_accounts(installation: Installation) -> list[Restriction]:
    """Return every restriction in force, by fund and account.

    Raises:
        NotPermitted: The permission `account.restricted` is missing.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.ACCOUNT_RESTRICTED)
        return [found for found in stored.latest(connection, stored.in_force()) if rights.sees(found.fund)]


def _refuse(rights: Rights, found: Restriction) -> None:
    where = f"account {found.account_reference} of fund {found.fund}"
    about = {"fund": found.fund, "account_reference": found.account_reference, "user": rights.user.name}
    if found.kind is RestrictionKind.OWN and found.names(rights.user.name):
        message = f"{rights.user.name} may not work with {where}: it is kept from those whose own it is. Ask a colleague."
        raise NotPermitted("not_permitted", message, **about)
    if found.kind is RestrictionKind.SAFEGUARDING and not rights.has(Permission.ACCOUNT_RESTRICTED):
        needed = Permission.ACCOUNT_RESTRICTED
        message = f"{rights.user.name} may not work with {where}: it needs {needed.value} ({needed.meaning}). Ask somebody who has it."
        raise NotPermitted("not_permitted", message, permission=needed.value, **about)


def _in_force(
    installation: Installation, unit: Unit, rights: Rights, fund: str, account_reference: str
) -> Restriction | None:
    """Return the latest record of an account, unless it restricts whoever asks: nobody frees their own account."""
    wanted = _bare(_canonical(installation, fund, account_reference))
    latest = stored.latest(unit.connection, stored.restrictions.c.fund == fund)
    found = next((each for each in latest if _bare(each.account_reference) == wanted), None)
    if found is not None and not found.lifted and found.names(rights.user.name):
        message = f"The restriction of account {found.account_reference} of fund {fund} names {rights.user.name}. Somebody else must change it."
        raise NotPermitted("own_restriction", message, fund=fund, user=rights.user.name)
    return found


def _canonical(installation: Installation, fund: str, reference: str) -> str:
    """Return a reference as it is kept; one that cannot be the fund's as it came: nothing is kept under it."""
    try:
        return _parsed(installation, fund, reference)
    except InvalidValue:
        return reference


def _bare(reference: str) -> str:
    """Return what a reference is compared by: no spaces or capitals hide an account."""
    return "".join(reference.split()).casefold()


def _parsed(installation: Installation, fund: str, reference: str) -> str:
    council = installation.council
    if fund not in council.funds:
        raise InvalidValue("unknown_fund", f"There is no fund {fund!r}.", value=fund)
    format_ = council.references.format_of(fund)
    return format_.parse(reference).text if format_ is not None else reference


def _keep(unit: Unit, made: Restriction) -> None:
    """Record; the audit trail says that an account was restricted, not which: its record does."""
    stored.add(unit, made)
    unit.detail |= {
        "restriction": str(made.id),
        "fund": made.fund,
        "kind": made.kind.value,
        "number": made.number,
    }
    unit.commit()
