"""Suggesting where an item of suspense may belong: never applied unasked, each with its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.finding import Finder
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.domain.suggestions import (
    Account,
    Evidence,
    Ground,
    Strength,
    Suggestion,
    names_in,
    nearly,
    ranked,
    words_like_references,
)
from localgov_ims.errors import NotPermitted
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.rules.bank_rows import said_of_part
from localgov_ims.service.suspense.items import Held, bank_line_of, held
from localgov_ims.storage import holders
from localgov_ims.storage import suggesting as stored

REGULARLY: Final = 3
"""How often an account must have had an amount for it to be a regular one."""

_OFTEN: Final = 2
_MOST_ALIKE: Final = 50


@frozen(kw_only=True)
class Suggestions:
    """What is suggested for an item, at most five; `hidden`: how many more are equal to the last of them."""

    item: str
    found: tuple[Suggestion, ...]
    hidden: int


def suggest(installation: Installation, reference: str) -> Suggestions:
    """Return the accounts that an item may belong to, in one's own funds and not restricted, those that most speaks for first.

    Raises:
        NotFound: There is no such item.
        NotPermitted: The permission suspense.view is missing.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.SUSPENSE_VIEW)
        (item,) = held(connection, [reference]).values()
        asking = _Asking(installation, connection, item)
        evidence = list(asking.everything())
        hands_on = {
            account
            for account in {each.account for each in evidence}
            if rights.sees(account[0]) and _may_touch(installation, connection, rights, account)
        }
    mine = [each for each in evidence if each.account in hands_on]
    found, hidden = ranked(mine)
    return Suggestions(item=item.line.reference, found=tuple(found), hidden=hidden)


def _may_touch(installation: Installation, connection: Connection, rights: Rights, account: Account) -> bool:
    try:
        permit_accounts(installation, connection, rights, [account])
    except NotPermitted:
        return False
    return True


