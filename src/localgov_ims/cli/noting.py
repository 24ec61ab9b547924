"""`ims notes`: what people wrote beside files, suspense items, eReturns and accounts."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.notes import Note, NoteSubject
from localgov_ims.domain.quoting import visible
from localgov_ims.service.documents.noting import add_note, notes_of

_kind = click.argument("kind", type=click.Choice([each.value for each in NoteSubject]))
_subject = click.argument("subject", metavar="ID")


@click.group()
def notes() -> None:
    """Write and read notes: on a file (its id or SHA-256), a suspense item (its line), an eReturn (its number) or a
    holder (FUND:REFERENCE).
    """  # noqa: D205 - one sentence


@notes.command("add")
@_kind
@_subject
@click.argument("text")
@json_option
@click.pass_context
def add(context: click.Context, kind: str, subject: str, text: str, *, as_json: bool) -> None:
    """Write TEXT as a note on what KIND and ID name; it can never be changed."""
    made = add_note(opened_council(context), NoteSubject(kind), subject, text)
    if as_json:
        print_json(note_json(made))
    else:
        click.echo(f"Noted on {made.kind.value} {made.subject}.")


@notes.command("list")
@_kind
@_subject
@json_option
@click.pass_context
def list_(context: click.Context, kind: str, subject: str, *, as_json: bool) -> None:
    """List the notes on what KIND and ID name, the oldest first."""
    found = notes_of(opened_council(context), NoteSubject(kind), subject)
    if as_json:
        print_json([note_json(note) for note in found])
    else:
        show_notes(found)


def show_notes(found: list[Note]) -> None:
    """Print notes, each with when and by whom it was written."""
    if not found:
        click.echo("There are no notes.")
    for note in found:
        click.echo(click.style(f"{note.at.astimezone(LONDON):%d %b %Y %H:%M}, {note.by}", bold=True))
        said = note.text if note.text is not None else "(removed as personal data)"
        for line in said.splitlines():
            click.echo(f"  {visible(line)}")


def note_json(note: Note) -> dict[str, object]:
    """Return a note as JSON."""
    return {
        "note": str(note.id),
        "kind": note.kind.value,
        "subject": note.subject,
        "text": note.text,
        "by": note.by,
        "at": note.at.isoformat(),
    }
