"""Versions of the allocation rules: drafted by one, put in force by another, and kept for ever."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.proposing import refuse_same_person
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.service.rules.texts import rules_stored, stored_text
from localgov_ims.storage import rule_sets as stored
from localgov_ims.storage.rule_sets import RuleSetVersion
from localgov_ims.storage.store import Unit

LONGEST_NOTE = 500
"""How many characters may say why there is a version."""


def draft_rules(installation: Installation, rules: Sequence[Rule], note: str = "") -> RuleSetVersion:
    """Record rules as a new version that is not in force yet.

    Raises:
        NotPermitted: The permission rule.edit is missing.
        ConfigurationError: A rule is wrong, two have one name, or one names a code that is not there.
        RuleViolation: The rules are those in force (`rules_unchanged`).
        InvalidValue: The note is too long, or no text that can be kept.
    """
    why = fitting("note", note, LONGEST_NOTE) or ""
    return retried(lambda: _draft(installation, rules, why))


def activate_rules(installation: Installation, number: int) -> RuleSetVersion:
    """Put a version in force, a draft or one that was in force before; every command from the next one on works by it.

    Raises:
        NotPermitted: The permission rule.activate is missing.
        NotFound: There is no such version.
        RuleViolation: It is in force already (`already_active`), or whoever wrote it cannot put it in force
            (`same_person`, where [two_person] rule_change = true).
        ConfigurationError: It names a code that is no longer there.
    """
    return retried(lambda: _activate(installation, number))


def rule_versions(installation: Installation) -> list[RuleSetVersion]:
    """Return every version of the rules, the first one first.

    Raises:
        NotPermitted: The permission rule.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.RULE_VIEW)
        return list(stored.every(connection))


def rule_version(installation: Installation, number: int | None = None) -> RuleSetVersion:
    """Return a version of the rules; without a number, the one in force.

    Raises:
        NotPermitted: The permission rule.view is missing.
        NotFound: There is no such version.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.RULE_VIEW)
        return found_version(connection, number)


def found_version(connection: Connection, number: int | None) -> RuleSetVersion:
    """Return a version by its number, or the one in force.

    Raises:
        NotFound: There is no such version.
    """
    version = stored.active(connection) if number is None else stored.with_number(connection, number)
    if version is None:
        message = f"There is no version {number} of the rules. `ims rules list` lists those there are."
        if number is None:
            message = "No rules are in force yet."
        raise NotFound("no_such_version", message, number=number)
    return version


def council_in_force(connection: Connection, council: Council) -> Council:
    """Return a council with the rules of the version in force, where that is another than its settings'.

    Raises:
        ConfigurationError: A rule of that version names a code that the council has no longer.
    """
    version = stored.active(connection)
    if version is None or version.text == stored_text(council.rules):
        return council
    return evolve(council, rules=rules_stored(version.text))


def permit_rules(rights: Rights, before: Sequence[Rule] | None, after: Council) -> None:
    """Refuse settings whose [[rule]] tables changed where that is not for one person, or not for this one.

    Raises:
        NotPermitted: The permission rule.activate is missing.
        RuleViolation: Another person must put changed rules in force (`rules_by_draft`).
    """
    if before is not None and tuple(before) == after.rules:
        return
    rights.require(Permission.RULE_ACTIVATE)
    if after.two_person.rule_change:
        message = (
            "The settings change [[rule]], and [two_person] rule_change asks that somebody else puts changed rules in "
            "force. Leave [[rule]] as it is, write the new rules with `ims rules draft FILE`, and let another person run "
            "`ims rules activate`."
        )
        raise RuleViolation("rules_by_draft", message)


def keep_rules(unit: Unit, before: Sequence[Rule] | None, after: Council, settings: int) -> None:
    """Record the rules of new settings as the version in force, where the settings changed them.

    Without rules in force they are the first version. *before* are those of the settings before, if they can be read.
    """
    active = stored.active(unit.connection)
    text = stored_text(after.rules)
    if active is not None and (active.text == text or (before is not None and tuple(before) == after.rules)):
        return
    number = stored.add(unit, text, f"[[rule]] of settings version {settings}")
    stored.activate(unit, number)
    unit.detail |= {"rules": number}


def _draft(installation: Installation, rules: Sequence[Rule], note: str) -> RuleSetVersion:
    with installation.unit("draft_rules") as unit:
        permit_unit(installation, unit, Permission.RULE_EDIT)
        Allocator(rules, installation.council.references)
        text = stored_text(rules)
        active = stored.active(unit.connection)
        if active is not None and active.text == text:
            message = f"These are the rules in force, version {active.number}. There is nothing to draft."
            raise RuleViolation("rules_unchanged", message, number=active.number)
        number = stored.add(unit, text, note)
        unit.detail |= {"version": number, "rules": len(rules)}
        unit.commit()
        return RuleSetVersion(
            number=number, sha256=stored.sha256_of(text), note=note, text=text, at=unit.at, by=installation.actor,
            active=False, used=False,
        )  # fmt: skip


def _activate(installation: Installation, number: int) -> RuleSetVersion:
    with installation.unit("activate_rules") as unit:
        permit_unit(installation, unit, Permission.RULE_ACTIVATE)
        version = found_version(unit.connection, number)
        if version.active:
            message = f"Version {number} of the rules is in force already."
            raise RuleViolation("already_active", message, number=number)
        if installation.council.two_person.rule_change:
            refuse_same_person(installation, version.by, what=f"version {number} of the rules")
        Allocator(rules_stored(version.text), installation.council.references)
        stored.activate(unit, number)
        unit.detail |= {"version": number}
        unit.commit()
    return evolve(version, active=True, used=True)
