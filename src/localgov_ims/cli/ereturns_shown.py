"""Showing eReturns: JSON for programs, and a paying-in return for people."""

from __future__ import annotations

from collections.abc import Sequence

import click
from attrs import asdict

from localgov_ims.cli.output import print_table
from localgov_ims.domain.deposits import DepositKind, ExpectedDeposit
from localgov_ims.domain.ereturn_contents import Contents
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.ereturns import EReturn
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.notes import Note
from localgov_ims.domain.quoting import visible
from localgov_ims.service.cash_office.ereturn_approving import Approved
from localgov_ims.service.cash_office.ereturn_checks import references_of
from localgov_ims.service.cash_office.ereturn_viewing import EReturnView, ListedEReturn
from localgov_ims.service.council import Council
from localgov_ims.service.explaining.stories import called, when


def template_json(template: EReturnTemplate) -> dict[str, object]:
    """Return a template as JSON: its rows in use, and what it allows."""
    return {
        "template": template.name,
        "kinds": [kind.value for kind in DepositKind if template.allows(kind)],
        "rows": [
            {name: value for name, value in asdict(row).items() if name != "retired"} for row in template.live
        ],
    }


def ereturn_json(each: EReturn) -> dict[str, object]:
    """Return an eReturn as JSON: where it stands, what it says, and what was done to it."""
    return {
        "ereturn": each.number, "state": each.state.value, "kind": each.kind.value, "template": each.template.name,
        "office": each.office, "total_pence": each.contents.total.pence, **_contents_json(each),
        "events": [
            {"number": e.number, "act": e.act.value, "state": e.state.value, "by": e.by, "at": e.at.isoformat(), "note": e.note}
            for e in each.events
        ],
    }  # fmt: skip


def listed_json(each: ListedEReturn) -> dict[str, object]:
    """Return an eReturn of a list as JSON."""
    acts = {name: getattr(each, name) for name in ("started", "submitted", "approved", "ended")}
    return {
        "ereturn": each.number, "state": each.state.value, "kind": each.kind.value, "template": each.template,
        "office": each.office, "total_pence": each.total.pence,
        **{
            name: {"by": event.by, "at": event.at.isoformat()} if event is not None else None
            for name, event in acts.items()
        },
    }  # fmt: skip


def view_json(view: EReturnView, notes: Sequence[Note]) -> dict[str, object]:
    """Return an eReturn as JSON with what it became, and the notes on it."""
    return {
        **ereturn_json(view.ereturn),
        "receipt": view.receipt.reference if view.receipt is not None else None,
        "deposit": deposit_json(view.deposit) if view.deposit is not None else None,
        "notes": [{"text": n.text, "by": n.by, "at": n.at.isoformat()} for n in notes],
    }


def approved_json(done: Approved) -> dict[str, object]:
    """Return an approved eReturn as JSON with what it became."""
    return {
        "ereturn": done.ereturn.number, "state": done.ereturn.state.value,
        "receipt": done.receipt.reference if done.receipt is not None else None,
        "deposit": deposit_json(done.deposit) if done.deposit is not None else None,
    }  # fmt: skip


def deposit_json(deposit: ExpectedDeposit) -> dict[str, object]:
    """Return an expected deposit as JSON."""
    d = deposit
    return {
        "deposit": str(d.id), "kind": d.kind.value, "pence": d.total.pence, "due_on": d.due_on.isoformat(),
        "office": d.office, "bag_number": d.bag_number, "slip": d.slip, "merchant": d.merchant, "terminal": d.terminal,
        "z_report": d.z_report, "source_kind": d.source_kind.value, "source": str(d.source),
        "transactions": [str(each) for each in d.transactions],
    }  # fmt: skip


def show_ereturn(council: Council, view: EReturnView, notes: Sequence[Note]) -> None:
    """Print an eReturn as a paying-in return."""
    each = view.ereturn
    office = council.offices.get(each.office or "")
    where = f"{office.name} ({office.code}), " if office is not None else ""
    click.secho(f"Paying-in return {each.number}: {each.state.value.replace('_', ' ')}", bold=True)
    click.echo(f"  {council.name}, {where}{visible(each.template.name)}, {each.kind.value}")
    for name, number in (("Paying-in slip", each.contents.slip), ("Bag", each.contents.bag_number)):
        if number is not None:
            click.echo(f"  {name} {visible(number)}")
    if each.contents.nil:
        click.echo("  Nil: there was nothing to pay in.")
    _show_lines(council, each)
    _show_analysis(each)
    _show_totals(view)
    for event in each.events:
        note = f": {visible(event.note)}" if event.note else ""
        click.echo(f"  {_DONE[event.act.value]} by {event.by} on {when(event.at)}{note}")
    if view.receipt is not None and view.deposit is not None:
        click.echo(f"  Receipt {called(view.receipt.reference)} of {view.receipt.total.shown()}")
        click.echo(f"  Expected from {view.deposit.due_on:%d %B %Y}: {view.deposit.total.shown()}")
    for said in notes:
        click.echo(f"  Note by {said.by} on {when(said.at)}: {visible(said.text or '(removed)')}")


