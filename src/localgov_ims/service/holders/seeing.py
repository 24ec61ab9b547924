"""Account holders: seen and found, changed one by one as versions, stopped and let go, exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from attrs import evolve, fields, frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.holders.checks import canonical, check_message, parsed
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import holders as stored
from localgov_ims.storage import restrictions
from localgov_ims.storage.store import Unit

MOST_FOUND: Final = 500
"""No search gives more accounts than this."""


@frozen(kw_only=True)
class HolderVersion:
    """A version of an account holder, with when (UTC) and by whom it was made."""

    holder: AccountHolder
    at: datetime
    by: str


@frozen(kw_only=True)
class Found:
    """Accounts that fit what was asked, by fund and reference; *more*: there are others beyond the limit."""

    holders: tuple[AccountHolder, ...]
    more: bool


def save_holder(installation: Installation, holder: AccountHolder) -> AccountHolder:
    """Record what *holder* says as the next version of its account, if it says anything new.

    Its `number` is that of the version it was made from, 0 for a new account; its source, where none is given, is
    whoever asks.

    Raises:
        NotPermitted: The permission `account.edit` or the fund is missing, or the account is restricted.
        InvalidValue: There is no such fund, or the reference does not fit it.
        NotFound: There is no such version of the account.
        RuleViolation: The message is not there (`message_not_found`) or of another fund (`message_of_other_fund`);
            or somebody made a newer version meanwhile (`changed_meanwhile`).
    """
    try:
        with installation.unit("save_holder") as unit:
            return _save(installation, unit, holder)
    except AlreadyDone:
        with installation.store.reading() as connection:
            reference = canonical(installation.council, holder.fund, holder.account_reference)
            newest = stored.versions(connection, holder.fund, reference)[-1]
        raise _changed(HolderVersion(holder=newest[0], at=newest[1], by=newest[2])) from None


def set_message(
    installation: Installation, *, fund: str, account_reference: str, message: str | None
) -> AccountHolder:
    """Put a fund message on an account, or take it off (none); what else is known of the account stays.

    Raises:
        NotPermitted: The permission `account.edit` or the fund is missing, or the account is restricted.
        NotFound: There is no such account.
        RuleViolation: The message is not there (`message_not_found`) or of another fund (`message_of_other_fund`).
    """

    def act() -> AccountHolder:
        with installation.unit("save_holder") as unit:
            rights = permit_unit(installation, unit, Permission.ACCOUNT_EDIT, funds=[fund])
            before = _known(installation, unit.connection, rights, fund, account_reference)
            return _record(installation, unit, before, evolve(before, message=message, source=""))

    # Whatever somebody else changed meanwhile, the message is to be what is asked for.
    return retried(act)


def holder(installation: Installation, fund: str, account_reference: str) -> AccountHolder:
    """Return an account holder as of the latest version.

    Raises:
        NotPermitted: The permission `account.view` or the fund is missing, or the account is restricted.
        NotFound: There is no such account.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.ACCOUNT_VIEW, funds=[fund])
        return _known(installation, connection, rights, fund, account_reference)


def history(installation: Installation, fund: str, account_reference: str) -> list[HolderVersion]:
    """Return every version of an account holder, the first one first.

    Raises:
        NotPermitted: The permission `account.view` or the fund is missing, or the account is restricted.
        NotFound: There is no such account.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.ACCOUNT_VIEW, funds=[fund])
        latest = _known(installation, connection, rights, fund, account_reference)
        found = stored.versions(connection, fund, latest.account_reference)
    return [HolderVersion(holder=each, at=at, by=by) for each, at, by in found]


def find_holders(
    installation: Installation, *, fund: str | None = None, reference: str | None = None, surname: str | None = None,
    postcode: str | None = None, limit: int = 50,
) -> Found:  # fmt: skip
    """Find accounts by what is given, all of it together: the beginning of the reference or of the surname, whatever
    their case, and the postcode, whatever its spaces.

    An account's exact reference is looked up; a surname or postcode is looked for in every account, so that in a
    large council it takes seconds. Accounts that are restricted for whoever asks are left out.

    Raises:
        NotPermitted: The permission `account.view` or the fund is missing.
        InvalidValue: Nothing but perhaps a fund is given, or the limit is not between 1 and `MOST_FOUND`.
    """  # noqa: D205 - one sentence
    if not (reference or surname or postcode):
        message = "Give the beginning of a reference or surname, or a postcode."
        raise InvalidValue("nothing_to_find", message)
    if not 1 <= limit <= MOST_FOUND:
        raise InvalidValue("bad_limit", f"The limit is 1 to {MOST_FOUND}, not {limit}.", value=limit)
    kept = stored.holders.c
    where = [kept.fund == fund] if fund is not None else []
    where += [kept.account_reference.istartswith(reference.strip(), autoescape=True)] if reference else []
    where += [stored.said(surname.strip())] if surname else []
    where += [stored.said(*_compact(postcode))] if postcode else []
    found: list[AccountHolder] = []
    with installation.store.reading() as connection:
        rights = permit(
            installation, connection, Permission.ACCOUNT_VIEW, funds=[fund] if fund is not None else []
        )
        for each in _visible(connection, rights, stored.some(connection, *where)):
            if _fits(each, surname, postcode):
                found.append(each)
            if len(found) > limit:
                break
    return Found(holders=tuple(found[:limit]), more=len(found) > limit)


@contextmanager
def every_holder(installation: Installation) -> Iterator[Iterator[AccountHolder]]:
    """Give every account holder of the user's funds, by fund and reference, streamed; restricted ones are left out.

    Raises:
        NotPermitted: The permission `account.import` is missing: who may load the whole register may take it out.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.ACCOUNT_IMPORT)
        yield _visible(connection, rights, stored.every(connection))


