"""Hypothesis strategies for the words of the domain: whatever is valid, the awkward included."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from hypothesis import strategies as st

from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Posting, Role, Side, Source
from localgov_ims.domain.money import Money

AWKWARD = ",;|\"'= +-@£€é&<>ÿŴ"
"""Characters that files quote, spreadsheets run or encodings lack."""

_MOST_SOURCES = 6


def money(least: int = -(10**11), most: int = 10**11) -> st.SearchStrategy[Money]:
    """Give amounts between *least* and *most* pence, by default to a thousand million pounds either way."""
    return st.integers(least, most).map(Money)


def texts(characters: str = "ABCdef012 /-.", most: int = 30) -> st.SearchStrategy[str]:
    """Give texts of one line that are not blank."""
    return st.text(characters, min_size=1, max_size=most).filter(str.strip)


def accounts() -> st.SearchStrategy[LedgerAccount]:
    """Give ledger accounts with up to three dimensions."""
    codes = st.from_regex("[1-9][0-9]{3}", fullmatch=True)
    return st.builds(LedgerAccount, codes, st.lists(texts("ABC123", 8), max_size=3).map(tuple))


@st.composite
def postings(draw: st.DrawFn, source: Source, on: date, references: st.SearchStrategy[str]) -> list[Posting]:
    """Give the postings of one source: an amount on one side against one or more that add up to it."""
    parts = draw(st.lists(money(1), min_size=1, max_size=4))
    first, reference = draw(st.sampled_from(Side)), draw(references)
    return [
        Posting(
            source=source, role=role, side=side, account=draw(accounts()), amount=amount, kind="Receipt",
            reference=reference, accounting_on=on, taken_on=on,
            vat_code=draw(st.sampled_from([None, "S", "Z"])),
        )
        for role, side, amount in [
            (Role.CLEARING, first, Money.total(parts)),
            *((Role.FUND, first.other, part) for part in parts),
        ]
    ]  # fmt: skip


@st.composite
def journals(draw: st.DrawFn, references: st.SearchStrategy[str] | None = None) -> Journal:
    """Give balanced journals of one day.

    Args:
        draw: Hypothesis's own.
        references: What the lines' references (and so their narratives) are made of.
    """
    references = texts() if references is None else references
    on = draw(st.dates(date(2024, 4, 1), date(2030, 3, 31)))
    sources = [Source("line", str(number)) for number in range(draw(st.integers(1, _MOST_SOURCES)))]
    given = [each for source in sources for each in draw(postings(source, on, references))]
    return Journal(
        id=UUID(int=draw(st.integers(1, 2**128 - 1))),
        number=f"MAIN-{on:%Y%m%d}-{draw(st.integers(1, 999)):03d}",
        ledger="MAIN",
        accounting_on=on,
        created_on=on,
        lines=tuple(JournalLine(number=number, posting=posting) for number, posting in enumerate(given, 1)),
    )
