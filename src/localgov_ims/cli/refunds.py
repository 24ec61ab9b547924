"""`ims refunds`: asking for money to be given back, authorising it, and saying what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY, day_of, read_amount, read_part
from localgov_ims.cli.money_shown import refund_json, refund_view_json
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.cli.patience import PATIENT
from localgov_ims.cli.payables import payables
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.observations import RefundObservation, RefundSaid
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.refunds import RefundRequest, RefundState, Route
from localgov_ims.service.enquiries import listing
from localgov_ims.service.enquiries.viewing import RefundView, whole_line, whole_refund
from localgov_ims.service.explaining.stories import called, when
from localgov_ims.service.installation import Installation
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund
from localgov_ims.service.refunds.sending import send_to_provider

SAID = {
    "paid": RefundSaid.SUCCEEDED, "rejected": RefundSaid.FAILED, "submitted": RefundSaid.SUBMITTED,
}  # fmt: skip
"""What may be said of a refund, in the words of whoever says it."""

_PAYEE = {"payee": "--payee", "sort_code": "--sort-code", "account": "--account"}


@click.group()
def refunds() -> None:
    """Give money back."""


refunds.add_command(payables)


@refunds.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only those that may still pay money out.")
@click.option(
    "--limit", type=int, default=100, show_default=True, help=f"No more than this many, 1 to {listing.MOST}."
)
@json_option
@click.pass_context
def list_(context: click.Context, limit: int, *, open_only: bool, as_json: bool) -> None:
    """List refund requests, the newest first."""
    found = listing.list_refunds(opened_council(context), open_only=open_only, limit=limit)
    if as_json:
        rows: list[dict[str, object]] = [
            {
                "refund": r.reference, "state": r.state.value, "route": r.route.value, "subject": r.subject,
                "pence": r.amount.pence, "reason": r.reason, "asked_by": r.asked_by, "asked_at": r.asked_at.isoformat(),
            }
            for r in found.rows
        ]  # fmt: skip
        print_json({"refunds": rows, "more": found.more})
        return
    if not found.rows:
        click.echo("There are no refunds." if not open_only else "No refund is open.")
        return
    table = [
        (
            called(r.reference), called(r.subject), r.amount.shown(), r.state.value, r.route.value, r.asked_by,
            f"{r.asked_at.astimezone(LONDON):%d %b %Y %H:%M}", visible(r.reason),
        )
        for r in found.rows
    ]  # fmt: skip
    print_table("Refunds", ["refund", "of", "amount ", "state", "route", "by", "asked", "reason"], table)
    click.echo(f"{counted(len(table), 'refund')}{', and more: --limit shows them' if found.more else ''}.")


@refunds.command()
@click.argument("reference")
@json_option
@click.pass_context
def send(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Send the refund REFERENCE to the provider that took its payment. Sent twice, it is one refund."""
    _done(send_to_provider(opened_council(context), reference, patience=PATIENT), as_json=as_json)