_DONE = {
    "create": "Started", "save": "Saved", "submit": "Submitted", "correct": "Corrected", "send_back": "Sent back",
    "approve": "Approved", "delete": "Withdrawn",
}  # fmt: skip


def _show_lines(council: Council, each: EReturn) -> None:
    rows = [
        (
            str(row.number), visible(line.description or row.description), row.fund, visible(reference or ""),
            line.vat_code or row.vat_code or _usual_vat(council, row.fund), line.amount.shown(),
        )
        for line, row, reference in references_of(each, each.contents)
    ]  # fmt: skip
    if rows:
        rows.append(("", "Lines in all", "", "", "", each.contents.lines_total.shown()))
        print_table("Lines", ["row ", "what", "fund", "account", "VAT", "amount "], rows)


def _usual_vat(council: Council, fund: str) -> str:
    return (council.funds[fund].vat_code or "") if fund in council.funds else ""


def _show_analysis(each: EReturn) -> None:
    said, total = each.contents, each.contents.analysed(each.kind).shown()
    if each.kind is DepositKind.CASH and said.cash:
        counts = [(d.value, f"{count:,}", value.shown()) for d, count, value in said.cash]
        print_table("Cash", ["of", "count ", "value "], [*counts, ("In all", "", total)])
    if each.kind is DepositKind.CHEQUE and said.cheques:
        drawn = [
            (str(c.item), visible(c.drawer or "(removed)"), c.number or "", c.amount.shown())
            for c in said.cheques
        ]
        print_table("Cheques", ["item ", "drawer", "number", "amount "], [*drawn, ("", "In all", "", total)])
    if each.kind is DepositKind.CARD:
        _show_card(said, total)


def _show_card(said: Contents, total: str) -> None:
    z = said.card
    names = (("Merchant", z.merchant), ("terminal", z.terminal), ("Z-report", z.z_report))
    parts = [f"{name} {visible(value)}" for name, value in names if value is not None]
    day = [f"of {z.z_on:%d %B %Y}"] if z.z_on is not None else []
    if parts or day:
        click.echo(f"  {', '.join(parts)} {' '.join(day)}".rstrip())
    rows = [
        (visible(s.name), f"{s.sales_count:,}", s.sales.shown(), f"{s.refunds_count:,}", s.refunds.shown(), s.net.shown())
        for s in z.schemes
    ]  # fmt: skip
    if rows:
        rows.append(("Z-total", "", "", "", "", total))
        print_table("Cards", ["scheme", "sales ", "amount ", "refunds ", "amount ", "net "], rows)


def _show_totals(view: EReturnView) -> None:
    said = view.ereturn.contents
    if said.over_short:
        what = "Over" if said.over_short > NOTHING else "Short"
        limit = view.over_short_limit
        beyond = (
            " More than one person may pass alone."
            if limit is not None and abs(said.over_short) > limit
            else ""
        )
        click.echo(
            f"  {what} by {abs(said.over_short).shown()}: {visible(said.over_short_reason or 'no reason given')}.{beyond}"
        )
    click.secho(f"  To pay in: {said.total.shown()}", bold=True)


def _contents_json(each: EReturn) -> dict[str, object]:
    c, z = each.contents, each.contents.card
    return {
        "slip": c.slip, "bag_number": c.bag_number, "nil": c.nil, "over_short_pence": c.over_short.pence,
        "over_short_reason": c.over_short_reason, "analysis_pence": c.analysed(each.kind).pence,
        "lines": [
            {
                "row": row.number, "fund": row.fund, "account_reference": reference, "pence": line.amount.pence,
                "vat_code": line.vat_code or row.vat_code, "description": line.description or row.description,
            }
            for line, row, reference in references_of(each, c)
        ],
        "cash": [{"denomination": d.value, "count": count, "pence": value.pence} for d, count, value in c.cash],
        "cheques": [
            {
                "item": q.item, "pence": q.amount.pence, "drawer": q.drawer, "number": q.number,
                "account_ending": q.account[-2:] if q.account is not None else None,
            }
            for q in c.cheques
        ],
        "card": {
            "merchant": z.merchant, "terminal": z.terminal, "z_report": z.z_report,
            "z_on": z.z_on.isoformat() if z.z_on is not None else None,
            "z_total_pence": z.z_total.pence if z.z_total is not None else None,
            "schemes": [
                {
                    "name": s.name, "sales_count": s.sales_count, "sales_pence": s.sales.pence,
                    "refunds_count": s.refunds_count, "refunds_pence": s.refunds.pence,
                }
                for s in z.schemes
            ],
        } if each.kind is DepositKind.CARD else None,
    }  # fmt: skip
