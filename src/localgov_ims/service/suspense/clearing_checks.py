"""What a clearance is refused for, check by check, before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from attrs import evolve, frozen

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving, check_balance, direction, placements
from localgov_ims.domain.draws import Taken
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.transactions import LineInput
from localgov_ims.errors import AlreadyDone, InvalidValue, NotPermitted, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import check_vat_code, line_for
from localgov_ims.service.payments import item_checks
from localgov_ims.service.people.permitting import note_use
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.suspense.items import Held, held
from localgov_ims.storage import holders
from localgov_ims.storage.store import Unit

NARRATIVE = "Clearance"


@frozen(kw_only=True)
class Given:
    """What one item gives to a clearance: above nothing, or below it where the item is."""

    held: Held
    amount: Money


@frozen(kw_only=True)
class Receivers:
    """Where a clearance's money goes, as it was asked for."""

    targets: tuple[BasketItem, ...] = ()
    credit_notes: tuple[BasketItem, ...] = ()
    narrative: str | None = None

    @property
    def every(self) -> tuple[BasketItem, ...]:
        """Targets, then credit notes."""
        return (*self.targets, *self.credit_notes)


def check_given(unit: Unit, items: Sequence[Giving], seen: Mapping[UUID, Taken]) -> list[Given]:
    """Return what each item gives; *seen* is what stood against each when the person asked, before anybody waited.

    Raises:
        NotFound: One of them is no item of suspense.
        AlreadyDone: `changed_meanwhile`: another took from an item since; it names what is left now.
        RuleViolation: `no_items`; `more_than_left`: an amount is nothing, of the other sign, or more than is left.
    """
    if not items:
        raise RuleViolation(
            "no_items", "Say which items are cleared: at least one, by the reference of its line."
        )
    found = held(unit.connection, [each.line for each in items])
    left = {each.line.id: each.left for each in found.values()}
    made = []
    for asked in items:
        item = found[asked.line]
        changed = seen.get(item.line.id, item.taken) != item.taken
        if (changed and asked.amount is None) or asked.expected_left not in {None, item.left}:
            raise _changed(item)
        now = left[item.line.id]
        amount = now if asked.amount is None else asked.amount
        if amount.pence * item.line.amount.pence <= 0 or abs(amount) > abs(now):
            raise _changed(item) if changed else _more_than_left(item, now, amount)
        left[item.line.id] = now - amount
        made.append(Given(held=item, amount=amount))
    return made


def check_receivers(
    installation: Installation, unit: Unit, rights: Rights, given: Sequence[Given], receivers: Receivers
) -> list[LineInput]:
    """Return the lines of the targets, then of the credit notes, each with the VAT of the day its payer paid.

    Raises:
        RuleViolation, InvalidValue: In this order: `not_balanced`, `target_is_suspense`, `credit_note_not_allowed`,
            `fund_not_allowed`, `bad_target` (whose `fault` says what is wrong with which).
        NotPermitted: A fund is not the user's (`fund_not_allowed`), or an account is restricted.
    """
    council, amounts = installation.council, [each.amount for each in given]
    targets, notes = receivers.targets, receivers.credit_notes
    check_balance(amounts, [each.amount for each in targets], [each.amount for each in notes])
    _check_funds(council, rights, receivers)
    accounts = [
        (each.fund, item_checks.canonical(council.references.format_of(each.fund), each.account_reference))
        for each in receivers.every
    ]
    permit_accounts(installation, unit.connection, rights, accounts)
    known = holders.current(unit.connection, accounts)
    sources = _sources(given, receivers)
    sign, lines = direction(amounts), []
    for number, (asked, account) in enumerate(zip(receivers.every, accounts, strict=True), start=1):
        note = number > len(targets)
        source = sources.get(number, min(given, key=lambda each: each.held.transaction.taken_on))
        try:
            _check_amount(asked.amount, 1 if note else sign)
            day = source.held.transaction.taken_on
            fund, format_ = council.funds[asked.fund], council.references.format_of(asked.fund)
            holder = known.get(account)
            item_checks.check_reference(
                fund, format_, account[1], holder, given=asked.account_reference, today=day
            )
            if holder is not None and item_checks.check_stop(council, rights, holder, alone=False):
                note_use(unit, Permission.ACCOUNT_PAY_STOPPED)
            check_vat_code(council, asked.fund, asked.vat_code)
            mop = _method(council, asked.mop)
        except (InvalidValue, RuleViolation) as error:
            raise _bad(number, len(targets), error) from error
        said = asked.narrative or receivers.narrative or source.held.line.narrative or NARRATIVE
        lines.append(_line(council, asked, account, day=day, mop=mop, narrative=said, note=note))
    return lines


