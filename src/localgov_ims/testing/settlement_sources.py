"""What every settlement source must hold: whole payouts that add up, the same bytes again, recorded once."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

import pytest
from attrs import evolve

from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind, SettlementLine
from localgov_ims.errors import AdapterError, ImsError
from localgov_ims.files.events import Yields
from localgov_ims.files.readers import Reader
from localgov_ims.files.reading import events, read
from localgov_ims.hooks import Download, HttpResponse, SettlementSource, SettlementSourceSpec
from localgov_ims.service.files.fetching_settlements import fetch_settlements
from localgov_ims.service.installation import ChosenSource
from localgov_ims.testing import provider_servers as faults
from localgov_ims.testing.provider_servers import Fault, GivenSecrets, Line, Watch
from localgov_ims.testing.provider_town import NAME, opened, plain_town

DAY: Final = date(2026, 7, 1)
PAID: Final = (Money(123_45), Money(20_00), Money(7))
FEE: Final = Money(45)
BACK: Final = Money(5_00)
_MANY: Final = (Money(1_00),) * 1001
_BROKEN: Final[tuple[Fault, ...]] = (
    faults.never_sent, faults.answer_lost, faults.answer_garbled, faults.answer_cut, faults.failing(500),
    faults.failing(429), faults.failing(401),
)  # fmt: skip


class SettlementServer(Protocol):
    """A double of what pays out."""

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Answer the source, as the provider would."""
        ...

    def pay_out(self, on: date, payments: Sequence[Money], *, fee: Money, refund: Money) -> str:
        """Make a payout that arrives on a London day, less a fee and a refund, and return its number."""
        ...

    def miscount(self, payout: str) -> None:
        """Let a payout be a penny more than its items."""
        ...


