"""Proofs as a page: figures in tables, each opening to its items, pictures beside them; to be read, printed and signed.

The page is whole in itself: no script, nothing loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from html import escape
from importlib import resources
from typing import Final

from localgov_ims.documents.charts import Bar, bars
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.proofs import Figure, Item, Proof, Section
from localgov_ims.domain.quoting import visible

MOST_ITEMS: Final = 200
"""Items shown under a figure; CSV, spreadsheet and JSON have them all."""


def as_html(proof: Proof, before: Iterable[str] = (), after: Iterable[str] = ()) -> str:
    """Return a proof as a complete page; *before* and *after* are markup that goes around it, such as a signature."""
    return page(f"{proof.title}, {period(proof)}", [*before, *body(proof), *after])


def page(title: str, parts: Iterable[str]) -> str:
    """Return a complete page of parts that are markup."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en-GB">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{text(title)}</title>",
            f"<style>\n{_style()}</style>",
            "</head>",
            "<body>",
            "<main>",
            *parts,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def period(proof: Proof) -> str:
    """Return the days of a proof in words."""
    if proof.first_on == proof.as_at:
        return day(proof.as_at)
    return f"{day(proof.first_on)} to {day(proof.as_at)}"


def body(proof: Proof) -> Iterator[str]:
    """Yield the proof itself as markup."""
    yield f'<header><p class="council">{text(proof.council)}</p><h1>{text(proof.title)}</h1>'
    yield f'<p class="period">{period(proof)}</p></header>'
    yield _verdict(proof)
    for section in proof.sections:
        yield from _section(section)


def text(value: str) -> str:
    """Return text as markup, with what cannot be seen made visible."""
    return escape(visible(value))


def day(value: date) -> str:
    """Return a day as people write it."""
    return f"{value.day} {value:%B %Y}"


def money(amount: Money) -> str:
    """Return an amount with the minus sign that people expect in print."""
    return amount.shown().replace("-", "\u2212")


def verdict(proof: Proof) -> tuple[str, tuple[str, ...]]:
    """Return in a sentence whether everything agrees, and what does not or was not given, each in words."""
    missing = tuple(f"{title}: nobody stated what it should be" for title in proof.unproved)
    if proof.agrees and not missing:
        number = "1 figure is" if proof.compared == 1 else f"{proof.compared} figures are"
        return f"Everything agrees: {number} stated twice, and equal.", ()
    off = tuple(f"{f.label}: {(f.difference or NOTHING).shown()}" for f in proof.differences)
    return ("Not explained:" if off else "Not everything is proved:"), (*off, *missing)


def _verdict(proof: Proof) -> str:
    words, faults = verdict(proof)
    if not faults:
        return f'<p class="verdict agrees">{words}</p>'
    lines = "".join(f"<li>{text(fault)}</li>" for fault in faults)
    return f'<div class="verdict differs"><p>{words}</p><ul>{lines}</ul></div>'


def _section(section: Section) -> Iterator[str]:
    # A chart's keys are its section's; several pages in one pack repeat them, so that nothing refers to them.
    yield f"<section><h2>{text(section.title)}</h2>"
    if section.note:
        yield f'<p class="note">{text(section.note)}</p>'
    yield from _table(section)
    if section.picture:
        yield _picture(section)
    for figure in section.figures:
        if figure.items:
            yield from _items(figure)
    yield "</section>"


def _table(section: Section) -> Iterator[str]:
    heads = ["", "count", "amount", *([section.given_by, "difference"] if section.given_by else [])]
    yield "<table><thead><tr>"
    yield "".join(f'<th scope="col">{text(head)}</th>' if head else "<td></td>" for head in heads)
    yield "</tr></thead><tbody>"
    for figure in section.figures:
        cells = [f"{figure.count:,}" if figure.count is not None else "", _amount(figure)]
        if section.given_by:
            given, difference = figure.given, figure.difference
            cells.append(money(given) if given is not None else "")
            cells.append(money(difference) if difference is not None else "")
        kind = ' class="total"' if figure.total else ""
        bad = ' class="differs"' if figure.difference else ""
        yield f'<tr{kind}><th scope="row">{text(figure.label)}</th>'
        yield "".join(f"<td{bad if cell is cells[-1] else ''}>{cell}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table>"


def _amount(figure: Figure) -> str:
    return "" if figure.moneyless else money(figure.amount)


def _picture(section: Section) -> str:
    shown = [figure for figure in section.figures if not figure.total]
    given = [
        Bar(
            f.label.partition(":")[0],
            abs(f.amount).pence,
            f"{money(f.amount)} ({f.count or 0:,})",
            f.amount < NOTHING,
        )
        for f in shown
    ]
    return bars(section.title, given)


def _items(figure: Figure) -> Iterator[str]:
    shown = figure.items[:MOST_ITEMS]
    number = "1 item" if len(figure.items) == 1 else f"{len(figure.items):,} items"
    of = f", {money(figure.amount)}" if not figure.moneyless else ""
    yield f"<details><summary>{text(figure.label)}: {number}{of}</summary>"
    yield from _item_table(shown)
    if len(shown) < len(figure.items):
        yield (
            f'<p class="note">The first {len(shown):,} of {len(figure.items):,} are shown. CSV, spreadsheet and JSON have '
            "them all.</p>"
        )
    yield "</details>"


def _item_table(items: Sequence[Item]) -> Iterator[str]:
    yield '<table class="items"><thead><tr>'
    heads = ("known by", "what", "day", "days old", "due", "amount", "why")
    yield "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead><tbody>"
    for item in items:
        due = f"{item.due_on:%d %b %Y}" if item.due_on is not None else ""
        yield (
            f'<tr><th scope="row">{text(item.text)}</th><td>{text(item.kind)}</td><td>{item.day:%d %b %Y}</td>'
            f'<td>{item.age}</td><td>{due}</td><td>{money(item.amount) if item.amount else ""}</td><td class="why">{text(item.note)}</td></tr>'
        )
    yield "</tbody></table>"


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("proof.css").read_text(encoding="utf-8")
