"""Searching and retiring: how long a page, an export, a retention run and an erasure take on so many lines.

    python benchmarks/searching.py                                  # --lines, --url

A council is made with as many lines of income as are asked for, each with its payer beside it.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.people import Given, User
from localgov_ims.domain.retention import Subject
from localgov_ims.domain.searching import Criteria
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.service.enquiries.searching import Format, export, search
from localgov_ims.service.installation import Installation
from localgov_ims.service.personal_data.erasing import confirm_erasure, propose_erasure
from localgov_ims.service.personal_data.retaining import (
    confirm_retention,
    preview_retention,
    propose_retention,
)
from localgov_ims.service.personal_data.subject_access import subject_access
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import people, transactions

BLOCK = 10_000
Answer = TypeVar("Answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--url", default="sqlite:///ims.sqlite", help="an empty database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "council.toml"
        config.write_text(settings_text().replace("sqlite:///ims.sqlite", asked.url), encoding="utf-8")
        installation = open_installation(config, by="first", create=True)
        fill(installation, asked.lines)
        measure(installation)
        installation.store.close()


def fill(installation: Installation, lines: int) -> None:
    chance = random.Random(7)
    with installation.store.unit("add_user", by="first") as unit:
        given = Given(roles=("administrator",))
        user = User(
            id=new_id(),
            name="second",
            display_name="second",
            expiry_days=None,
            given=given,
            created_at=unit.at,
        )
        people.add(unit, user, "first")
        people.add_version(unit, user, "first")
        unit.commit()
    for start in range(0, lines, BLOCK):
        with installation.store.unit("fill", by="first") as unit:
            made = [a_receipt(number, chance) for number in range(start, min(start + BLOCK, lines))]
            transactions.add(unit, made, personal_narratives=True)
            unit.commit()


def a_receipt(number: int, chance: random.Random) -> Transaction:
    line = LineInput(
        fund=("23", "05")[number % 2], amount=Money(chance.randrange(1, 50_000)), mop="90",
        account_reference=str(600_000_000 + chance.randrange(100_000)), narrative="paid with thanks",
    )  # fmt: skip
    at = datetime(2019, 5, 1, tzinfo=UTC) + timedelta(minutes=number)
    return receipt(
        [line], channel=Channel.PORTAL, origin=Origin("benchmark", str(number)), taken_on=date(2019, 5, 1),
        recorded_at=at, recorded_by="portal", provider="cardco", provider_reference=f"pi_{number}",
        caller_reference=f"crm_{number}", payer=Payer(name=f"Person Number{number}", email=f"p{number}@example.org"),
    )  # fmt: skip


def measure(first: Installation) -> None:
    second = evolve(first, actor="second")
    newest = search(first, Criteria(), limit=1).rows[0]
    exact: dict[str, dict[str, Any]] = {
        "receipt": {"receipt": newest.receipt}, "provider_reference": {"provider_reference": newest.provider_reference},
        "caller_reference": {"caller_reference": "crm_77"}, "account": {"account_reference": newest.account_reference},
        "amount": {"amount": newest.amount}, "nothing": {}, "narrative": {"narrative": "no such words"},
    }  # fmt: skip
    for name, given in exact.items():
        timed(f"a page, count and sum by {name}", lambda given=given: search(first, Criteria(**given)))
    with Path(os.devnull).open("wb") as nowhere:
        timed("export of everything to CSV", lambda: export(first, Criteria(), Format.CSV, nowhere))
    timed("subject access by name", lambda: subject_access(first, names=["Person Number77"]))
    proposal, _ = timed(
        "erasure, proposed", lambda: propose_erasure(first, Subject(names=["Person Number77"]))
    )
    timed("erasure, confirmed", lambda: confirm_erasure(second, proposal.id))
    timed("retention, previewed", lambda: preview_retention(first))
    run = propose_retention(first)
    timed("retention, confirmed", lambda: confirm_retention(second, run.id))


def timed(what: str, act: Callable[[], Answer]) -> Answer:
    began = time.perf_counter()
    answer = act()
    print(f"{what:40} {1000 * (time.perf_counter() - began):10.1f} ms")
    return answer


if __name__ == "__main__":
    main()
