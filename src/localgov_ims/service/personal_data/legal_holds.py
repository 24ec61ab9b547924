"""Legal holds: personal data that must be kept, because of a claim, an inquiry or a complaint."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.retention import HoldKind, LegalHold
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.personal_data.subjects import kept_as
from localgov_ims.storage import retention
from localgov_ims.storage.searching import file_named


def hold_account(
    installation: Installation, fund: str, account_reference: str, *, reason: str, until: date | None = None
) -> LegalHold:
    """Keep what is known of the persons of an account, its income and its files, however old.

    Raises:
        NotPermitted: The permission `retention.hold` or the fund is missing.
        InvalidValue: The fund is unknown, the reason is missing, or *until* is past.
    """
    return _add(installation, HoldKind.ACCOUNT, reason, until, fund=fund, account_reference=account_reference)


def hold_payer(installation: Installation, name: str, *, reason: str, until: date | None = None) -> LegalHold:
    """Keep whatever names a payer: everything beside which all words of the name stand.

    Raises:
        NotPermitted: The permission `retention.hold` is missing.
        InvalidValue: The name or reason is missing, or *until* is past.
    """
    return _add(installation, HoldKind.PAYER, reason, until, payer=name)


def hold_file(installation: Installation, file: str, *, reason: str, until: date | None = None) -> LegalHold:
    """Keep the bytes of a file, and the persons of its bank lines.

    Raises:
        NotPermitted: The permission `retention.hold` is missing.
        NotFound: There is no file of this id or SHA-256.
        InvalidValue: The reason is missing, or *until* is past.
    """
    return _add(installation, HoldKind.FILE, reason, until, file=file)


def lift_hold(installation: Installation, hold: UUID, *, reason: str) -> None:
    """End a hold: what it kept goes with the next retention run.

    Raises:
        NotPermitted: The permission `retention.hold` is missing.
        NotFound: There is no such hold.
        AlreadyDone: It was lifted before.
        InvalidValue: The reason is missing.
    """
    with installation.unit("lift_legal_hold") as unit:
        permit_unit(installation, unit, Permission.RETENTION_HOLD)
        unit.lock()
        found = next((each for each in retention.every_hold(unit.connection) if each.id == hold), None)
        if found is None:
            raise NotFound("no_such_hold", f"There is no legal hold {hold}. See `ims personal hold list`.")
        if found.lifted:
            raise AlreadyDone("already_lifted", f"Legal hold {hold} was lifted before; nothing was changed.")
        if not reason.strip():
            raise InvalidValue("no_reason", "Say why the hold ends.")
        retention.add_lift(unit, hold, reason, installation.actor)
        unit.detail |= {"hold": str(hold), "kind": found.kind.value}
        unit.commit()


def legal_holds(installation: Installation, *, every: bool = False) -> list[LegalHold]:
    """Return the legal holds in force, or every one there ever was, the oldest first.

    Raises:
        NotPermitted: The permission `retention.hold` or `retention.run` is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.RETENTION_HOLD, Permission.RETENTION_RUN)
        found = list(retention.every_hold(connection))
    today = local_day(installation.clock())
    return [hold for hold in found if every or hold.in_force(today)]


def _add(
    installation: Installation, kind: HoldKind, reason: str, until: date | None, *, fund: str | None = None,
    account_reference: str | None = None, payer: str | None = None, file: str | None = None,
) -> LegalHold:  # fmt: skip
    with installation.unit("add_legal_hold") as unit:
        permit_unit(installation, unit, Permission.RETENTION_HOLD, funds=[fund] if fund is not None else [])
        if until is not None and until < local_day(unit.at):
            message = f"A hold until {until:%d %B %Y} is over before it begins."
            raise InvalidValue("day_past", message, value=until.isoformat())
        held = file_named(unit.connection, file.strip()) if file is not None else None
        if file is not None and held is None:
            message = f"There is no file '{quoted(file)}'. Give its id or the SHA-256 of its bytes."
            raise NotFound("no_such_file", message, file=file)
        made = LegalHold(
            id=new_id(), kind=kind, fund=fund, payer=payer, file=held, reason=reason, until=until,
            account_reference=kept_as(installation.council, fund, account_reference)
            if fund is not None and account_reference is not None
            else None,
            by=installation.actor, at=unit.at,
        )  # fmt: skip
        retention.add_hold(unit, made)
        unit.detail |= {"hold": str(made.id), "kind": kind.value}
        unit.commit()
    return made
