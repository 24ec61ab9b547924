"""Checking baskets: the same checks on every channel, every item's first fault, all items together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.transactions import Channel, LineInput
from localgov_ims.errors import ImsError, InvalidValue, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import check_vat_code, line_for
from localgov_ims.service.payments import item_checks
from localgov_ims.service.people.permitting import note_use
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.storage import holders
from localgov_ims.storage.holders import Account
from localgov_ims.storage.store import Unit

PORTAL_ITEMS = 10
"""The most items of one basket in the portal."""

CHANNEL_METHODS: Mapping[Channel, str] = {
    Channel.PORTAL: "portal", Channel.API: "portal", Channel.TELEPHONE: "telephone", Channel.STAFF: "staff_card",
    Channel.COUNTER: "staff_card", Channel.POST: "cheque",
}  # fmt: skip
"""The special method that a blank method of payment means, by channel."""


@frozen(kw_only=True)
class Asking:
    """Who asks for what, by which channel: what a basket is checked against.

    Attributes:
        certain: Whether the money is here already (a cheque, cash, post), so that lines may be negative.
        methods: Whether methods of payment are checked; a transfer has none.
    """

    installation: Installation
    connection: Connection
    rights: Rights
    channel: Channel
    today: date
    certain: bool = False
    methods: bool = True

    @property
    def council(self) -> Council:
        """The council's settings."""
        return self.installation.council

    @property
    def alone(self) -> bool:
        """Whether a payer is asking for himself, with nobody of the council's staff beside him."""
        return self.channel in {Channel.PORTAL, Channel.API}


def check_basket(asking: Asking, unit: Unit, items: Sequence[BasketItem], payer: Payer) -> list[LineInput]:
    """Return the lines that a basket asks for, with their VAT of today.

    Raises:
        InvalidValue, RuleViolation: What is wrong. One fault is raised as it is, with `item` in its data; several as
            `basket_refused` with all of them in `faults`.
        NotPermitted: A fund is not the user's, or an account is restricted.
    """
    asking.rights.require_funds([item.fund for item in items])
    _check_size(asking, items)
    lines = check_items(asking, unit, items)
    _check_repeats(asking, unit, lines)
    _check_providers(asking.council, lines)
    _check_payer(asking.council, lines, payer)
    return lines


def check_items(asking: Asking, unit: Unit, items: Sequence[BasketItem]) -> list[LineInput]:
    """Return the lines that items ask for, each checked by itself.

    Raises:
        InvalidValue, RuleViolation: As `check_basket`.
        NotPermitted: An account is restricted.
    """
    wanted = [
        (
            item.fund,
            item_checks.canonical(asking.council.references.format_of(item.fund), item.account_reference),
        )
        for item in items
        if item.fund in asking.council.funds
    ]
    # Before anything is told of an account, such as its stop: who may not work with it learns nothing.
    permit_accounts(asking.installation, asking.connection, asking.rights, wanted)
    known = holders.current(asking.connection, wanted)
    return _every(items, lambda item: _checked(asking, unit, item, known))


def _every(items: Sequence[BasketItem], check: Callable[[BasketItem], LineInput]) -> list[LineInput]:
    lines: list[LineInput] = []
    faults: list[ImsError] = []
    for number, item in enumerate(items, start=1):
        try:
            lines.append(check(item))
        except (InvalidValue, RuleViolation) as error:
            error.data["item"] = number
            faults.append(error)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        said = "\n".join(f"Item {fault.data['item']}: {fault.message}" for fault in faults)
        raise InvalidValue("basket_refused", said, faults=tuple(faults))
    return lines


def _checked(
    asking: Asking, unit: Unit, item: BasketItem, known: Mapping[Account, AccountHolder]
) -> LineInput:
    council, rights = asking.council, asking.rights
    item_checks.check_fund(council, item.fund, portal=asking.channel is Channel.PORTAL)
    mop = ""
    if asking.methods:
        usual = CHANNEL_METHODS.get(asking.channel)
        mop = item_checks.method_of(council, rights, item.mop, usual, certain=asking.certain)
        item_checks.check_method(council, rights, mop)
    if asking.certain and item.amount.pence < 0:
        item_checks.check_negative(council, item, mop)
    else:
        item_checks.check_amount(council, item.fund, mop, item.amount)
    if asking.channel is Channel.PORTAL:
        item_checks.check_portal_reference(item.account_reference)
    format_ = council.references.format_of(item.fund)
    reference = item_checks.canonical(format_, item.account_reference)
    holder = known.get((item.fund, reference))
    item_checks.check_reference(
        council.funds[item.fund], format_, reference, holder, given=item.account_reference, today=asking.today
    )
    if holder is not None and item_checks.check_stop(council, rights, holder, alone=asking.alone):
        note_use(unit, Permission.ACCOUNT_PAY_STOPPED)
    check_vat_code(council, item.fund, item.vat_code)
    return line_for(
        council, fund=item.fund, account_reference=reference, amount=item.amount, mop=mop, taken_on=asking.today,
        vat_code=item.vat_code, narrative=item.narrative,
    )  # fmt: skip


def _check_size(asking: Asking, items: Sequence[BasketItem]) -> None:
    if not items:
        raise InvalidValue("basket_empty", "There is nothing in the basket. Add what is to be paid.")
    if asking.channel is Channel.PORTAL and len(items) > PORTAL_ITEMS:
        message = f"The basket has {len(items)} items; {PORTAL_ITEMS} can be paid at once. Pay the rest after these."
        raise RuleViolation("basket_too_large", message, items=len(items))


def _check_repeats(asking: Asking, unit: Unit, lines: Sequence[LineInput]) -> None:
    seen: set[tuple[str, str | None]] = set()
    for number, line in enumerate(lines, start=1):
        account = (line.fund, line.account_reference)
        if account in seen:
            if not asking.rights.has(Permission.BASKET_REPEAT_REFERENCE):
                message = f"Account {line.account_reference} of fund {line.fund} is in the basket twice. Pay one amount for it."
                raise RuleViolation("duplicate_item", message, item=number, value=line.account_reference)
            note_use(unit, Permission.BASKET_REPEAT_REFERENCE)
        seen.add(account)


def _check_providers(council: Council, lines: Sequence[LineInput]) -> None:
    providers = {council.methods[line.mop].provider for line in lines}
    if len(providers) > 1:
        named = ", ".join(sorted(provider or "none" for provider in providers))
        message = (
            f"The basket's methods of payment belong to different providers ({named}). Pay them one by one."
        )
        raise RuleViolation("several_providers", message, providers=named)


def _check_payer(council: Council, lines: Sequence[LineInput], payer: Payer) -> None:
    if any(council.funds[line.fund].address_required for line in lines):
        for name, field in _REQUIRED.items():
            if getattr(payer, field) is None:
                message = f"The payer's {name} is missing; one of the funds asks for it."
                raise InvalidValue("payer_incomplete", message, field=field)
    for field in _LETTERED:
        value = getattr(payer, field)
        if value is not None and not any(map(str.isalpha, value)):
            message = f"The payer's {field.replace('_', ' ')} '{quoted(value)}' has no letter in it."
            raise InvalidValue("payer_without_letters", message, field=field)


_REQUIRED = {
    "name": "name",
    "first line of address": "address_1",
    "town": "address_3",
    "postcode": "postcode",
}
_LETTERED = ("name", "address_1", "address_2", "address_3", "address_4")
