"""`ims payments`: asking for money, saying what the provider said, and recording what is certain at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import (
    DAY,
    basket_options,
    day_of,
    payer_options,
    read_amount,
    read_basket,
    read_payer,
)
from localgov_ims.cli.money_shown import (
    due_told,
    payment_json,
    payment_view_json,
    show_lines,
    show_payment,
    show_transaction,
    transaction_json,
)
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.ids import parse_reference
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.observations import Observation, Said, said
from localgov_ims.domain.payers import Card, Cheque
from localgov_ims.domain.payments import TAKES_PAYMENTS
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.transactions import Channel
from localgov_ims.service.enquiries import listing
from localgov_ims.service.enquiries.viewing import whole_payment
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.payments import receiving
from localgov_ims.service.payments.asking import payment_breaks, take_payment
from localgov_ims.service.payments.fees import record_fee
from localgov_ims.service.payments.finishing import finish_payment

WORDS = ("authorised", "pending", "refused", "error", "cancelled", "expired", "taken_back")
"""What a provider may have said; another word is for a person to understand first."""

_original = click.option(
    "--original", metavar="LINE", help="For a negative item: the line that it takes back."
)
_taken_on = click.option("--taken-on", type=DAY, help="The day on which it was paid; default: today.")


@click.group()
def payments() -> None:
    """Take payments, and see what became of them."""


@payments.command()
@click.argument("reference")
@json_option
@click.pass_context
def show(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Show the payment REFERENCE: what was asked, said and recorded. `ims explain` tells it in sentences."""
    view = whole_payment(opened_council(context), reference)
    if as_json:
        print_json(payment_view_json(view))
    else:
        show_payment(view)


@payments.command()
@click.option(
    "--older-than",
    metavar="MINUTES",
    type=click.IntRange(0),
    default=0,
    help="Asked for at least so long ago.",
)
@click.option(
    "--limit", type=int, default=100, show_default=True, help=f"No more than this many, 1 to {listing.MOST}."
)
@json_option
@click.pass_context
def pending(context: click.Context, older_than: int, limit: int, *, as_json: bool) -> None:
    """List the payments that nobody has answered yet, the oldest first."""
    found = listing.pending_payments(
        opened_council(context), older_than=timedelta(minutes=older_than), limit=limit
    )
    if as_json:
        rows: list[dict[str, object]] = [
            {
                "payment": p.reference, "channel": p.channel.value, "pence": p.amount.pence, "lines": p.lines,
                "created_at": p.created_at.isoformat(), "expires_at": p.expires_at.isoformat(), "taken_by": p.taken_by,
                "provider": p.provider, "provider_reference": p.provider_reference,
            }
            for p in found.rows
        ]  # fmt: skip
        print_json({"payments": rows, "more": found.more})
        return
    if not found.rows:
        click.echo("No payment is pending.")
        return
    table = [
        (
            called(p.reference), f"{p.created_at.astimezone(LONDON):%d %b %Y %H:%M}", p.amount.shown(), p.channel.value,
            p.taken_by, p.provider or "-",
        )
        for p in found.rows
    ]  # fmt: skip
    print_table("Pending", ["payment", "asked for", "due ", "channel", "by", "provider"], table)
    click.echo(f"{counted(len(table), 'payment')}{', and more: --limit shows them' if found.more else ''}.")


