"""Importing files: all or nothing, once, whatever they are called and in whatever order they come."""

from __future__ import annotations

import io
import threading
from datetime import date

import pytest
import sqlalchemy as sa
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.service.files import MONDAY, camt, csv, days_csv, entry, payout

from localgov_ims.domain.money import Money
from localgov_ims.service.files.importing import ImportResult, import_file, import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.storage import files as stored_files
from localgov_ims.storage import settlements, statements
from localgov_ims.storage.store import Store

TUESDAY = date(2026, 5, 12)


def _rows(store: Store, table: sa.Table) -> int:
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _codes(result: ImportResult) -> list[str]:
    return [issue.code for issue in result.issues if issue.stops]


def test_a_statement_is_recorded_with_its_lines(installation: Installation) -> None:
    result = import_file(installation, camt(entry("12.50", "A"), entry("-2.50", "B")))
    assert (result.status, result.format) == ("recorded", "camt053")
    assert result.counts == {"statements": 1, "lines": 2}
    with installation.store.reading() as connection:
        lines = list(statements.some_lines(connection))
    assert [line.line.amount for line in lines] == [Money(1250), Money(-250)]
    assert [line.line.narrative for line in lines] == [("A",), ("B",)]
    assert {line.account for line in lines} == {"main"}


def test_the_same_file_again_is_seen_and_changes_nothing(installation: Installation) -> None:
    import_file(installation, camt(entry("12.50")))
    again = import_file(installation, camt(entry("12.50"), name="another name.xml"))
    assert again.status == "seen"
    assert _rows(installation.store, statements.lines) == 1
    assert _rows(installation.store, stored_files.files) == 1


def test_the_same_statement_in_other_bytes_is_seen(installation: Installation) -> None:
    import_file(installation, camt(entry("12.50")))
    other = camt(entry("12.50"))
    spaced = Incoming(
        name="spaced.xml", stream=io.BytesIO(other.stream.read().replace(b"</Ntry>", b"</Ntry>\n\n"))
    )
    assert import_file(installation, spaced).status == "seen"
    assert _rows(installation.store, statements.lines) == 1


def test_the_same_statement_with_other_content_is_refused_and_both_are_kept(
    installation: Installation,
) -> None:
    import_file(installation, camt(entry("12.50")))
    result = import_file(installation, camt(entry("12.51")))
    assert result.status == "refused"
    assert _codes(result) == ["already-imported"]
    assert _rows(installation.store, statements.lines) == 1
    assert _rows(installation.store, stored_files.files) == 2


def test_two_equal_payments_of_one_day_are_two_lines(installation: Installation) -> None:
    result = import_file(installation, csv(entry("25.00", "J SMITH"), entry("25.00", "J SMITH")))
    assert result.counts["lines"] == 2


def test_an_overlapping_download_brings_only_what_is_new(installation: Installation) -> None:
    monday = [entry("25.00", "J SMITH"), entry("25.00", "J SMITH")]
    import_file(installation, csv(*monday))
    both = import_file(installation, days_csv([(MONDAY, monday), (TUESDAY, [entry("30.00", "R PATEL")])]))
    assert (both.status, both.counts) == ("recorded", {"statements": 1, "lines": 1, "seen_lines": 2})
    assert import_file(installation, csv(*monday, name="again.csv")).status == "seen"
    assert all(law.holds for law in verify(installation))


def test_a_day_that_is_not_over_is_refused(installation: Installation) -> None:
    result = import_file(installation, csv(entry("25.00"), day=date(2026, 5, 13)))
    assert _codes(result) == ["date-out-of-range"]
    assert "not over" in result.issues[0].message


def test_another_banks_account_is_refused_by_name(installation: Installation) -> None:
    result = import_file(installation, camt(entry("12.50"), account="99999912345678"))
    assert _codes(result) == ["wrong-account"]
    assert "main (20000012345678)" in result.issues[0].message


def test_a_second_kind_of_file_for_an_account_would_double_its_lines_and_makes_none(
    installation: Installation,
) -> None:
    result = import_file(installation, camt(entry("12.50"), account="30000087654321"))
    assert (result.status, [issue.code for issue in result.issues]) == ("received", ["wrong-kind"])
    assert _rows(installation.store, statements.lines) == 0


def test_a_file_that_does_not_add_up_is_refused_whole_and_its_bytes_kept(installation: Installation) -> None:
    wrong = camt(entry("12.50"), entry("1.00"))
    data = wrong.stream.read().replace(b"1013.50", b"1013.51")
    result = import_file(installation, Incoming(name="wrong.xml", stream=io.BytesIO(data)))
    assert result.status == "refused"
    assert _codes(result) == ["balance-mismatch"]
    assert _rows(installation.store, statements.lines) == 0
    assert _rows(installation.store, stored_files.chunks) == 1
    assert all(law.holds for law in verify(installation))


