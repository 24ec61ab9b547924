"""The control reconciliation of a fund: this system, the back office and the ledger show the same for a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.feeds import FeedFigures
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proofs import Figure, Item, Proof, ProofKind, Section, figure, total
from localgov_ims.domain.stated import About, StatedTotal
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.proofs.bank_proofs import listed_item
from localgov_ims.service.proofs.stating import check_subject
from localgov_ims.storage import feeds as feed_totals
from localgov_ims.storage import fund_totals, ledger_positions
from localgov_ims.storage import stated as stored


def prove_fund(
    installation: Installation, *, fund: str, first_on: date, as_at: date, ledger: str | None = None
) -> Proof:
    """Prove a fund's income of a period against what the back office and the ledger state.

    Raises:
        NotPermitted: The permission report.view is missing, or the fund.
        NotFound: There is no such fund.
        ConfigurationError: There is no such ledger, or several and none is named.
    """
    council = installation.council
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW, funds=[fund])
        check_subject(council, About.FUND, fund)
        name = council.ledger(ledger).name
        sections = tuple(_sections(connection, council, fund, name, first_on, as_at))
    return Proof(
        kind=ProofKind.CONTROL, subject=fund, title=f"Control reconciliation, fund {fund} {council.funds[fund].name}",
        council=council.name, first_on=first_on, as_at=as_at, sections=sections,
    )  # fmt: skip


def _sections(
    connection: Connection, council: Council, fund: str, ledger: str, first_on: date, as_at: date
) -> Iterator[Section]:
    found = list(fund_totals.by_day_and_method(connection, fund, first_on, as_at))
    days = [
        Item(
            id="", kind="day's income by a method", day=each.day, text=f"{each.day} {each.mop}",
            amount=Money(each.pence), age=(as_at - each.day).days, note=f"{each.lines:,} lines",
        )
        for each in found
    ]  # fmt: skip
    income = evolve(
        figure("income", "This system: income of the fund", days), count=sum(e.lines for e in found)
    )
    yield Section(key="system", title="This system", figures=(income,))
    stated = stored.latest_totals(connection, About.FUND, fund, first_on, as_at)
    rejected = [
        listed_item(each, as_at)
        for each in stored.of_list(connection, About.FUND, fund, "rejected")
        if each.open_at(as_at) and each.item.day >= first_on
    ]
    refused = figure("rejected", "Rejected by the back office: items to be worked on", rejected)
    feeds = [each.name for each in council.feeds.values() if fund in each.funds]
    for feed in feeds:
        told = feed_totals.figures(connection, feed, [fund], first_on, as_at)
        yield _side(f"fed_{feed}", f"What feed {feed} told", _fed(feed, told, as_at), income.amount, stated)
    if not feeds:
        yield _stated_fed(stated, refused, income.amount)
    office = (_given(stated, "back_office", "The back office shows"), refused)
    yield _side("back_office", "The back office", office, income.amount, stated, "back_office")
    vat = Money(sum(each.vat for each in found))
    unposted = ledger_positions.unposted_net(connection, fund, ledger, first_on, as_at)
    waiting = _given(stated, "not_confirmed", "Posted, and not confirmed yet")
    if "not_confirmed" not in stated:
        waiting = Figure(
            key="not_confirmed", label="Not taken by the ledger yet, as this system knows", amount=unposted
        )
    posted = [_given(stated, "ledger", "The ledger shows"), waiting]
    if vat:
        posted.append(Figure(key="vat", label="VAT in it, which stands on another code", amount=vat))
    yield _side("ledger", "The ledger", tuple(posted), income.amount, stated, "ledger")


def _stated_fed(stated: Mapping[str, StatedTotal], refused: Figure, income: Money) -> Section:
    fed = (
        _given(stated, "not_fed", "Not fed: on the account already"),
        _given(stated, "accepted", "Fed and accepted"),
        refused,
    )
    return _side("fed", "What the back office was told", fed, income, stated, "not_fed", "accepted")


def _fed(feed: str, told: FeedFigures, as_at: date) -> tuple[Figure, ...]:
    """Return what a feed's own records say; what of it was refused is shown beside the back office."""
    left_out = [
        Item(id="", kind="not fed", day=as_at, text=reason, amount=amount, age=0)
        for reason, amount in told.not_fed.items()
    ]
    return (
        evolve(figure(f"not_fed_{feed}", "Not fed, by reason", left_out), count=None),
        Figure(key=f"told_{feed}", label="Fed", amount=told.fed),
        Figure(key=f"waiting_{feed}", label="Waiting for the next file", amount=told.waiting),
    )


def _given(stated: Mapping[str, StatedTotal], what: str, label: str) -> Figure:
    there = stated.get(what)
    where = f" ({there.source})" if there is not None else " (not given)"
    return Figure(key=what, label=f"{label}{where}", amount=there.amount if there is not None else NOTHING)


def _side(
    key: str,
    title: str,
    figures: tuple[Figure, ...],
    income: Money,
    stated: Mapping[str, StatedTotal],
    *needs: str,
) -> Section:
    """Sum a side up against this system, if everything it needs was given; nothing is compared with a guess."""
    missing = [what for what in needs if what not in stated]
    note = f"Not given for this period: {', '.join(missing)}. Nothing is proved here." if missing else ""
    summed = total(f"{key}_total", "Together", figures, given=None if missing else income)
    return Section(
        key=key,
        title=title,
        figures=(*figures, evolve(summed, count=None)),
        given_by="this system",
        note=note,
    )
