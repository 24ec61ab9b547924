"""The standard CSV of income: what is written is read back as the same."""

import io
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.builtin import ims_file_formats
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import VatRate
from localgov_ims.files.reading import choose, events, read
from localgov_ims.files.standard_income import HEADER, write

READER = next(reader for reader in ims_file_formats() if reader.name == "standard-income")
AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def file_of(rows: list[IncomeRow]) -> bytes:
    return b"".join(write(rows))


def read_back(data: bytes) -> list[IncomeRow]:
    found = list(events(READER, io.BytesIO(data)))
    return [event for event in found if isinstance(event, IncomeRow)]


def texts(longest: int) -> st.SearchStrategy[str]:
    kept = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=longest)
    return kept.map(str.strip)


MOMENTS = st.timedeltas(timedelta(), timedelta(days=36_000)).map(
    lambda since: datetime(1990, 1, 1, tzinfo=UTC) + since
)


@st.composite
def income(draw: st.DrawFn) -> IncomeRow:
    """Draw a receipt with anything that the standard layout can say."""
    at = draw(st.none() | MOMENTS)
    provider = draw(texts(36))
    pence = st.integers(-(10**15), 10**15).map(Money)
    return IncomeRow(
        position=1, amount=draw(pence), taken_at=at,
        taken_on=local_day(at) if at is not None else draw(st.dates(date(1990, 1, 1))),
        entered_at=draw(st.none() | MOMENTS), account_reference=draw(texts(50).filter(lambda t: "E+" not in t)),
        fund=draw(texts(5)), mop=draw(texts(5)), office=draw(texts(2)), vat_code=draw(texts(2)),
        vat_rate=draw(st.none() | st.integers(0, 1000).map(VatRate)), vat_amount=draw(st.none() | pence),
        narrative=draw(texts(100)), source_reference=provider, provider_reference=provider,
        source_internal_reference=draw(texts(36)), extra={"reference": draw(texts(40)), "user": draw(texts(10))},
    )  # fmt: skip


@given(st.lists(income(), min_size=1, max_size=5))
def test_what_is_written_is_read_back_as_the_same(made: list[IncomeRow]) -> None:
    found = read_back(file_of(made))
    for number, (before, after) in enumerate(zip(made, found, strict=True), 1):
        assert vars(after) | {"line": 0, "position": 1} == vars(before)
        assert after.position == number


@given(st.integers(0, 48 * 60 * 4))
def test_no_moment_of_the_two_days_when_clocks_change_is_lost(quarter: int) -> None:
    for begin in (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)):
        at = begin + timedelta(seconds=15 * quarter)
        row = IncomeRow(position=1, amount=Money(1), taken_on=local_day(at), taken_at=at)
        (back,) = read_back(file_of([row]))
        assert (back.taken_at, back.taken_on) == (at, local_day(at))


def test_a_file_has_a_header_quotes_iso_dates_and_24_hour_london_times() -> None:
    row = IncomeRow(
        position=1, amount=Money(-666), taken_on=date(2026, 7, 1), taken_at=AT, account_reference="=77", narrative='a "b"',
        extra={"reference": "T-1"},
    )  # fmt: skip
    assert file_of([row]).decode() == (
        ",".join(f'"{name}"' for name in HEADER)
        + '\r\n"T-1","","","","","2026-07-01 09:30:00","\'=77","","","","-6.66","","","","a ""b"""\r\n'
    )


def test_a_file_without_receipts_is_its_header_and_is_refused_when_it_is_read() -> None:
    file = read([READER], io.BytesIO(file_of([])))
    assert [issue.code for entry in file.entries for issue in entry.issues] == ["truncated"]


def test_it_is_written_in_parts_and_known_by_its_header() -> None:
    row = IncomeRow(position=1, amount=Money(1), taken_on=date(2026, 7, 1))
    parts = list(write(row for _ in range(2500)))
    assert len(parts) == 3
    stream = io.BytesIO(b"".join(parts))
    assert choose(ims_file_formats(), stream) == READER
    assert len(read_back(stream.getvalue())) == 2500