@payments.command()
@basket_options
@payer_options
@click.option(
    "--channel",
    required=True,
    type=click.Choice(sorted(each.value for each in TAKES_PAYMENTS)),
    help="Where it is asked for.",
)
@click.option("--key", metavar="TEXT", help="Your own for this request: sent again, it is the same payment.")
@json_option
@click.pass_context
def take(context: click.Context, /, channel: str, key: str | None, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Ask for a payment. It is pending until the provider has answered, and no income before."""
    items, payer = read_basket(given), read_payer(given)
    made = take_payment(
        opened_council(context), items, channel=Channel(channel), payer=payer, key=key, **given
    )
    if as_json:
        print_json(payment_json(made))
        return
    click.echo(f"Payment {called(made.reference)} of {made.amount.shown()} is pending.")
    show_lines(made.lines)
    if made.provider is not None:
        click.echo(
            f"To pay it at {made.provider}: `ims payments start {called(made.reference)} --return-to URL`"
        )
    click.echo(f"When the provider has answered: `ims payments settle {called(made.reference)} --said WORD`")


@payments.command()
@click.argument("reference")
@click.option(
    "--said",
    "word",
    required=True,
    type=click.Choice(WORDS, case_sensitive=False),
    help="The provider's word.",
)
@click.option(
    "--paid", metavar="POUNDS", help="What was paid, without any surcharge; needed with authorised."
)
@click.option("--provider-reference", metavar="REF", help="What the provider calls it.")
@_taken_on
@json_option
@click.pass_context
def settle(
    context: click.Context, reference: str, word: str, paid: str | None, provider_reference: str | None,
    taken_on: datetime | None, *, as_json: bool,
) -> None:  # fmt: skip
    """State what the provider said of the payment REFERENCE. Look at the provider's own page first."""
    if said(word) is Said.SUCCEEDED and paid is None:
        message = "Say what was paid with --paid: it is compared with what was asked for."
        raise click.UsageError(message)
    installation = opened_council(context)
    done = finish_payment(
        installation,
        Observation(
            payment_reference=parse_reference(reference), said=said(word), provider_status=word,
            observed_at=installation.clock(), provider_reference=provider_reference or None,
            amount_paid=read_amount(paid) if paid is not None else NOTHING, taken_on=day_of(taken_on),
        ),
    )  # fmt: skip
    if as_json:
        print_json(payment_json(done))
    else:
        click.echo(f"Payment {called(done.reference)} is {done.state.value}; {due_told(done)}.")
        for found in payment_breaks(installation, done):
            click.secho(f"For a person: {visible(found.message)}", fg="yellow")
        click.echo(f"`ims payments show {called(done.reference)}` shows what was recorded.")


@payments.command()
@basket_options
@payer_options
@_original
@_taken_on
@click.option("--cheque-sort-code", required=True, metavar="DIGITS", help="Six digits.")
@click.option("--cheque-account", required=True, metavar="DIGITS", help="Eight digits.")
@click.option("--cheque-number", required=True, metavar="DIGITS", help="Six digits.")
@click.option("--cheque-name", required=True, metavar="NAME", help="Whose cheque it is.")
@click.option("--by-post", is_flag=True, help="It came by post, not over the counter.")
@json_option
@click.pass_context
def cheque(
    context: click.Context, /, taken_on: datetime | None, *, by_post: bool, as_json: bool, **given: Any,  # noqa: ANN401 - what click read
) -> None:  # fmt: skip
    """Record a cheque: income at once, every item by the cheque method."""
    drawn = Cheque(
        **{name: given.pop(f"cheque_{name}") for name in ("sort_code", "account", "number", "name")}
    )
    items, payer = read_basket(given), read_payer(given)
    made = receiving.receive_cheque(
        opened_council(context), items, cheque=drawn, payer=payer, taken_on=day_of(taken_on),
        channel=Channel.POST if by_post else Channel.COUNTER, **given,
    )  # fmt: skip
    show_transaction(made, as_json=as_json)


@payments.command()
@basket_options
@payer_options
@_original
@_taken_on
@json_option
@click.pass_context
def post(context: click.Context, /, taken_on: datetime | None, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Record what came by post: income at once."""
    items, payer = read_basket(given), read_payer(given)
    made = receiving.receive_post(
        opened_council(context), items, payer=payer, taken_on=day_of(taken_on), **given
    )
    show_transaction(made, as_json=as_json)


@payments.command()
@basket_options
@payer_options
@_original
@json_option
@click.pass_context
def cash(context: click.Context, /, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Record cash taken today: income at once. --mop names a method that is cash."""
    items, payer = read_basket(given), read_payer(given)
    show_transaction(
        receiving.receive_cash(opened_council(context), items, payer=payer, **given), as_json=as_json
    )


@payments.command()
@click.argument("reference")
@click.argument("amount")
@click.option("--commercial", is_flag=True, help="The provider says that the card is a commercial one.")
@json_option
@click.pass_context
def fee(context: click.Context, reference: str, amount: str, *, commercial: bool, as_json: bool) -> None:
    """Record the surcharge AMOUNT that came on top of the payment REFERENCE, as the provider states it."""
    card = Card(commercial=True) if commercial else None
    made = record_fee(opened_council(context), reference, read_amount(amount), card=card)
    if as_json:
        print_json(transaction_json(made) if made is not None else None)
    elif made is None:
        click.echo("A surcharge of nothing is not recorded.")
    else:
        show_transaction(made, as_json=False)