def _check_funds(council: Council, rights: Rights, receivers: Receivers) -> None:
    suspense = council.suspense_fund.code
    for asked in receivers.every:
        if asked.fund == suspense:
            message = f"Fund {suspense} is suspense itself. Name the fund that the money belongs to."
            raise RuleViolation("target_is_suspense", message, value=asked.fund)
    for asked in receivers.credit_notes:
        if asked.fund in council.funds and not council.funds[asked.fund].credit_notes:
            message = f"Fund {asked.fund} ({council.funds[asked.fund].name}) gives no credit notes: it has not credit_notes = true."
            raise RuleViolation("credit_note_not_allowed", message, value=asked.fund)
    for asked in receivers.every:
        item_checks.check_fund(council, asked.fund, portal=False)
        if not rights.sees(asked.fund):
            message = (
                f"{rights.user.name} has not been given fund {asked.fund}, so cannot clear suspense to it."
            )
            raise NotPermitted("fund_not_allowed", message, user=rights.user.name, funds=[asked.fund])


def _sources(given: Sequence[Given], receivers: Receivers) -> dict[int, Given]:
    """Return the first item that pays each receiver, by the receiver's place."""
    paid = placements(
        [each.amount for each in given], [each.amount for each in receivers.targets],
        [each.amount for each in receivers.credit_notes],
    )  # fmt: skip
    return {each.target: given[each.item - 1] for each in reversed(paid)}


def _check_amount(amount: Money, sign: int) -> None:
    if amount.pence * sign <= 0:
        side = "above" if sign > 0 else "below"
        message = f"Its amount must be {side} zero here, not {amount.shown()}."
        raise InvalidValue("amount_not_possible", message, value=str(amount))


def _method(council: Council, code: str | None) -> str:
    if code is None:
        return council.special["reallocation_in"]
    if code not in council.methods or council.methods[code].disabled:
        raise InvalidValue(
            "mop_not_allowed", f"Method of payment {quoted(code)!r} is not in use.", value=code
        )
    return code


def _line(
    council: Council, asked: BasketItem, account: tuple[str, str], *, day: date, mop: str, narrative: str, note: bool
) -> LineInput:  # fmt: skip
    made = line_for(
        council, fund=asked.fund, account_reference=account[1], amount=asked.amount, mop=mop, taken_on=day,
        vat_code=asked.vat_code, narrative=narrative, rule=asked.rule,
    )  # fmt: skip
    return evolve(made, amount=-made.amount, vat=-made.vat) if note and made.amount > NOTHING else made


def _bad(number: int, targets: int, error: InvalidValue | RuleViolation) -> InvalidValue:
    which = f"Target {number}" if number <= targets else f"Credit note {number - targets}"
    return InvalidValue("bad_target", f"{which}: {error.message}", item=number, fault=error.code)


def _changed(item: Held) -> AlreadyDone:
    message = (
        f"Of item {item.line.reference} {item.left.shown()} is left now: somebody took from it meanwhile. Nothing was "
        "cleared; look at it again."
    )
    return AlreadyDone("changed_meanwhile", message, line=item.line.reference, left=item.left)


def _more_than_left(item: Held, left: Money, asked: Money) -> RuleViolation:
    if not left:
        message = f"Nothing is left of item {item.line.reference}."
    else:
        message = f"Of item {item.line.reference} {left.shown()} is left, so it cannot give {asked.shown()}."
    return RuleViolation("more_than_left", message, line=item.line.reference, left=left, asked=asked)
