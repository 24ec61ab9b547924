"""Paying refunds by Bacs: what is authorised goes into a file for the payables system, each refund in one file ever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.payables import PayablesFile
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundEventKind, RefundRequest, RefundState, Route
from localgov_ims.errors import ConfigurationError, NotFound, RuleViolation
from localgov_ims.files.writing.payables import PayablesWriter
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.refunds import records
from localgov_ims.service.refunds.finishing import check_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import payables as stored
from localgov_ims.storage import refunds

Keep = Callable[[str, bytes], None]
"""Stores a file under its name, where only the payables system and its people can read it."""


@frozen(kw_only=True)
class PayablesSent:
    """What became of the refunds that waited for a file: without one, none waited; `copy` marks one made before."""

    file: PayablesFile | None
    copy: bool = False


def check_payables(table: Mapping[str, Any]) -> None:
    """Refuse a layout of payables files that could not be proved; none at all is right.

    Raises:
        ConfigurationError: As said.
    """
    if table:
        PayablesWriter.of(table)


def send_payables(installation: Installation, keep: Keep) -> PayablesSent:
    """Make the next payables file, of every authorised refund by the payables route. Run again, it pays nothing twice.

    It is proved and committed before *keep* has it: should keeping fail, the refunds are in flight and the file is made
    again, as a copy. The other way round, a file might be loaded of which nothing is known here.

    Raises:
        ConfigurationError: The settings have no layout for payables files.
        NotPermitted: The permission refund.confirm is missing, or one of the refunds' funds.
        RuleViolation: A refund cannot be written as the layout asks; all of them are named, and nothing was recorded. Or
            the payer's bank may pay one back too (`claim_open`): it is turned down first.
    """
    made = retried(lambda: _next_file(installation))
    if made is None:
        return PayablesSent(file=None)
    file, data = made
    keep(file.name, data)
    return PayablesSent(file=file)


def send_payables_again(installation: Installation, sequence: int, keep: Keep) -> PayablesSent:
    """Make a payables file again: the same bytes, a copy in the audit trail, and never a new number.

    Raises:
        ConfigurationError: The settings have no layout for payables files.
        NotPermitted: The permission refund.confirm is missing, or one of the refunds' funds.
        NotFound: There is no such file.
        RuleViolation: It would be another file: the layout has changed, or bank details have been removed since.
    """
    file, data = retried(lambda: _copy(installation, sequence))
    keep(file.name, data)
    return PayablesSent(file=file, copy=True)


def list_payables(installation: Installation) -> Sequence[PayablesFile]:
    """Return the payables files, in sequence.

    Raises:
        NotPermitted: The permission refund.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REFUND_VIEW)
        return stored.some(connection)


def _next_file(installation: Installation) -> tuple[PayablesFile, bytes] | None:
    with installation.unit("send_payables") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.REFUND_CONFIRM)
        writer = _writer(installation)
        route, state = refunds.requests.c.route, refunds.events.c.state
        found = refunds.some(
            unit.connection, route == Route.PAYABLES.value, state == RefundState.REQUESTED.value
        )
        waiting = list(found)
        if not waiting:
            return None
        for request in waiting:
            check_accounts(installation, unit, rights, request)
            records.check_unclaimed(installation, unit, request)
        file = PayablesFile(
            id=new_id(), sequence=stored.next_sequence(unit.connection), created_on=local_day(unit.at),
            suffix=writer.layout.suffix, count=len(waiting), total=Money.total(each.total for each in waiting),
        )  # fmt: skip
        data = _written(writer, file, waiting)
        file = file.hashed(hashlib.sha256(data).hexdigest())
        stored.add(unit, file, waiting)
        for request in waiting:
            records.noted(
                installation, unit, request, RefundEventKind.SENT, RefundState.SUBMITTED, detail=file.number
            )
        unit.detail |= {"file": file.name, "refunds": file.count, "pence": file.total.pence}
        unit.commit()
    return file, data


def _copy(installation: Installation, sequence: int) -> tuple[PayablesFile, bytes]:
    with installation.unit("send_payables") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.REFUND_CONFIRM)
        (file, *_) = stored.some(unit.connection, stored.files.c.sequence == sequence) or (None,)
        if file is None:
            message = f"There is no payables file {sequence}."
            raise NotFound("not_found", message, sequence=sequence)
        requests = stored.requests_of(unit.connection, file.id)
        for request in requests:
            check_accounts(installation, unit, rights, request)
        known = all(request.payee is not None for request in requests)
        data = _written(_writer(installation), file, requests) if known else b""
        if hashlib.sha256(data).hexdigest() != file.sha256:
            message = (
                f"File {file.number} would not be the same again: the layout in the settings has changed since (bring back the "
                "one it was made with: `ims settings history`), or a payee's bank details have been removed."
            )
            raise RuleViolation("payables_changed", message, sequence=sequence)
        copy = stored.add_send(unit, file.id)
        unit.detail |= {"file": file.name, "copy": copy}
        unit.commit()
    return file, data


def _writer(installation: Installation) -> PayablesWriter:
    if not installation.council.payables:
        message = (
            "The settings have no [payables]: add the layout of the file that the payables system takes."
        )
        raise ConfigurationError("no_payables_layout", message)
    return PayablesWriter.of(installation.council.payables)


def _written(writer: PayablesWriter, file: PayablesFile, requests: Sequence[RefundRequest]) -> bytes:
    """Return a file's bytes, proved by reading them back."""
    data, problems = writer.write(file, requests)
    if problems:
        listed = "; ".join(f"{problem.where}: {problem.message}" for problem in problems)
        message = f"Payables file {file.number} cannot be made, and nothing was recorded: {listed}"
        raise RuleViolation("payables_have_problems", message, problems=problems)
    writer.prove(data, requests)
    return data