def _save(installation: Installation, unit: Unit, holder: AccountHolder) -> AccountHolder:
    rights = permit_unit(installation, unit, Permission.ACCOUNT_EDIT, funds=[holder.fund])
    council = installation.council
    # An account that came in a file with a reference that does not fit may still be stopped or corrected.
    reference = canonical(council, holder.fund, holder.account_reference)
    if holder.number == 0:
        reference = parsed(council, holder.fund, holder.account_reference)
    permit_accounts(installation, unit.connection, rights, [(holder.fund, reference)])
    wanted = evolve(holder, account_reference=reference)
    versions = stored.versions(unit.connection, wanted.fund, wanted.account_reference)
    newest = (
        HolderVersion(holder=versions[-1][0], at=versions[-1][1], by=versions[-1][2]) if versions else None
    )
    if newest is not None and newest.holder.number > wanted.number:
        raise _changed(newest)
    if wanted.number > (newest.holder.number if newest is not None else 0):
        message = (
            f"There is no version {wanted.number} of account {reference} of fund {wanted.fund} to change."
        )
        raise NotFound("account_not_found", message, fund=wanted.fund, account_reference=reference)
    return _record(installation, unit, newest.holder if newest is not None else None, wanted)


def _record(
    installation: Installation, unit: Unit, before: AccountHolder | None, wanted: AccountHolder
) -> AccountHolder:
    check_message(installation.council, wanted)
    number = before.number if before is not None else 0
    if before is not None and evolve(wanted, number=number, source=before.source) == before:
        return before
    made = evolve(wanted, number=number + 1, source=wanted.source or installation.actor)
    stored.add(unit, [made], at=unit.at, by=installation.actor)
    unit.detail |= {"fund": made.fund, "version": made.number, "changed": _differing(before, made)}
    unit.commit()
    return made


def _differing(before: AccountHolder | None, after: AccountHolder) -> list[str]:
    """Return the names of the fields that differ; the trail says which, never their values."""
    names = [each.name for each in fields(AccountHolder) if each.name not in {"number", "source"}]
    return [name for name in names if before is None or getattr(before, name) != getattr(after, name)]


def _known(
    installation: Installation, connection: Connection, rights: Rights, fund: str, account_reference: str
) -> AccountHolder:
    reference = canonical(installation.council, fund, account_reference)
    permit_accounts(installation, connection, rights, [(fund, reference)])
    found = stored.current(connection, [(fund, reference)]).get((fund, reference))
    if found is None:
        message = f"Fund {fund} has no account {reference}. Find one with `ims accounts find`, or load the file that has it."
        raise NotFound("account_not_found", message, fund=fund, account_reference=reference)
    return found


def _changed(newest: HolderVersion) -> RuleViolation:
    message = (
        f"Account {newest.holder.account_reference} of fund {newest.holder.fund} was changed meanwhile, by {newest.by} "
        f"on {newest.at.astimezone(LONDON):%d %B %Y at %H:%M}. Look at it again, and change what is there now."
    )
    return RuleViolation(
        "changed_meanwhile", message, fund=newest.holder.fund, account_reference=newest.holder.account_reference,
        number=newest.holder.number, by=newest.by, at=newest.at,
    )  # fmt: skip


def _visible(
    connection: Connection, rights: Rights, found: Iterator[AccountHolder]
) -> Iterator[AccountHolder]:
    hidden = {
        (each.fund, each.account_reference)
        for each in restrictions.latest(connection, restrictions.in_force())
        if (each.kind is RestrictionKind.SAFEGUARDING and not rights.has(Permission.ACCOUNT_RESTRICTED))
        or (each.kind is RestrictionKind.OWN and each.names(rights.user.name))
    }
    for each in found:
        if rights.sees(each.fund) and (each.fund, each.account_reference) not in hidden:
            yield each


def _fits(each: AccountHolder, surname: str | None, postcode: str | None) -> bool:
    named = (each.person.surname or "").casefold().startswith((surname or "").strip().casefold())
    return named and (not postcode or _compact(each.person.postcode or "") == _compact(postcode))


def _compact(postcode: str) -> str:
    return "".join(postcode.split()).upper()
