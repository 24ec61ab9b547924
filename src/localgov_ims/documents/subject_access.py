"""What is held of a person, as a page for them to read and as JSON for programs.

The page is whole in itself: no script, no picture, nothing loaded from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from attrs import frozen

from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible

Row = Mapping[str, Any]
"""A record by field: text, whole numbers, `Money`, days, aware moments, or none."""


@frozen(kw_only=True)
class Section:
    """What is held in one place.

    Attributes:
        key: Its name in JSON.
        left_out: Beside how many of its records other people's data was left out.
    """

    key: str
    title: str
    rows: tuple[Row, ...]
    left_out: int = 0


@frozen(kw_only=True)
class SubjectAccess:
    """All that is held on accounts, names and e-mail addresses."""

    council: str
    made_at: datetime
    accounts: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def left_out(self) -> int:
        """Beside how many records other people's data was left out."""
        return sum(section.left_out for section in self.sections)


def as_json(document: SubjectAccess) -> str:
    """Return it as JSON: money in pence under `_pence`, days and moments in ISO 8601, moments with London's offset."""
    value = {
        "council": document.council,
        "made_at": _iso(document.made_at),
        "subject": {
            "accounts": [
                {"fund": fund, "account_reference": reference} for fund, reference in document.accounts
            ],
            "names": list(document.names),
            "emails": list(document.emails),
        },
        "held": {section.key: [_json_row(row) for row in section.rows] for section in document.sections},
        "left_out": {section.key: section.left_out for section in document.sections if section.left_out},
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_html(document: SubjectAccess) -> str:
    """Return it as a complete page that reads on a telephone, aloud and on paper."""
    title = f"What we hold about you - {document.council}"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en-GB">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{_text(title)}</title>",
            f"<style>\n{_style()}</style>",
            "</head>",
            "<body>",
            "<main>",
            *_page(document),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _page(document: SubjectAccess) -> Iterator[str]:
    yield "<header>"
    yield f'<p class="council">{_text(document.council)}</p>'
    yield "<h1>What we hold about you</h1>"
    yield f"<p>Found on {_shown(document.made_at)} under:</p>"
    yield "<ul>"
    yield from (
        f"<li>account {_text(reference)} of fund {_text(fund)}</li>" for fund, reference in document.accounts
    )
    yield from (f"<li>the name {_text(name)}</li>" for name in document.names)
    yield from (f"<li>the e-mail address {_text(mail)}</li>" for mail in document.emails)
    yield "</ul>"
    if not document.sections:
        yield "<p>Nothing was found.</p>"
    if document.left_out:
        yield f'<p class="note">Data of other people was left out of {_records(document.left_out)}.</p>'
    yield "</header>"
    if document.sections:
        yield '<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ul>'
        yield from (
            f'<li><a href="#{section.key}">{_text(section.title)}</a> ({len(section.rows):,})</li>'
            for section in document.sections
        )
        yield "</ul></nav>"
    for section in document.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="{section.key}">'
    yield f'<h2 id="{section.key}">{_text(section.title)}</h2>'
    if section.left_out:
        yield f'<p class="note">Data of other people was left out of {_records(section.left_out)} here.</p>'
    # What no record of the section has is no column of it: the tables are wide enough.
    fields = list(
        dict.fromkeys(name for row in section.rows for name, value in row.items() if value is not None)
    )
    if fields:
        # To be scrolled by keyboard too, it takes the focus and has a name.
        yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{section.key}">'
        yield "<table>"
        yield "<thead><tr>"
        yield from (f'<th scope="col"{_side(section, name)}>{_text(_words(name))}</th>' for name in fields)
        yield "</tr></thead>"
        yield "<tbody>"
        for row in section.rows:
            first, *rest = fields
            yield f'<tr><th scope="row">{_shown(row.get(first))}</th>'
            yield from (f"<td{_side(section, name)}>{_shown(row.get(name))}</td>" for name in rest)
            yield "</tr>"
        yield "</tbody></table></div>"
    yield "</section>"


def _side(section: Section, name: str) -> str:
    figures = all(isinstance(row.get(name), int | Money | None) for row in section.rows)
    return ' class="figure"' if figures else ""


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"


def _words(name: str) -> str:
    return {"vat": "VAT", "sha256": "SHA-256"}.get(name, name.replace("_", " ").capitalize())


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return escape(value.shown())
    if isinstance(value, datetime):
        local = value.astimezone(LONDON)
        return f'<time datetime="{_iso(value)}">{local.day} {local:%B %Y, %H:%M}</time>'
    if isinstance(value, date):
        return f'<time datetime="{value.isoformat()}">{value.day} {value:%B %Y}</time>'
    return _text(str(value))


def _text(value: str) -> str:
    return escape(visible(value))


def _iso(moment: datetime) -> str:
    return moment.astimezone(LONDON).isoformat(timespec="seconds")


def _json_row(row: Row) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Money):
            made[f"{name}_pence"] = value.pence
        elif isinstance(value, datetime):
            made[name] = _iso(value)
        else:
            made[name] = value.isoformat() if isinstance(value, date) else value
    return made


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("subject_access.css").read_text(encoding="utf-8")
