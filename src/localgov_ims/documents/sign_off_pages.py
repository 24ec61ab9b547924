"""A sign-off as a page, made of its record alone: the same years later, whatever has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from localgov_ims.documents.proof_json import from_plain
from localgov_ims.documents.proof_pages import body, day, page, text
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.money import Money
from localgov_ims.domain.proofs import Proof
from localgov_ims.domain.sign_offs import Review, SignOff


def as_html(found: SignOff, said: Review | None) -> str:
    """Return everything that was signed, by whom, and what the other person said of it."""
    pack = json.loads(found.pack)
    proofs = [from_plain(each) for each in pack["proofs"]]
    parts = [*_head(found, said, pack), *_carried(pack["carried_forward"], proofs)]
    for proof in proofs:
        parts += ['<hr class="part">', *body(proof)]
    parts += [*_breaks(pack["breaks"]), *_people(pack["matches_by_people"]), *_files(pack["files"])]
    return page(f"Sign-off {found.name}", parts)


def _head(found: SignOff, said: Review | None, pack: Mapping[str, Any]) -> Iterator[str]:
    what = "bank account" if pack["kind"] == "bank" else "fund"
    yield f'<header><p class="council">{text(pack["council"])}</p>'
    yield f"<h1>Sign-off of {what} {text(found.subject)}</h1>"
    yield f'<p class="period">as at {day(found.as_at)}{f", no. {found.number}" if found.number > 1 else ""}</p></header>'
    facts = [("Prepared by", f"{text(found.by)}, {_moment(found.at)}")]
    if pack["comments"]:
        facts.append(("Comments", text(pack["comments"])))
    if said is None:
        facts.append(("Reviewed by", "nobody yet"))
    else:
        verb = "Reviewed by" if said.agreed else "Sent back by"
        facts.append((verb, f"{text(said.by)}, {_moment(said.at)}"))
        if said.comments:
            facts.append(("Comments", text(said.comments)))
    if pack["replaces"] is not None:
        facts.append(
            (
                "Replaces",
                f'no. {pack["replaces"]["number"]}, <span class="hash">{pack["replaces"]["sha256"]}</span>',
            )
        )
    facts.append(("SHA-256 of all that was signed", f'<span class="hash">{found.sha256}</span>'))
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts) + "</dl>"
    yield from _rows(
        "What later arrivals changed", ("figure", "before", "now"),
        [(c["figure"], _pence(c["before_pence"]), _pence(c["now_pence"])) for c in pack["changed"]],
    )  # fmt: skip


def _carried(carried: Sequence[Mapping[str, Any]], proofs: Sequence[Proof]) -> Iterator[str]:
    figures = [f for proof in proofs for section in proof.sections for f in section.figures]
    named = {item.id: f"{item.text}, {item.amount.shown()}" for f in figures for item in f.items}
    named |= {f.key: f"{f.label}: {(f.difference or f.amount).shown()}" for f in figures}
    found = [(named.get(c["item"], c["item"]), c["reason"], c["owner"], c["due_on"]) for c in carried]
    yield from _rows("Carried forward", ("what", "why", "taken up by", "until"), found)


def _breaks(breaks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found = [(b["message"], b["since_on"], b["owner"] or "nobody yet", b["due_on"] or "") for b in breaks]
    yield from _rows("Breaks that stood", ("what is wrong", "since", "taken up by", "until"), found)


def _people(matches: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found = [(m["id"], m["booked_on"], _pence(m["amount_pence"]), m["by"]) for m in matches]
    yield from _rows("Matches that people made", ("match", "booked on", "amount", "by"), found)


def _files(files: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found = [(f["name"], f["statement"], f["sha256"]) for f in files]
    yield from _rows("Files that it rests on", ("file", "statement", "SHA-256"), found)


def _rows(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield f'<section><h2>{title}</h2><table class="words"><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead><tbody>"
    for first, *others in rows:
        yield (
            f'<tr><th scope="row">{text(first)}</th>'
            + "".join(f"<td>{text(c)}</td>" for c in others)
            + "</tr>"
        )
    yield "</tbody></table></section>"


def _pence(pence: int | None) -> str:
    return Money(pence).shown() if pence is not None else "was not there"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y, %H:%M}"
