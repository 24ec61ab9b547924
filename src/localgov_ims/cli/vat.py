"""`ims vat`: the VAT that amounts hold, by the rule of every receipt."""

from __future__ import annotations

import click

from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import Rounding, VatRate


@click.group()
def vat() -> None:
    """Work out VAT; nothing is recorded."""


# An amount of money may begin with a minus, so what looks like an option and is none is an amount.
@vat.command(context_settings={"ignore_unknown_options": True})
@click.option("--rate", required=True, metavar="FRACTION", help="The rate as a fraction of one: 0.2 is 20 %.")
@click.option(
    "--rounding",
    type=click.Choice([rounding.value for rounding in Rounding]),
    default=Rounding.HALF_EVEN.value,
    show_default=True,
    help="What becomes of half a penny.",
)
@click.argument("amounts", metavar="AMOUNT...", nargs=-1, required=True)
@json_option
def split(rate: str, rounding: str, amounts: tuple[str, ...], *, as_json: bool) -> None:
    """Split each AMOUNT, pounds including VAT, into net and VAT; the two always add back up.

    \b
    Example:
      ims vat split --rate 0.2 10.00 -5.00
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    fraction, rule = VatRate.parse(rate), Rounding(rounding)
    grosses = [Money.parse(amount) for amount in amounts]
    parts = [
        (gross, gross - inside, inside) for gross in grosses for inside in (fraction.vat_in(gross, rule),)
    ]
    if as_json:
        print_json(
            [
                {"gross_pence": gross.pence, "net_pence": net.pence, "vat_pence": inside.pence}
                for gross, net, inside in parts
            ]
        )
        return
    rows = [tuple(amount.shown() for amount in each) for each in parts]
    print_table(f"VAT at {fraction}", ["gross ", "net ", "VAT "], rows)