@refunds.command()
@click.argument("reference")
@json_option
@click.pass_context
def show(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Show the refund request REFERENCE. `ims explain` tells it in sentences."""
    view = whole_refund(opened_council(context), reference)
    if as_json:
        print_json(refund_view_json(view))
    else:
        _show(view)


@refunds.command()
@click.argument("parts", nargs=-1, required=True, metavar="LINE[:AMOUNT]...")
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why, in at most 100 characters; it stays for good."
)
@click.option("--payables", is_flag=True, help="By Bacs through the payables system, not back to the card.")
@click.option("--payee", metavar="NAME", help="With --payables: whom it pays.")
@click.option("--sort-code", metavar="DIGITS", help="With --payables: six digits.")
@click.option(
    "--account",
    metavar="DIGITS",
    help="With --payables: eight digits; never shown again, but for the last two.",
)
@click.option(
    "--evidence", metavar="TEXT", help="With --payables: how it is known that the account is theirs."
)
@json_option
@click.pass_context
def ask(
    context: click.Context, /, parts: tuple[str, ...], reason: str, *, payables: bool, as_json: bool,
    **given: Any,  # noqa: ANN401 - what click read
) -> None:  # fmt: skip
    """Ask for a refund of lines, or of AMOUNT of each, such as K7MP-2QXW-9TRN_1:12.00."""
    payee = _payee(given, payables=payables)
    installation = opened_council(context)
    made = refund_payment(
        installation, [_part(installation, part) for part in parts], reason=reason, payee=payee,
        evidence=given["evidence"], route=Route.PAYABLES if payables else Route.PROVIDER,
    )  # fmt: skip
    _done(made, as_json=as_json)


@refunds.command()
@click.argument("reference")
@json_option
@click.pass_context
def authorise(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Authorise the refund REFERENCE that somebody else asked for."""
    _done(authorise_refund(opened_council(context), reference), as_json=as_json)


@refunds.command("turn-down")
@click.argument("reference")
@json_option
@click.pass_context
def turn_down(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Turn down the refund REFERENCE, unless it was sent: what it kept aside is free again."""
    _done(authorise_refund(opened_council(context), reference, accept=False), as_json=as_json)


@refunds.command()
@click.argument("reference")
@click.argument("word", metavar="paid|rejected|submitted", type=click.Choice(sorted(SAID)))
@click.option("--on", type=DAY, help="The day on which it was paid; default: today.")
@click.option("--provider-reference", metavar="REF", help="What the provider calls the refund.")
@click.option(
    "--amount", metavar="POUNDS", help="What was paid, if it is said; another amount than asked is a Break."
)
@click.option("--detail", metavar="TEXT", help="What else was said, such as why it was rejected.")
@json_option
@click.pass_context
def confirm(
    context: click.Context, /, reference: str, word: str, on: datetime | None, provider_reference: str | None,
    amount: str | None, detail: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    """State what the provider or the payables system said of the refund REFERENCE."""
    installation = opened_council(context)
    said = RefundObservation(
        refund_reference=reference, said=SAID[word], observed_at=installation.clock(), settled_on=day_of(on),
        provider_reference=provider_reference or None, reason=detail,
        amount=read_amount(amount) if amount is not None else None,
    )  # fmt: skip
    _done(finish_refund(installation, said), as_json=as_json)


def _payee(given: dict[str, Any], *, payables: bool) -> Payee | None:
    missing = [option for name, option in _PAYEE.items() if given[name] is None]
    if not payables:
        if len(missing) < len(_PAYEE) or given["evidence"] is not None:
            message = "Whom it pays is said with --payables only; a card's provider knows its payer."
            raise click.UsageError(message)
        return None
    if missing or given["evidence"] is None:
        wanted = [*missing, *(["--evidence"] if given["evidence"] is None else [])]
        message = f"By payables, say also {', '.join(wanted)}."
        raise click.UsageError(message)
    return Payee(name=given["payee"], sort_code=given["sort_code"], account=given["account"])


def _part(installation: Installation, typed: str) -> RefundOf:
    line, amount = read_part(typed)
    return RefundOf(line=line, amount=amount if amount is not None else whole_line(installation, line).left)


def _done(request: RefundRequest, *, as_json: bool) -> None:
    if as_json:
        print_json(refund_json(request))
        return
    ours = called(request.reference)
    next_ = {
        RefundState.PROPOSED: f"Somebody else authorises it: `ims refunds authorise {ours}`",
        RefundState.REQUESTED: f"The next payables file takes it: `ims refunds payables send`. When it was paid without: `ims refunds confirm {ours} submitted` or `paid`"
        if request.route is Route.PAYABLES
        else f"Send it: `ims refunds send {ours}`. When it has been sent or paid by hand: `ims refunds confirm {ours} submitted` or `paid`",
        RefundState.SUBMITTED: f"When it has been paid: `ims refunds confirm {ours} paid`",
        RefundState.SUCCEEDED: "It was given back.",
        RefundState.FAILED: "Nothing of it is given back.",
    }
    click.echo(f"Refund {ours} of {request.total.shown()} is {request.state.value}. {next_[request.state]}")


def _show(view: RefundView) -> None:
    r = view.request
    click.secho(f"Refund {called(r.reference)}: {r.state.value}", bold=True)
    click.echo(
        f"  {r.total.shown()} by {r.route.value}, asked for by {r.asked_by} on {when(r.asked_at)}: {visible(r.reason)}"
    )
    if r.payee is not None:
        click.echo(f"  To {visible(r.payee.masked)}")
    if r.evidence is not None:
        click.echo(f"  Evidence: {visible(r.evidence)}")
    for item in r.items:
        click.echo(f"  {called(item.line_reference)}: {item.amount.shown()}")
    for e in view.events:
        said = f" {e.said.value}" if e.said is not None else ""
        detail = f": {visible(e.detail)}" if e.detail else ""
        click.echo(
            f"  {e.number}. {e.kind.value.replace('_', ' ')}{said}, {e.state.value} ({e.by}, {when(e.at)}){detail}"
        )
    for record in view.records:
        undone = f"; taken back by {', '.join(map(called, record.reversed_by))}" if record.reversed_by else ""
        click.echo(f"Refund {called(record.transaction.reference)} recorded: {record.total.shown()}{undone}")
    for found in view.breaks:
        click.secho(f"Break since {found.since_on:%d %B %Y}: {visible(found.message)}", fg="yellow")
