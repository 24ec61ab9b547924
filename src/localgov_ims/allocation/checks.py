"""What is asked of a row when the rules are done, in the order in which the first doubt is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen

from localgov_ims.allocation.rows import Holders, HolderState, References
from localgov_ims.allocation.values import LONGEST
from localgov_ims.domain.funds import Fund
from localgov_ims.domain.methods import MethodOfPayment
from localgov_ims.domain.money import Money
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.domain.suspense import SuspenseReason

Doubt = tuple[SuspenseReason, str | None]
"""Why a row cannot be placed, and the finer reason."""

_LONGEST: Final = LONGEST["account_reference"]
_AFTER_THE_PATTERN: Final = frozenset({"reference_mask", "reference_check_digit"})
"""What an account that is known to exist may fail, as when a person pays to it (`payments.md` 6)."""


@frozen
class _FundChecks:
    """What a fund asks, looked up once."""

    code: str
    doubt: Doubt | None
    compact: Callable[[str], str]
    fits: Callable[[str], bool]
    format: ReferenceFormat | None
    account_must_exist: bool
    maximum: int | None


@frozen
class _MethodChecks:
    minimum: int | None
    maximum: int | None


class Checks:
    """The checks of a council's funds and methods of payment, as `income.md` 11.2 orders them."""

    def __init__(self, references: References) -> None:
        """Look up once what every row is asked."""
        self._funds = {code: _fund_checks(fund, references) for code, fund in references.funds.items()}
        self._methods: dict[str, _MethodChecks] | None = None
        if references.methods is not None:
            usable = {code: method for code, method in references.methods.items() if not method.disabled}
            self._methods = {code: _method_checks(method) for code, method in usable.items()}
        self._unlimited = frozenset(
            code
            for code, each in (self._methods or {}).items()
            if each.minimum is None and each.maximum is None
        )

    def canonical(self, fund: str, reference: str) -> str:
        """Return a reference as accounts of its fund are kept, whether or not it fits."""
        known = self._funds.get(fund)
        return known.compact(reference) if known is not None else reference

    def judged(
        self, fund: str, reference: str, mop: str, pence: int, holders: Holders, allow_negative: bool  # noqa: FBT001
    ) -> str | Doubt:  # fmt: skip
        """Return the reference in canonical form where a line is well, else the first doubt about it."""
        known = self._funds.get(fund)
        if known is None:
            return (SuspenseReason.UNKNOWN_FUND, fund) if fund else (SuspenseReason.NO_FUND, None)
        if known.doubt is not None:
            return known.doubt
        canonical = known.compact(reference)
        if (
            pence >= 0
            and (mop in self._unlimited or self._methods is None)
            and not known.account_must_exist
            and (known.maximum is None or pence <= known.maximum)
            and known.fits(canonical)
        ):
            return canonical  # as for nearly every row; what follows tells the others apart
        doubt = self._of_method(mop, pence) if self._methods is not None else None
        if doubt is None and (known.account_must_exist or not known.fits(canonical)):
            doubt = _of_reference(known, canonical, holders)
        if doubt is None and known.maximum is not None and pence > known.maximum:
            doubt = SuspenseReason.OVER_MAXIMUM, None
        if doubt is None and pence < 0 and not allow_negative:
            doubt = SuspenseReason.NEGATIVE_AMOUNT, None
        return canonical if doubt is None else doubt

    def _of_method(self, mop: str, pence: int) -> Doubt | None:
        method = self._methods.get(mop) if self._methods is not None else None
        if method is None:
            return SuspenseReason.MOP_NOT_ALLOWED, mop or None
        if method.maximum is not None and pence > method.maximum:
            return SuspenseReason.MOP_NOT_ALLOWED, "amount_over_mop_max"
        # Money that goes out is below every minimum; whether it may is asked last.
        if method.minimum is not None and 0 <= pence < method.minimum:
            return SuspenseReason.MOP_NOT_ALLOWED, "amount_under_mop_min"
        return None


def _of_reference(fund: _FundChecks, reference: str, holders: Holders) -> Doubt | None:
    fault = _fault(fund, reference)
    state = holders.state(fund.code, reference) if fund.account_must_exist else None
    lenient = fund.account_must_exist and fault in _AFTER_THE_PATTERN
    if fault is not None and not (lenient and (state is not None or fault == "reference_mask")):
        return SuspenseReason.INVALID_REFERENCE, fault
    if not fund.account_must_exist:
        return None
    if state is None:
        return SuspenseReason.NO_ACCOUNT, "account_not_found"
    return (SuspenseReason.ACCOUNT_CLOSED, "account_closed") if state is HolderState.CLOSED else None


def _fault(fund: _FundChecks, reference: str) -> str | None:
    fault = fund.format.fault(reference) if fund.format is not None else None
    if fault is not None:
        return fault[0]
    if len(reference) > _LONGEST:
        return "reference_length"
    return None if not reference or reference.isprintable() else "reference_characters"


def _free(reference: str) -> bool:
    return len(reference) <= _LONGEST and (not reference or reference.isprintable())


def _fund_checks(fund: Fund, references: References) -> _FundChecks:
    format_ = references.format_of(fund.code)
    doubt: Doubt | None = None
    if fund.suspense:
        doubt = SuspenseReason.NO_FUND, None
    elif fund.disabled:
        doubt = SuspenseReason.DISABLED_FUND, fund.code
    return _FundChecks(
        fund.code, doubt, format_.compact if format_ is not None else str.strip,
        format_.accepts if format_ is not None else _free, format_, fund.account_must_exist, _pence(fund.maximum),
    )  # fmt: skip


def _method_checks(method: MethodOfPayment) -> _MethodChecks:
    return _MethodChecks(_pence(method.minimum), _pence(method.maximum))


def _pence(amount: Money | None) -> int | None:
    return amount.pence if amount is not None else None
