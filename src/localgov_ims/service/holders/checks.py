"""What an account holder is checked against: the council's funds, their reference formats and their messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, field, frozen

from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.files.holder_fields import HolderRow, applied
from localgov_ims.files.reading import IssueLog
from localgov_ims.files.seen import Seen
from localgov_ims.service.council import Council
from localgov_ims.storage.holders import Account


def canonical(council: Council, fund: str, reference: str) -> str:
    """Return a reference as accounts of a fund are kept and looked up, whether or not it fits the fund's format."""
    format_ = council.references.format_of(fund)
    return format_.compact(reference) if format_ is not None else reference.strip()


def parsed(council: Council, fund: str, reference: str) -> str:
    """Return a reference that a person typed in its canonical form.

    Raises:
        InvalidValue: There is no such fund (`unknown_fund`), the reference is blank, or it does not fit the format
            of the fund.
    """
    if fund not in council.funds:
        message = f"There is no fund {fund!r}. There are: {', '.join(council.funds)}."
        raise InvalidValue("unknown_fund", message, value=fund)
    format_ = council.references.format_of(fund)
    if format_ is not None:
        return format_.parse(reference).text
    if not reference.strip():
        raise InvalidValue("reference_missing", "The account reference is empty.", value=reference)
    return reference.strip()


def check_message(council: Council, holder: AccountHolder) -> None:
    """Refuse a message that an account holder cannot carry.

    Raises:
        RuleViolation: There is no such message (`message_not_found`), or it is of another fund
            (`message_of_other_fund`).
    """
    if holder.message is None:
        return
    found = council.messages.get(holder.message)
    own = [message.code for message in council.messages.values() if message.fund == holder.fund]
    offered = f"Messages of fund {holder.fund}: {', '.join(own) or 'none'}."
    if found is None:
        message = f"There is no fund message {holder.message!r}. {offered}"
        raise RuleViolation("message_not_found", message, value=holder.message)
    if found.fund != holder.fund:
        message = f"Fund message {found.code!r} is of fund {found.fund}, not of fund {holder.fund}. {offered}"
        raise RuleViolation("message_of_other_fund", message, value=found.code, fund=holder.fund)


@frozen
class HolderJudge:
    """Judges the rows of a file against a council.

    Every fault goes to `log`, which says whether the file is refused; warnings of references that do not fit go to
    `misfits`, so that however many of them leave no fault untold.
    """

    council: Council
    seen: Seen
    log: IssueLog = field(factory=IssueLog)
    misfits: IssueLog = field(factory=IssueLog)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The first faults, then the first warnings."""
        return (*self.log.kept, *self.misfits.kept)

    @property
    def issue_count(self) -> int:
        """How many there were of both."""
        return self.log.count + self.misfits.count

    def account(self, row: HolderRow) -> tuple[Account, Issue | None]:
        """Return the account that a row names, its reference in canonical form, and what is wrong with it."""
        fund, reference = row.fields.get("fund"), row.fields.get("account_reference")
        if type(fund) is not str or type(reference) is not str or not reference.strip():
            return row.key, self._key_fault(row)
        if fund not in self.council.funds or "\0" in reference:
            return row.key, self._key_fault(row)
        return (fund, canonical(self.council, fund, reference)), None

    def judged(self, row: HolderRow, before: AccountHolder) -> AccountHolder | Issue:
        """Return an account holder with what a row says of it, or the first fault in that."""
        after = applied(row, before)
        if isinstance(after, Issue):
            return after
        return message_fault(self.council, row, before.message, after) or after

    def repeats(self, rows: Iterable[tuple[HolderRow, Account]]) -> dict[str, str]:
        """Return the places of rows whose account was named before, each with the place where it was."""
        return self.seen.repeated((f"{fund} {reference}", row.place) for row, (fund, reference) in rows)

    def unseen(self, accounts: Sequence[Account]) -> list[Account]:
        """Return the accounts that no row has named."""
        named = self.seen.among(f"{fund} {reference}" for fund, reference in accounts)
        return [account for account, there in zip(accounts, named, strict=True) if not there]

    def repeated(self, row: HolderRow, first: str) -> Issue:
        """Return the Issue about a row that says otherwise than another of the same account, at *first*."""
        message = f"This account stands at {first} already, and this row says otherwise. Ask the sender which is right."
        return _issue(row, "duplicate-id", "account_reference", row.key[1], message)

    def _key_fault(self, row: HolderRow) -> Issue | None:
        fund, reference = row.key
        for name, value in (("fund", fund), ("account_reference", reference)):
            if not value.strip():
                message = (
                    f"There is no {name.replace('_', ' ')}. Every account holder has a fund and a reference."
                )
                return _issue(row, "missing-field", name, "", message)
            if "\0" in value:  # which PostgreSQL cannot even look for
                return _issue(
                    row, "bad-field", name, value, f"The {name.replace('_', ' ')} holds a null character."
                )
        if fund not in self.council.funds:
            message = f"There is no fund {fund!r}. There are: {', '.join(self.council.funds)}."
            return _issue(row, "unknown-code", "fund", fund, message)
        return None

    def warn_of_misfit(self, row: HolderRow, account: Account) -> None:
        """Warn of a reference that does not fit its fund's format."""
        format_ = self.council.references.format_of(account[0])
        fault = format_.fault(account[1]) if format_ is not None else None
        if format_ is not None and fault is not None:
            message = (
                f"It is no {format_.name} reference: {fault[1]}. The account is loaded as it stands, but nobody can pay "
                "to it by a checked reference."
            )
            issue = _issue(row, "misfit-reference", "account_reference", account[1], message)
            self.misfits.add(evolve(issue, severity=Severity.WARNING))


def message_fault(council: Council, row: HolderRow, before: str | None, after: AccountHolder) -> Issue | None:
    """Return what is wrong with the message that an account is to carry; nothing is with the one that it has."""
    try:
        # A message that is gone from the settings must not refuse every later file of balances.
        if after.message != before:
            check_message(council, after)
    except RuleViolation as error:
        return _issue(row, "unknown-code", "message", after.message or "", error.message)
    return None


def holder_fault(
    council: Council, row: HolderRow, account: Account, before: str | None, message: str | None
) -> Issue | None:
    """Return what is wrong with the reference of an account or the message that it is to carry."""
    try:
        made = AccountHolder(fund=account[0], account_reference=account[1], message=message)
    except InvalidValue as error:
        return _issue(row, "bad-field", "account_reference", row.key[1], error.message)
    return message_fault(council, row, before, made)


def _issue(row: HolderRow, code: str, field: str, value: str, message: str) -> Issue:
    return Issue(code=code, place=row.place, field=field, value=value, message=message)
