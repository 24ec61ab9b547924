"""Messages: what cannot stand in a header is refused when the message is made; offers are gathered by name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.builtin.smtp import SmtpSettings
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.hooks import Attachment, Message, NotifierSpec, hookimpl, registry
from localgov_ims.hooks.notifiers import LONGEST_SUBJECT, check_address, check_key


@pytest.mark.parametrize(
    "address",
    [
        "name@example.org", "o'brien+ims@sub.example.co.uk", "josé@example.org", "a.b-c_d@exämple.org",
        "x" * 242 + "@example.org",
    ],
)  # fmt: skip
def test_addresses_of_people_are_accepted(address):
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "name", "name@", "@example.org", "name@localhost", "a b@example.org", "a@b@example.org",
        "Name <name@example.org>", "a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org",
        "a@example.org\n", "a\u2028@example.org", "a\x00@example.org", "a\u202e@example.org", '"a b"@example.org',
        "x" * 243 + "@example.org", "a@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(address):
    with pytest.raises(InvalidValue) as caught:
        Message(to=address, subject="Receipt", text="")
    assert caught.value.code == "bad_address"
    assert "\n" not in caught.value.message


@given(st.text())
def test_a_subject_is_one_line_of_visible_characters(subject):
    fine = len(subject.splitlines()) == 1 and bool(subject.strip()) and subject.isprintable()
    if fine and len(subject) <= LONGEST_SUBJECT:
        assert Message(to="a@example.org", subject=subject, text="").subject == subject
        return
    with pytest.raises(InvalidValue) as caught:
        Message(to="a@example.org", subject=subject, text="")
    assert caught.value.code == "bad_subject"


@pytest.mark.parametrize(
    ("body", "of"), [({"text": "\x00"}, "text"), ({"text": "", "html": "\ud800"}, "html")]
)
def test_a_text_that_no_mail_can_carry_is_refused(body, of):
    with pytest.raises(InvalidValue, match=rf"The {of} of the message holds a character"):
        Message(to="a@example.org", subject="Receipt", **body)


@pytest.mark.parametrize(
    "name", ["", "receipt", "../receipt.pdf", "a/b.pdf", "a\r\n.pdf", ".pdf", "é.pdf", 'a".pdf']
)
def test_a_file_is_named_plainly(name):
    with pytest.raises(InvalidValue, match=r"an attachment is named like receipt.pdf"):
        Attachment(name=name, media_type="application/pdf", data=b"")


def test_a_media_type_is_a_media_type():
    with pytest.raises(InvalidValue, match=r"looks like application/pdf"):
        Attachment(name="a.pdf", media_type="application/pdf; x=\r\n", data=b"")


def test_personal_text_and_files_are_not_in_the_repr():
    message = Message(
        to="a@example.org", subject="Receipt", text="Amina owes", html="<p>Amina owes",
        attachments=(Attachment(name="a.pdf", media_type="application/pdf", data=b"Amina"),),
    )  # fmt: skip
    assert "Amina" not in repr(message)
    assert "<5 bytes>" in repr(message)


@pytest.mark.parametrize("key", ["", "a b", "a\n", "ü", "x" * 101, "<a>"])
def test_a_key_is_letters_digits_and_dashes(key):
    with pytest.raises(InvalidValue, match="cannot name a message"):
        check_key(key)


class Offering:
    """A plugin that offers a notifier."""

    def __init__(self, *, api_version: tuple[int, int] = (1, 0)) -> None:
        self._version = api_version

    @hookimpl
    def ims_notifiers(self) -> list[NotifierSpec]:
        return [
            NotifierSpec(
                name="pigeon",
                api_version=self._version,
                settings_model=SimpleNamespace,
                factory=lambda *_: None,
            )
        ]


def _load(**plugins: object) -> registry.Registry:
    return registry.registry_of({name: (plugin, None) for name, plugin in plugins.items()})


def test_smtp_comes_in_by_the_same_door():
    found = registry.load([])
    assert found.notifiers["smtp"].settings_model is SmtpSettings
    assert "smtp" in next(plugin for plugin in found.plugins if plugin.name == "builtin").offers


def test_a_plugins_notifiers_are_gathered_by_name():
    assert list(_load(post=Offering()).notifiers) == ["pigeon"]


def test_two_of_one_name_or_of_another_major_version_are_refused():
    with pytest.raises(ConfigurationError, match="both offer 'pigeon'"):
        _load(one=Offering(), two=Offering())
    with pytest.raises(ConfigurationError, match=r"offers 'pigeon' for interface 2.0"):
        _load(future=Offering(api_version=(2, 0)))
