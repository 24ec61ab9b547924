"""Checking a file of settings and account holders as far as that goes without a database."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from localgov_ims.bootstrap.one_file import holder_rows, read_one_file
from localgov_ims.domain.issues import Issue
from localgov_ims.service.holders.loading import check_rows


@frozen(kw_only=True)
class FileChecked:
    """What was found in a file whose settings can be used: how many account holders, and what is wrong with them."""

    holders: int
    refused: bool
    issues: tuple[Issue, ...]
    issue_count: int


def check_file(path: Path) -> FileChecked:
    """Check settings, and the account holders that follow them, if any; nothing is changed and no database needed.

    Raises:
        ConfigurationError: There is no such file, or its settings cannot be used.
    """
    file = read_one_file(path)
    count, judge = check_rows(file.settings.council, holder_rows(path, file.holders_from))
    return FileChecked(
        holders=count, refused=judge.log.stopped, issues=judge.issues, issue_count=judge.issue_count
    )