def test_a_file_of_no_known_kind_is_refused_and_kept(installation: Installation) -> None:
    result = import_file(installation, Incoming(name="cat.jpg", stream=io.BytesIO(b"\xff\xd8\xff\xe0")))
    assert _codes(result) == ["unknown-message"]
    assert _rows(installation.store, stored_files.files) == 1


def test_an_empty_file_is_refused(installation: Installation) -> None:
    assert _codes(import_file(installation, Incoming(name="empty", stream=io.BytesIO()))) == ["truncated"]


def test_a_refused_file_may_be_tried_again_once_its_cause_is_gone(installation: Installation) -> None:
    """Tuesday's statement waits for Monday's; the file's history shows both attempts."""
    import_file(installation, camt(entry("1.00"), number=1, opening="1000.00", day=date(2026, 5, 8)))
    tuesday = camt(entry("2.00"), number=3, opening="1011.00", day=TUESDAY, name="tuesday.xml")
    refused = import_file(installation, tuesday)
    assert _codes(refused) == ["chain-broken"]
    assert "£1,011.00" in refused.issues[0].message
    import_file(installation, camt(entry("10.00"), number=2, opening="1001.00"))
    assert import_file(installation, tuesday).status == "recorded"
    with installation.store.reading() as connection:
        rows = connection.execute(
            sa.select(stored_files.events.c.status)
            .where(stored_files.events.c.file == refused.file)
            .order_by("sequence")
        ).scalars()
    assert list(rows) == ["received", "refused", "received", "in_progress", "recorded"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_the_order_of_the_files_named_does_not_matter(
    installation: Installation, order: tuple[int, ...]
) -> None:
    days = [
        camt(entry("1.00"), number=1, opening="1000.00", day=date(2026, 5, 8), name="1.xml"),
        camt(entry("10.00"), number=2, opening="1001.00", name="2.xml"),
        camt(entry("2.00"), number=3, opening="1011.00", day=TUESDAY, name="3.xml"),
    ]
    results = import_files(installation, [days[i] for i in order])
    assert [result.status for result in results] == ["recorded"] * 3


def test_a_settlement_is_recorded_with_its_lines(installation: Installation) -> None:
    result = import_file(installation, payout(("ch_1", "100.00", "1.60"), ("ch_2", "20.00", "0.48")))
    assert (result.status, result.counts) == ("recorded", {"settlements": 1, "lines": 2})
    with installation.store.reading() as connection:
        (found,) = settlements.some(connection)
    assert (found.source, found.reference) == ("stripe", "po_1")
    assert (found.gross, found.fees, found.net) == (Money(12000), Money(208), Money(11792))


def test_a_payout_with_other_content_is_refused(installation: Installation) -> None:
    import_file(installation, payout(("ch_1", "100.00", "1.60")))
    assert _codes(import_file(installation, payout(("ch_1", "100.00", "1.61")))) == ["already-imported"]
    assert import_file(installation, payout(("ch_1", "100.00", "1.60"), name="again.csv")).status == "seen"


def test_of_several_sources_of_one_format_a_payout_belongs_to_that_whose_name_it_says(
    installation: Installation,
) -> None:
    council = installation.council
    own, card = council.sources["stripe"], council.methods["90"]
    house = evolve(installation, council=evolve(
        council, sources={**council.sources, "parking": evolve(own, name="parking")},
        methods={**council.methods, "9P": evolve(card, code="9P", provider="parking")},
    ))  # fmt: skip
    assert import_file(house, payout(("ch_1", "100.00", "1.60"))).status == "recorded"
    with house.store.reading() as connection:
        assert [each.source for each in settlements.some(connection)] == ["stripe"]


def test_a_payouts_line_twice_is_refused_with_both_places(installation: Installation) -> None:
    result = import_file(installation, payout(("ch_1", "100.00", "1.60"), ("ch_1", "100.00", "1.60")))
    assert _codes(result) == ["duplicate-id"]
    assert result.issues[0].message.count("row") == 2
    assert _rows(installation.store, settlements.lines) == 0


def test_twenty_at_once_import_one_statement_once(installation: Installation) -> None:
    outcomes: list[str] = []

    def work() -> None:
        outcomes.append(import_file(installation, camt(entry("12.50"), entry("3.00"))).status)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(outcomes)) in (["recorded"], ["recorded", "seen"])
    assert len(outcomes) == 20
    assert _rows(installation.store, statements.lines) == 2
    assert _rows(installation.store, statements.statements) == 1
    assert all(law.holds for law in verify(installation))


