"""`ims ereturns`: what an office pays in, from its template to the income it becomes."""

from __future__ import annotations

from typing import Any

import click

from localgov_ims.bootstrap.ereturn_files import plain_contents
from localgov_ims.cli.council import opened_council
from localgov_ims.cli.ereturns_given import contents_options, read_contents
from localgov_ims.cli.ereturns_shown import (
    approved_json,
    ereturn_json,
    listed_json,
    show_ereturn,
    template_json,
    view_json,
)
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_templates import TemplateRow
from localgov_ims.domain.ereturns import EReturn, EReturnEvent, EReturnState
from localgov_ims.domain.notes import NoteSubject
from localgov_ims.domain.quoting import visible
from localgov_ims.service.cash_office import ereturn_viewing
from localgov_ims.service.cash_office import ereturns as service
from localgov_ims.service.cash_office.ereturn_approving import approve_ereturns
from localgov_ims.service.documents import noting
from localgov_ims.service.explaining.stories import called, when

_NEXT = {
    EReturnState.NEW: "Save what it says: `ims ereturns save {0} FILE`",
    EReturnState.IN_PROGRESS: "When it is whole: `ims ereturns submit {0}`",
    EReturnState.SUBMITTED: "Somebody else approves it: `ims ereturns approve {0}`",
    EReturnState.APPROVED: "It is income.",
    EReturnState.DELETED: "Nothing of it is income, and those its template names are told: `ims receipts deliver`",
    EReturnState.VOIDED: "Nothing of it is income.",
}


@click.group()
def ereturns() -> None:
    """Pay in what an office took: cash, cheques and card takings."""


@ereturns.command()
@json_option
@click.pass_context
def templates(context: click.Context, *, as_json: bool) -> None:
    """List the templates that you may start an eReturn from, with their rows."""
    found = ereturn_viewing.list_templates(opened_council(context))
    if as_json:
        print_json([template_json(template) for template in found])
        return
    if not found:
        click.echo("No template is yours. [ereturn_templates.NAME] in the settings names users and offices.")
    for template in found:
        kinds = ", ".join(kind.value for kind in DepositKind if template.allows(kind))
        rows = [
            (
                str(row.number), row.description, row.fund, row.reference, row.vat_code or "",
                ", ".join(_may_change(row)) or "nothing",
            )
            for row in template.live
        ]  # fmt: skip
        headings = ["row ", "what", "fund", "account", "VAT", "you may change"]
        print_table(f"{visible(template.name)}: {kinds}", headings, rows)


@ereturns.command()
@click.argument("template")
@click.argument("kind", type=click.Choice([kind.value for kind in DepositKind]))
@click.option("--office", metavar="CODE", help="The office; default: your own.")
@json_option
@click.pass_context
def start(context: click.Context, template: str, kind: str, office: str | None, *, as_json: bool) -> None:
    """Start an eReturn from TEMPLATE, of cash, cheques or card takings."""
    made = service.start_ereturn(opened_council(context), template, DepositKind(kind), office=office)
    _done(made, as_json=as_json)


