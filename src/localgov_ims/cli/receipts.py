"""`ims receipts`: what payers are given, and the outbox that sends it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.documents import receipts as documents
from localgov_ims.documents.receipts import ReceiptDocument
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.outbox import OutboxMessage, address_shown
from localgov_ims.errors import RuleViolation
from localgov_ims.service.documents.delivering import deliver_messages, list_outbox
from localgov_ims.service.documents.receipting import give_receipt, receipt_document, send_receipt
from localgov_ims.service.explaining.stories import called

_file = click.Path(dir_okay=False, path_type=Path)


@click.group()
def receipts() -> None:
    """Show receipts, and send them to payers."""


@receipts.command()
@click.argument("reference")
@click.option("--html", type=_file, metavar="FILE", help="Write it to a new file, as a page.")
@click.option("--pdf", type=_file, metavar="FILE", help="Write it to a new file, as a PDF.")
@click.option("--copy", is_flag=True, help="Say copy, even if it is the first.")
@click.option("--given", is_flag=True, help="Record that the payer is given it: the next one says copy.")
@json_option
@click.pass_context
def show(
    context: click.Context, /, reference: str, html: Path | None, pdf: Path | None, *, copy: bool, given: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Show the receipt of the receipt or payment REFERENCE."""
    if copy and given:
        message = "--given decides by itself whether it is a copy; leave --copy out."
        raise click.UsageError(message)
    for path in (html, pdf):
        if path is not None and path.exists():
            raise _is_there(path)
    installation = opened_council(context)
    document = receipt_document(installation, reference, copy=copy)
    if given:
        if pdf is not None:
            documents.pdf(document)  # which may need what is not installed: told before anything is recorded
        document = give_receipt(installation, reference)
    if html is not None:
        _write_new(html, documents.html(document).encode())
    if pdf is not None:
        _write_new(pdf, documents.pdf(document))
    if as_json:
        print_json(_document_json(document))
    else:
        click.echo(documents.text(document), nl=False)


@receipts.command()
@click.argument("reference")
@click.option("--to", required=True, metavar="ADDRESS", help="The payer's e-mail address.")
@json_option
@click.pass_context
def send(context: click.Context, reference: str, to: str, *, as_json: bool) -> None:
    """Put the receipt of the receipt or payment REFERENCE into the outbox."""
    message = send_receipt(opened_council(context), reference, to=to)
    if as_json:
        print_json(_message_json(message))
        return
    what = "A copy of receipt" if message.copy else "Receipt"
    click.echo(f"{what} {called(message.receipt)} waits in the outbox. `ims receipts deliver` sends it.")


@receipts.command()
@json_option
@click.pass_context
def deliver(context: click.Context, *, as_json: bool) -> None:
    """Send what waits in the outbox and is due."""
    done = deliver_messages(opened_council(context))
    if as_json:
        print_json(
            {"sent": done.sent, "failed": done.failed, "given_up": done.given_up, "waiting": done.waiting}
        )
        return
    click.echo(
        f"{counted(done.sent, 'message')} sent, {done.failed:,} failed for now, {done.given_up:,} given up; "
        f"{done.waiting:,} still to be sent."
    )
    if done.failed or done.given_up:
        click.echo("`ims receipts outbox` says why.")


@receipts.command("outbox")
@click.option("--all", "every", is_flag=True, help="List what was sent, too.")
@json_option
@click.pass_context
def outbox_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the messages that are still to be sent or were given up, the oldest first."""
    found = list_outbox(opened_council(context), every=every)
    if as_json:
        print_json([_message_json(message) for message in found])
        return
    if not found:
        click.echo("The outbox is empty.")
        return
    rows = [
        (
            called(message.receipt),
            _to(message) or "-",
            f"{message.queued_at.astimezone(LONDON):%d %b %Y %H:%M}",
            message.state.value.replace("_", " "),
            str(message.attempts),
            message.latest.detail or "",
        )
        for message in found
    ]
    print_table("Outbox", ["receipt", "to", "asked for", "state", "tries ", "why"], rows)
    click.echo(f"{counted(len(found), 'message')}.")


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file, which only its owner may read: it names a person.

    Raises:
        RuleViolation: There is such a file; it is left as it is.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise _is_there(path) from error


def _is_there(path: Path) -> RuleViolation:
    message = f"{path} is there already, and is left as it is. Name another file."
    return RuleViolation("file_exists", message, path=str(path))


def _to(message: OutboxMessage) -> str | None:
    """Return to whom a message goes, so that a mistyped service is seen and a person is not."""
    to = message.contents.to if message.contents is not None else None
    return address_shown(to) if to is not None else None


def _message_json(message: OutboxMessage) -> dict[str, object]:
    latest, again = message.latest, message.latest.again_at
    return {
        "message": str(message.id), "kind": message.kind.value, "receipt": message.receipt, "copy": message.copy,
        "to": _to(message), "queued_at": message.queued_at.isoformat(), "queued_by": message.queued_by,
        "state": message.state.value, "attempts": message.attempts,
        "may_have_gone": message.may_have_gone,
        "latest_at": message.latest_at.isoformat() if message.latest_at is not None else None,
        "again_at": again.isoformat() if again is not None else None,
        "notifier": latest.notifier, "reference": latest.reference, "code": latest.code, "detail": latest.detail,
    }  # fmt: skip


def _document_json(document: ReceiptDocument) -> dict[str, object]:
    return {
        "title": document.title, "receipt_number": document.receipt_number, "taken_on": document.taken_on.isoformat(),
        "payer": document.payer, "copy": document.copy, "cancelled_by": list(document.cancelled_by),
        "gross_pence": document.gross.pence, "vat_pence": document.vat.pence, "net_pence": document.net.pence,
        "lines": [
            {
                "fund": line.fund_name, "account_reference": line.account_reference, "narrative": line.narrative,
                "pence": line.amount.pence, "vat_code": line.vat_code, "vat_rate": line.rate_name,
                "vat_pence": line.vat.pence,
            }
            for line in document.lines
        ],
    }  # fmt: skip
