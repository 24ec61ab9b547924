"""Telling people that an eReturn was deleted after it was submitted: their money has not been paid in."""

from __future__ import annotations

from localgov_ims.domain.ereturns import EReturn, EReturnAct
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.outbox import Contents, MessageKind, OutboxMessage
from localgov_ims.domain.quoting import visible
from localgov_ims.hooks.notifiers import Message
from localgov_ims.service.explaining.stories import when
from localgov_ims.service.installation import Installation
from localgov_ims.storage import outbox
from localgov_ims.storage.store import Unit


def queue_notices(installation: Installation, unit: Unit, deleted: EReturn) -> None:
    """Put a notice for each address of the template into the outbox; it leaves after this unit has been committed.

    Raises:
        InvalidValue: No notifier could send it.
    """
    subject, text = _subject(installation, deleted), _text(installation, deleted)
    template = installation.council.ereturn_templates.get(deleted.template.name, deleted.template)
    for number, address in enumerate(template.notify, start=1):
        Message(to=address, subject=subject, text=text)  # what no notifier could send is refused now
        made = OutboxMessage(
            id=new_id(), kind=MessageKind.NOTICE, transaction=None, ereturn=deleted.id, receipt=deleted.number,
            number=number, copy=False, queued_at=unit.at, queued_by=installation.actor,
            contents=Contents(to=address, subject=subject, text=text),
        )  # fmt: skip
        outbox.add(unit, made)
    unit.detail["notices"] = len(template.notify)


def _subject(installation: Installation, deleted: EReturn) -> str:
    return f"eReturn {deleted.number} was deleted, {installation.council.name}"


def _text(installation: Installation, deleted: EReturn) -> str:
    said, office = deleted.contents, installation.council.offices.get(deleted.office or "")
    created, submitted = deleted.latest(EReturnAct.CREATE), deleted.latest(EReturnAct.SUBMIT)
    what, end = (
        f"{visible(deleted.template.name)}, {deleted.kind.value}, {said.total.shown()}",
        deleted.events[-1],
    )
    lines = [
        f"eReturn {deleted.number} ({what}) was deleted by {end.by} on {when(end.at)}.",
        "None of it has been recorded as income. If its money was paid in, start another eReturn for it.",
        "",
        f"Office: {office.name if office is not None else 'none'}",
    ]
    lines += [f"Paying-in slip: {visible(said.slip)}"] if said.slip is not None else []
    lines += [f"Bag: {visible(said.bag_number)}"] if said.bag_number is not None else []
    lines += [f"Started by {created.by} on {when(created.at)}"] if created is not None else []
    lines += [f"Submitted by {submitted.by} on {when(submitted.at)}"] if submitted is not None else []
    return "\n".join(lines) + "\n"