@ereturns.command()
@click.argument("number")
@contents_options
@json_option
@click.pass_context
def save(context: click.Context, /, number: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Keep what the eReturn NUMBER says so far, in place of all that it said: of FILE, or of options."""
    contents = read_contents(given)
    if contents is None:
        message = "Say what it says: a FILE of JSON or TOML, or --line, --value and the other options."
        raise click.UsageError(message)
    _done(service.save_ereturn(opened_council(context), number, contents), as_json=as_json)


@ereturns.command()
@click.argument("number")
@contents_options
@json_option
@click.pass_context
def submit(context: click.Context, /, number: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Hand in the eReturn NUMBER to be approved; with FILE or options it is saved first."""
    contents = read_contents(given)
    _done(service.submit_ereturn(opened_council(context), number, contents), as_json=as_json)


@ereturns.command()
@click.argument("number")
@contents_options
@json_option
@click.pass_context
def correct(context: click.Context, /, number: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Put right what the submitted eReturn NUMBER says; somebody else approves it then."""
    contents = read_contents(given)
    if contents is None:
        message = (
            "Say what it says instead: a FILE of JSON or TOML, or --line, --value and the other options."
        )
        raise click.UsageError(message)
    _done(service.correct_ereturn(opened_council(context), number, contents), as_json=as_json)


@ereturns.command("send-back")
@click.argument("number")
@click.option("--note", required=True, metavar="TEXT", help="Why, in at most 500 characters.")
@json_option
@click.pass_context
def send_back(context: click.Context, number: str, note: str, *, as_json: bool) -> None:
    """Give the submitted eReturn NUMBER back to whoever fills it in."""
    _done(service.send_back_ereturn(opened_council(context), number, note=note), as_json=as_json)


@ereturns.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@json_option
@click.pass_context
def approve(context: click.Context, numbers: tuple[str, ...], *, as_json: bool) -> None:
    """Approve submitted eReturns, all or none: each becomes income and is expected at the bank."""
    done = approve_ereturns(opened_council(context), numbers)
    if as_json:
        print_json([approved_json(each) for each in done])
        return
    for each in done:
        receipt, deposit = each.receipt, each.deposit
        became = "nothing, as there was nothing to pay in"
        if receipt is not None and deposit is not None:
            became = f"receipt {called(receipt.reference)}; {deposit.total.shown()} of {deposit.kind.value} must come"
        click.echo(f"eReturn {each.ereturn.number} is approved: {became}.")


@ereturns.command()
@click.argument("number")
@json_option
@click.pass_context
def delete(context: click.Context, number: str, *, as_json: bool) -> None:
    """Withdraw the eReturn NUMBER: submitted, it is deleted with a notice; else it is voided."""
    _done(service.delete_ereturn(opened_council(context), number), as_json=as_json)


@ereturns.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice([state.value for state in EReturnState]),
    help="Only those in a state; repeat for several.",
)  # fmt: skip
@click.option("--template", metavar="NAME", help="Only those of a template.")
@click.option("--limit", type=int, default=100, show_default=True, help="No more than this many.")
@json_option
@click.pass_context
def list_(
    context: click.Context, states: tuple[str, ...], template: str | None, limit: int, *, as_json: bool
) -> None:
    """List eReturns, the newest first."""
    wanted = [EReturnState(state) for state in states]
    house = opened_council(context)
    found = ereturn_viewing.list_ereturns(house, states=wanted, template=template, limit=limit)
    if as_json:
        print_json([listed_json(each) for each in found])
        return
    if not found:
        click.echo("There are no eReturns of that kind.")
        return
    rows = [
        (
            each.number, each.state.value.replace("_", " "), each.kind.value, visible(each.template),
            each.office or "", each.total.shown(), _by(each.started), _by(each.submitted), _by(each.approved),
        )
        for each in found
    ]  # fmt: skip
    headings = ["number", "state", "kind", "template", "office", "total ", "started", "submitted", "approved"]
    print_table("eReturns", headings, rows)
    click.echo(f"{counted(len(rows), 'eReturn')}.")


@ereturns.command()
@click.argument("number")
@click.option(
    "--file", "as_file", is_flag=True, help="Print the FILE that `save` and `correct` take, to change it."
)
@json_option
@click.pass_context
def show(context: click.Context, number: str, *, as_file: bool, as_json: bool) -> None:
    """Show the eReturn NUMBER as a paying-in return: lines, analysis, totals, who and when."""
    house = opened_council(context)
    view = ereturn_viewing.whole_ereturn(house, number)
    if as_file:
        print_json(plain_contents(view.ereturn.contents))
        return
    notes = noting.notes_of(house, NoteSubject.ERETURN, view.ereturn.number)
    if as_json:
        print_json(view_json(view, notes))
    else:
        show_ereturn(house.council, view, notes)


@ereturns.command()
@click.argument("number")
@click.argument("text")
@json_option
@click.pass_context
def note(context: click.Context, number: str, text: str, *, as_json: bool) -> None:
    """Write a note of at most 2,000 characters on the eReturn NUMBER; it stays for good."""
    made = noting.add_note(opened_council(context), NoteSubject.ERETURN, number, text)
    if as_json:
        print_json({"ereturn": made.subject, "by": made.by, "at": made.at.isoformat(), "text": made.text})
    else:
        click.echo(f"Noted on eReturn {made.subject}.")


def _may_change(row: TemplateRow) -> list[str]:
    flags = (
        ("account", row.reference_override), ("VAT", row.vat_override), ("what", row.description_override),
    )  # fmt: skip
    return [name for name, allowed in flags if allowed]


def _by(event: EReturnEvent | None) -> str:
    return f"{event.by}, {when(event.at)}" if event is not None else ""


def _done(made: EReturn, *, as_json: bool) -> None:
    if as_json:
        print_json(ereturn_json(made))
        return
    state = made.state.value.replace("_", " ")
    said = f" It comes to {made.contents.total.shown()}." if made.contents.lines else ""
    click.echo(f"eReturn {made.number} is {state}.{said} {_NEXT[made.state].format(made.number)}")
