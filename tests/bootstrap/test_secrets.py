"""Secrets come from the environment or a file that it names; what is missing is named, what is there is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from localgov_ims.bootstrap.secrets import EnvironmentSecrets
from localgov_ims.errors import ConfigurationError, InvalidValue

VALUE = "correct horse battery"


def test_a_secret_is_found_by_its_name(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text(f"{VALUE}\n", "utf-8")
    given = EnvironmentSecrets({"IMS_SECRET_SMTP_PASSWORD": VALUE, "IMS_SECRET_NOTIFY_KEY_FILE": str(file)})
    assert given.get("smtp_password").reveal() == VALUE
    assert given.get("smtp-password").reveal() == VALUE
    assert given.get("notify_key").reveal() == VALUE
    assert VALUE not in repr(given)


def test_the_environment_is_the_process_own_unless_another_is_given(monkeypatch):
    monkeypatch.setenv("IMS_SECRET_SMTP_PASSWORD", VALUE)
    assert EnvironmentSecrets().get("smtp_password").reveal() == VALUE


@pytest.mark.parametrize("environment", [{}, {"IMS_SECRET_SMTP_PASSWORD": " \n"}, {"SMTP_PASSWORD": VALUE}])
def test_a_missing_secret_is_named_with_both_ways_to_set_it(environment):
    with pytest.raises(
        ConfigurationError,
        match="'smtp_password' is not set: set IMS_SECRET_SMTP_PASSWORD, or IMS_SECRET_SMTP_PASSWORD_FILE",
    ) as caught:
        EnvironmentSecrets(environment).get("smtp_password")
    assert caught.value.code == "no_secret"


def test_two_places_for_one_secret_are_refused():
    given = EnvironmentSecrets({"IMS_SECRET_A": VALUE, "IMS_SECRET_A_FILE": "/nowhere"})
    with pytest.raises(ConfigurationError, match="Both IMS_SECRET_A and IMS_SECRET_A_FILE are set") as caught:
        given.get("a")
    assert VALUE not in str(caught.value) + repr(caught.value.data)


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "cannot be read: No such file"), (b"\xff" + VALUE.encode(), "not text"), (b"\n", "not set")],
)
def test_a_file_that_holds_no_secret_is_told_by_its_variable(tmp_path: Path, content, why):
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=why) as caught:
        EnvironmentSecrets({"IMS_SECRET_A_FILE": str(file)}).get("a")
    assert "IMS_SECRET_A_FILE" in caught.value.message
    assert VALUE not in str(caught.value) + repr(caught.value.__cause__)
    assert caught.value.__suppress_context__ or content != b"\xff" + VALUE.encode()


@pytest.mark.parametrize("name", ["", "A", "a b", "../a", "1a", "ä", "a\n"])
def test_a_name_that_no_variable_could_have_is_refused(name):
    with pytest.raises(InvalidValue, match="cannot name a secret"):
        EnvironmentSecrets({}).get(name)
