"""`ims payments start|cancel|capture|sweep`: what is done at a payment's provider, which the settings name."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.money_shown import due_told, payment_json
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.cli.patience import PATIENT
from localgov_ims.cli.payments import payments
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.quoting import visible
from localgov_ims.hooks.next_steps import AgentPanel, Done, FormPost, NextStep, Redirect
from localgov_ims.hooks.providers import Language
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.payments import provider_payments
from localgov_ims.service.payments.callbacks import answer_callbacks
from localgov_ims.service.payments.reporting import Reported, note_unproved, report_payment
from localgov_ims.service.payments.sweeping import Swept, mop_up_payments
from localgov_ims.service.payments.sweeping_disputes import mop_up_disputes
from localgov_ims.service.refunds.sweeping import mop_up_refunds

__all__ = ["payments"]


@payments.command()
@click.argument("reference")
@click.option(
    "--return-to", required=True, metavar="URL", help="The page of a payment's status, for the way back."
)
@click.option(
    "--language", type=click.Choice([each.value for each in Language]), default="en", show_default=True
)
@json_option
@click.pass_context
def start(context: click.Context, reference: str, return_to: str, language: str, *, as_json: bool) -> None:
    """Ask the provider for the pending payment REFERENCE, and show what the payer does next.

    Called again it asks for the same, under the same key: the payer is charged once. The address shown is the payer's
    alone; give it to nobody else.
    """
    step = provider_payments.start_payment(
        opened_council(context),
        reference,
        return_to=return_to,
        language=Language(language),
        patience=PATIENT,
    )
    if as_json:
        print_json(_step_json(step))
    else:
        _show_step(step)


@payments.command()
@click.argument("reference")
@json_option
@click.pass_context
def cancel(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Give up the pending payment REFERENCE at its provider."""
    done = provider_payments.cancel_payment(opened_council(context), reference, patience=PATIENT)
    _told(done, as_json=as_json)


@payments.command()
@click.argument("reference")
@json_option
@click.pass_context
def capture(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Take what the payer of REFERENCE has authorised, where the account captures later."""
    done = provider_payments.capture_payment(opened_council(context), reference, patience=PATIENT)
    _told(done, as_json=as_json)


@payments.command()
@click.argument("reference")
@click.argument("outcome", type=click.Choice([each.value for each in Reported]))
@click.option("--provider-reference", metavar="TEXT", help="What the other tool calls the payment.")
@json_option
@click.pass_context
def report(
    context: click.Context, reference: str, outcome: str, provider_reference: str | None, *, as_json: bool
) -> None:
    """Say what came of the payment REFERENCE, whose card was keyed into another tool; once."""
    done = report_payment(
        opened_council(context), reference, Reported(outcome), provider_reference=provider_reference
    )
    _told(done, as_json=as_json)


@payments.command()
@json_option
@click.pass_context
def sweep(context: click.Context, *, as_json: bool) -> None:
    """Ask the providers about events they sent, payments left pending, refunds in flight and lost disputes.

    Run it every 30 minutes: who paid and closed the tab is recorded by it. Twice, or at once, it records the same once.
    """
    installation = opened_council(context)
    heard = answer_callbacks(installation)
    swept = {
        "payment": mop_up_payments(installation), "refund": mop_up_refunds(installation),
        "lost dispute": mop_up_disputes(installation),
    }  # fmt: skip
    unproved = note_unproved(installation)
    if as_json:
        print_json(
            {"events": {"answered": heard.answered, "waiting": heard.waiting}}
            | {f"{name.replace(' ', '_')}s": _swept_json(each) for name, each in swept.items()}
            | {"unproved": unproved}
        )
        return
    waiting = f"; {heard.waiting} wait" if heard.waiting else ""
    click.echo(f"{counted(heard.answered, 'event')} of providers answered{waiting}.")
    for name, each in swept.items():
        click.echo(f"{counted(each.asked, name)} asked about; {each.moved} moved.")
        for reference, why in each.silent:
            click.secho(f"  {called(reference)}: {visible(why)}", fg="yellow")
    if unproved:
        click.secho(f"{counted(unproved, 'reported payment')} no payout has proved in time.", fg="yellow")


def _swept_json(swept: Swept) -> dict[str, object]:
    silent = [{"reference": reference, "why": why} for reference, why in swept.silent]
    return {"asked": swept.asked, "moved": swept.moved, "silent": silent}


def _step_json(step: NextStep) -> dict[str, object]:
    match step:
        case Redirect():
            return {"step": "redirect", "url": step.url, "provider_reference": step.provider_reference}
        case FormPost():
            return {"step": "form_post", "url": step.url, "fields": [list(pair) for pair in step.fields]}
        case AgentPanel():
            return {
                "step": "agent_panel", "fields": dict(step.fields), "allowed_outcomes": list(step.allowed_outcomes),
                "record_off": step.record_off,
            }  # fmt: skip
        case Done():
            return {"step": "done", "said": step.observation.said.value}


def _show_step(step: NextStep) -> None:
    match step:
        case Redirect():
            click.echo(f"The payer pays at {step.url}")
        case FormPost():
            click.echo(f"The payer's browser posts {len(step.fields)} fields to {step.url}; --json has them.")
        case AgentPanel():
            for label, text in step.fields.items():
                click.echo(f"{visible(label)}: {visible(text)}")
            click.echo(f"What came of it is one of: {', '.join(step.allowed_outcomes)}.")
        case Done():
            click.echo(f"The provider says {step.observation.said.value}; nothing is left to do.")


def _told(payment: Payment, *, as_json: bool) -> None:
    if as_json:
        print_json(payment_json(payment))
    else:
        click.echo(f"Payment {called(payment.reference)} is {payment.state.value}; {due_told(payment)}.")