class _Asking:
    """One item, and what is asked about it."""

    def __init__(self, installation: Installation, connection: Connection, item: Held) -> None:
        self._council: Council = installation.council
        self._connection = connection
        self._item = item
        self._today = local_day(installation.clock())
        bank = bank_line_of(connection, item)
        self._bank = said_of_part(bank, item.transaction, item.line) if bank is not None else None
        text = self._bank.text if self._bank is not None else item.line.narrative
        self._text = text or ""
        self._reference = item.item.received_reference or ""
        self._funds = {
            code: fund
            for code, fund in self._council.funds.items()
            if not fund.suspense and not fund.disabled
        }

    def everything(self) -> Iterator[Evidence]:
        """Yield all that speaks for any account; closed ones are never suggested."""
        evidence = [
            *self._by_reference(), *self._by_narrative(), *self._by_misprint(), *self._by_payer(), *self._by_amount(),
            *self._by_balance(), *self._by_surname(),
        ]  # fmt: skip
        known = self._known({each.account for each in evidence})
        words = names_in(self._text)
        for each in evidence:
            if not self._refused(each.account, known):
                yield each
        besides = {each.account for each in evidence if each.ground is not Ground.SURNAME_IN_NARRATIVE}
        for account, holder in known.items():
            name = holder.person.surname
            if account in besides and name and name.casefold() in words and not self._refused(account, known):
                yield self._said(
                    account, Ground.SURNAME_IN_NARRATIVE, Strength.FAIR, f"{name} stands in the narrative"
                )

    def _by_reference(self) -> Iterator[Evidence]:
        fitting = [
            (code, form.compact(self._reference)) for code, form in self._formats() if self._fits(form)
        ]
        if len(fitting) == 1:
            (account,) = fitting
            yield self._said(
                account,
                Ground.VALID_IN_ONE_FUND,
                Strength.STRONG,
                f"{account[1]} came with it and is valid in this fund alone",
            )

    def _fits(self, form: ReferenceFormat) -> bool:
        return bool(self._reference) and form.accepts(form.compact(self._reference))

    def _by_narrative(self) -> Iterator[Evidence]:
        formats = {form.name: form for _, form in self._formats()}
        found = {(each.format, each.reference.text) for each in Finder(formats.values()).find(self._text)}
        accounts = [
            (code, text) for code, form in self._formats() for name, text in found if form.name == name
        ]
        if len(accounts) == 1:
            (account,) = accounts
            said = f"{account[1]} is the only reference in the narrative"
            yield self._said(account, Ground.REFERENCE_IN_NARRATIVE, Strength.STRONG, said)

    def _by_misprint(self) -> Iterator[Evidence]:
        written: dict[Account, str] = {}
        for word in words_like_references(self._reference, self._text):
            for code, form in self._formats():
                meant = form.compact(word)
                if form.accepts(meant):
                    continue
                written |= {(code, other): word for other in nearly(meant) if form.accepts(other)}
        known = self._known(set(written))
        for account in known:
            own = self._council.references.format_of(account[0])
            strength = Strength.FAIR if own is not None and own.check_digit is not None else Strength.WEAK
            said = f"{written[account]} is one slip from the open account {account[1]}"
            yield self._said(account, Ground.NEARLY_AN_ACCOUNT, strength, said)

    def _by_payer(self) -> Iterator[Evidence]:
        line, connection = self._item.line.id, self._connection
        alike = stored.cleared_like(connection, line, self._reference) if self._reference else []
        if self._bank is not None:
            payer = self._bank
            alike += stored.cleared_of_payer(connection, payer.counterparty_account, payer.counterparty_name)
        before = Counter(account for _, account in set(stored.paid_from(connection, set(alike) - {line})))
        for account, times in before.items():
            strength = Strength.STRONG if times >= _OFTEN and len(before) == 1 else Strength.FAIR
            said = f"the same payer was cleared here {times} time{'s' if times > 1 else ''} before"
            yield self._said(account, Ground.PAID_THERE_BEFORE, strength, said)

    def _by_amount(self) -> Iterator[Evidence]:
        suspense, amount = self._council.suspense_fund.code, self._item.line.amount
        for account, times in stored.paid_alike(self._connection, amount, suspense, REGULARLY):
            said = f"{amount.shown()} was paid here {times} times"
            yield self._said(account, Ground.SAME_AMOUNT, Strength.WEAK, said)

    def _by_balance(self) -> Iterator[Evidence]:
        amount = self._item.left
        found = stored.owing(self._connection, amount, _MOST_ALIKE) if amount else []
        for account in found:
            strength = Strength.FAIR if len(found) == 1 else Strength.WEAK
            yield self._said(account, Ground.BALANCE_EQUALS, strength, f"its balance is {amount.shown()}")

    def _by_surname(self) -> Iterator[Evidence]:
        found = stored.named(self._connection, names_in(self._text), _MOST_ALIKE)
        strength = Strength.FAIR if len(found) == 1 else Strength.WEAK
        for account in found:
            said = "its holder's surname stands in the narrative"
            yield self._said(account, Ground.SURNAME_IN_NARRATIVE, strength, said)

    def _known(self, accounts: Collection[Account]) -> dict[Account, AccountHolder]:
        """Return the open accounts among some."""
        found = holders.current(self._connection, accounts) if accounts else {}
        return {account: holder for account, holder in found.items() if not holder.closed(self._today)}

    def _refused(self, account: Account, known: Collection[Account]) -> bool:
        fund = self._funds.get(account[0])
        return fund is None or (fund.account_must_exist and account not in known)

    def _formats(self) -> Iterator[tuple[str, ReferenceFormat]]:
        for code in self._funds:
            form = self._council.references.format_of(code)
            if form is not None:
                yield code, form

    @staticmethod
    def _said(account: Account, ground: Ground, strength: Strength, said: str) -> Evidence:
        return Evidence(
            account=account, ground=ground, strength=strength, said=f"{said[0].upper()}{said[1:]}."
        )