class SettlementSourceContract:
    """Tests of a settlement source. Subclass it as `Test...` and give these.

    Attributes:
        spec: What the plugin offers.
        reader: The reader of what is fetched, offered by the same plugin.
        settings: Of one account, made of the spec's `settings_model`.
        secrets: By name, all that the factory asks for.
    """

    spec: ClassVar[SettlementSourceSpec]
    reader: ClassVar[Reader]
    settings: ClassVar[object]
    secrets: ClassVar[Mapping[str, str]]

    def make_server(self, clock: Watch) -> SettlementServer:
        """Return a double of the provider that has paid nothing out."""
        raise NotImplementedError

    def _rig(self) -> tuple[SettlementSource, Line, Any]:
        clock = Watch(datetime(2026, 7, 3, 12, tzinfo=UTC))
        server: Any = self.make_server(clock)
        line = Line(server)
        return self.spec.factory(self.settings, line, clock, GivenSecrets(self.secrets)), line, server

    def _lines(self, download: Download) -> list[SettlementLine]:
        read_ = events(self.reader, io.BytesIO(download.content))
        return [
            each
            for each in read_
            if isinstance(each, SettlementLine) and each.kind is not SettlementKind.PAYOUT
        ]

    def test_its_reader_reads_settlements(self) -> None:
        """The spec names the reader that its plugin offers."""
        assert (self.reader.name, self.reader.yields) == (self.spec.format, Yields.SETTLEMENT)

    def test_a_payout_is_its_payments_less_fees_and_refunds(self) -> None:
        """C10: every line adds up, and so does the whole; pence are pence."""
        source, _, server = self._rig()
        server.pay_out(DAY, PAID, fee=FEE, refund=BACK)
        (download,) = source.fetch(DAY, DAY)
        assert read([self.reader], io.BytesIO(download.content)).accepted
        lines = self._lines(download)
        assert all(line.amount - line.fee == line.net for line in lines)
        assert Money.total(line.net for line in lines) == Money.total(PAID) - FEE - BACK
        payments = [line for line in lines if line.kind is SettlementKind.PAYMENT]
        assert sorted(line.amount for line in payments) == sorted(PAID)
        assert all(line.provider_reference for line in payments)
        assert len({line.provider_reference for line in payments}) == len(PAID)

    def test_only_the_days_asked_for_are_fetched(self) -> None:
        """C9: both ends are included, and nothing else."""
        source, _, server = self._rig()
        for day in (30, 1, 2):
            server.pay_out(date(2026, 6 if day > 2 else 7, day), PAID, fee=FEE, refund=BACK)
        assert len(list(source.fetch(DAY, DAY))) == 1
        assert len(list(source.fetch(date(2026, 6, 30), DAY))) == 2
        assert list(source.fetch(date(2026, 5, 1), date(2026, 5, 2))) == []

    def test_fetched_again_it_is_the_same_file(self) -> None:
        """Byte for byte, or it would be recorded as another."""
        source, _, server = self._rig()
        server.pay_out(DAY, PAID, fee=FEE, refund=BACK)
        assert list(source.fetch(DAY, DAY)) == list(source.fetch(DAY, DAY))

    def test_a_payout_of_many_pages_is_whole(self) -> None:
        """C8: each line once."""
        source, _, server = self._rig()
        server.pay_out(DAY, _MANY, fee=FEE, refund=BACK)
        (download,) = source.fetch(DAY, DAY)
        payments = [line for line in self._lines(download) if line.kind is SettlementKind.PAYMENT]
        assert len({line.provider_reference for line in payments}) == len(payments) == len(_MANY)

    def test_a_payout_wrong_by_a_penny_is_refused_whole(self) -> None:
        """C10: by the source or by its reader, before anything is recorded."""
        source, _, server = self._rig()
        server.miscount(server.pay_out(DAY, PAID, fee=FEE, refund=BACK))
        try:
            (download,) = source.fetch(DAY, DAY)
        except AdapterError:
            return
        assert not read([self.reader], io.BytesIO(download.content)).accepted

    def test_what_did_not_come_is_not_half_a_payout(self) -> None:
        """D14: whichever request breaks, in whatever way, no file is given for a payout that is not whole."""
        whole, line, server = self._rig()
        server.pay_out(DAY, PAID, fee=FEE, refund=BACK)
        list(whole.fetch(DAY, DAY))
        for number in range(len(line.requests)):
            for fault in _BROKEN:
                source, line, server = self._rig()
                server.pay_out(DAY, PAID, fee=FEE, refund=BACK)
                line.break_next(fault, after=number)
                with pytest.raises(ImsError):
                    list(source.fetch(DAY, DAY))

    def test_no_secret_is_shown(self, caplog: pytest.LogCaptureFixture) -> None:
        """C12: neither by the source, nor by an error, a log, or the file."""
        source, line, server = self._rig()
        server.pay_out(DAY, PAID, fee=FEE, refund=BACK)
        with caplog.at_level(logging.DEBUG):
            shown = [repr(source), *(download.content.decode() for download in source.fetch(DAY, DAY))]
            for fault in _BROKEN:
                line.break_next(fault)
                try:
                    list(source.fetch(DAY, DAY))
                except ImsError as error:
                    shown += [*traceback.format_exception(error), repr(error.data)]
        assert [
            name for name, secret in self.secrets.items() if secret in "\n".join([*shown, caplog.text])
        ] == []

    def test_it_is_recorded_once(self, tmp_path: Path) -> None:
        """Law 4: through the door for files, kept as it came; the same days again change nothing."""
        source, _, server = self._rig()
        server.pay_out(DAY, PAID, fee=FEE, refund=BACK)
        with plain_town(tmp_path, Watch(datetime(2026, 7, 3, 12, tzinfo=UTC))) as made:
            sources = {NAME: evolve(made.council.sources[NAME], format=self.spec.format)}
            chosen = ChosenSource(name=NAME, format=self.spec.format, opened=opened(source))
            others = [each for each in made.readers if each.name != self.reader.name]
            house = evolve(
                made, council=evolve(made.council, sources=sources), readers=(*others, self.reader),
                settlement_sources={NAME: chosen},
                options={**made.options, self.reader.name: self.reader.options()},
            )  # fmt: skip
            (first,) = fetch_settlements(house, NAME, DAY, DAY)
            (again,) = fetch_settlements(house, NAME, DAY, DAY)
        assert [first.status, again.status] == ["recorded", "seen"]