@given(
    amounts=st.lists(st.integers(-50_000, 100_000).filter(bool), min_size=1, max_size=8),
    repeats=st.lists(st.sampled_from(["main.xml", "copy.xml", "again.xml"]), min_size=1, max_size=4),
)
def test_importing_any_statement_any_number_of_times_has_one_effect(
    amounts: list[int], repeats: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from datetime import UTC, datetime

    from localgov_ims.bootstrap.installing import open_installation
    from localgov_ims.simulator.small_council import settings_text

    folder = tmp_path_factory.mktemp("once")
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    council = open_installation(
        folder / "council.toml", clock=lambda: datetime(2026, 5, 13, tzinfo=UTC), by="tester", create=True
    )
    entries = [entry(str(Money(pence)), "SAME TEXT") for pence in amounts]
    statuses = [import_file(council, camt(*entries, name=name)).status for name in repeats]
    assert statuses == ["recorded", *["seen"] * (len(repeats) - 1)]
    with council.store.reading() as connection:
        recorded = [line.line.amount.pence for line in statements.some_lines(connection)]
    council.store.close()
    assert recorded == amounts


def test_days_without_movement_are_recorded_each_once(installation: Installation) -> None:
    quiet = [
        csv(opening=opening, day=MONDAY, name=f"{opening}.csv") for opening in ("50.00", "50.00", "70.00")
    ]
    first, again, other = [import_file(installation, file) for file in quiet]
    assert (first.status, first.counts) == ("recorded", {"statements": 1})
    assert again.status == "seen"
    assert [issue.code for issue in other.issues] == ["chain-broken"]


def test_a_past_day_that_comes_again_with_other_lines_is_refused(installation: Installation) -> None:
    """Shuffled, backdated or amended: half of a day must not be recorded beside the other half."""
    monday = [entry("10.00", "A"), entry("20.00", "B")]
    import_file(installation, csv(*monday))
    for changed in (
        [monday[1], monday[0]],
        [*monday, entry("3.00", "LATE")],
        [entry("10.00", "A, AMENDED"), monday[1]],
        monday[:1],
    ):
        again = days_csv([(MONDAY, changed), (TUESDAY, [entry("5.00", "C")])], name="again.csv")
        result = import_file(installation, again)
        assert (result.status, _codes(result)[0]) == ("refused", "already-imported")
        assert "11 May 2026" in result.issues[0].message
    assert _rows(installation.store, statements.lines) == 2


def test_a_statement_under_another_number_is_not_recorded_beside_the_first(
    installation: Installation,
) -> None:
    import_file(installation, camt(entry("10.00"), number=1))
    import_file(installation, camt(entry("13.00"), number=2, opening="1010.00", day=TUESDAY))
    fork = import_file(
        installation, camt(entry("13.00"), number=9, opening="1010.00", day=TUESDAY, name="again.xml")
    )
    assert _codes(fork) == ["chain-broken"]
    assert "copy" in fork.issues[0].message


def test_balances_that_recur_do_not_break_the_chain(installation: Installation) -> None:
    """An account swept to nothing every night opens at the same balance every day."""
    days = [date(2026, 5, 7), date(2026, 5, 8), MONDAY, TUESDAY]
    for number, day in enumerate(days, start=1):
        swept = camt(
            entry("10.00"), entry("-10.00"), number=number, opening="0.00", day=day, name=f"{number}.xml"
        )
        assert import_file(installation, swept).status == "recorded"


def test_the_same_statement_with_other_balances_is_other_content(installation: Installation) -> None:
    import_file(installation, camt(entry("10.00"), opening="1000.00"))
    assert _codes(import_file(installation, camt(entry("10.00"), opening="5000.00"))) == ["already-imported"]


def test_a_file_still_growing_is_recorded_as_it_was_kept(installation: Installation) -> None:
    """What is hashed, kept and recorded are the same bytes, whatever the file becomes meanwhile."""

    class Growing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            if not data:
                self.write(b"more")
                self.seek(0, io.SEEK_END)
            return data

    whole = csv(entry("10.00"))
    result = import_file(installation, Incoming(name="growing.csv", stream=Growing(whole.stream.read())))
    assert result.status == "recorded"
    assert all(law.holds for law in verify(installation))


def test_entries_without_a_day_are_never_left_out_of_an_import(installation: Installation) -> None:
    """A notification may leave the booking day out; then no line can be made, and none is lost."""
    main = evolve(installation.council.bank_accounts["main"], format="camt054")
    accounts = {**installation.council.bank_accounts, "main": main}
    changed = evolve(installation, council=evolve(installation.council, bank_accounts=accounts))
    text = camt(entry("12.50", "A"), entry("2.50", "B")).stream.read().decode()
    for old, new in (
        ("camt.053", "camt.054"),
        ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"),
        ("Stmt>", "Ntfctn>"),
    ):
        text = text.replace(old, new)
    dated, undated = text, text.replace("BookgDt", "Bookg", 2)
    result = import_file(changed, Incoming(name="undated.xml", stream=io.BytesIO(undated.encode())))
    assert (result.status, _codes(result)) == ("refused", ["missing-field"])
    assert _rows(installation.store, statements.lines) == 0
    result = import_file(changed, Incoming(name="dated.xml", stream=io.BytesIO(dated.encode())))
    assert (result.status, result.counts) == ("recorded", {"statements": 1, "lines": 2})
