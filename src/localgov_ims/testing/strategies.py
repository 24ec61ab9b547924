"""Hypothesis strategies for the words of the domain: whatever is valid, the awkward included."""

from __future__ import annotations

from datetime import date

from attrs import frozen
from hypothesis import strategies as st

from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Role, Side, Source
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber

AWKWARD = ",;|\"'= +-@£€é&<>ÿŴ"
"""Characters that files quote, spreadsheets run or encodings lack."""

_MOST_SOURCES = 3


def money(least: int = -(10**11), most: int = 10**11) -> st.SearchStrategy[Money]:
    """Give amounts between *least* and *most* pence, by default to a thousand million pounds either way."""
    return st.integers(least, most).map(Money)


def texts(characters: str = "ABCdef012 /-.", most: int = 30) -> st.SearchStrategy[str]:
    """Give texts of one line that are not blank."""
    return st.text(characters, min_size=1, max_size=most).filter(str.strip)


def accounts(dimensions: int = 3) -> st.SearchStrategy[LedgerAccount]:
    """Give ledger accounts with up to so many dimensions."""
    codes = st.from_regex("[1-9][0-9]{3}", fullmatch=True)
    return st.builds(LedgerAccount, codes, st.lists(texts("ABC123", 8), max_size=dimensions).map(tuple))


@frozen
class _Leg:
    role: Role
    side: Side
    amount: Money
    fund: str | None = None
    vat_code: str | None = None


@st.composite
def _legs(draw: st.DrawFn) -> list[_Leg]:
    """Give the legs of one source: clearing against one or more funds, some with VAT on a line of its own."""
    nets = draw(st.lists(money(1, 10**10), min_size=1, max_size=3))
    taxes = [draw(st.sampled_from([Money(0), Money(1), Money(net.pence // 5)])) for net in nets]
    first = draw(st.sampled_from(Side))
    funds = [
        _Leg(Role.FUND, first.other, net, f"{n}", "S" if tax else draw(st.sampled_from([None, "Z"])))
        for n, (net, tax) in enumerate(zip(nets, taxes, strict=True))
    ]
    vat = [_Leg(Role.VAT, first.other, tax, f"{n}", "S") for n, tax in enumerate(taxes) if tax]
    return [_Leg(Role.CLEARING, first, Money.total([*nets, *taxes])), *funds, *vat]


@st.composite
def journals(
    draw: st.DrawFn, references: st.SearchStrategy[str] | None = None, *, dimensions: int = 3
) -> Journal:
    """Give balanced journals of one day.

    Args:
        draw: Hypothesis's own.
        references: What the lines' references (and so their narratives) are made of.
        dimensions: How many dimensions a ledger account has at most.
    """
    references = texts() if references is None else references
    on = draw(st.dates(date(2024, 4, 1), date(2030, 3, 31)))
    lines: list[JournalLine] = []
    for number in range(draw(st.integers(1, _MOST_SOURCES))):
        source, reference = Source("line", str(number)), draw(references)
        lines += [
            JournalLine(
                number=place, account=draw(accounts(dimensions)), side=leg.side, amount=leg.amount, role=leg.role,
                kind="Receipt", narrative=f"Receipt {reference}", reference=reference, taken_on=on, source=source,
                vat_code=leg.vat_code, fund=leg.fund,
            )
            for place, leg in enumerate(draw(_legs()), len(lines) + 1)
        ]  # fmt: skip
    return Journal(
        number=f"MAIN-{on:%Y%m%d}-{draw(st.integers(1, 999)):03d}", ledger="MAIN", accounting_on=on,
        period=PeriodNumber.of(on), created_on=on, lines=tuple(lines),
    )  # fmt: skip
