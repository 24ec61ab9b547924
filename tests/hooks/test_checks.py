"""What adapters' settings share: an address that is safe to call, and a secret to believe by."""

from __future__ import annotations

import pytest
from attrs import field, frozen

from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks import is_secure, names_a_secret


@frozen(kw_only=True)
class Account:
    """Settings of some adapter."""

    base_url: str | None = field(default=None, validator=is_secure)
    hook_secrets: tuple[str, ...] = field(default=("hook",), validator=names_a_secret)


@pytest.mark.parametrize(
    "address",
    [None, "https://api.test", "https://api.test:8443/v1", "http://127.0.0.1:9000", "http://localhost/x"],
)
def test_an_address_over_https_or_on_this_machine_is_taken(address):
    assert Account(base_url=address).base_url == address


@pytest.mark.parametrize(
    "address", ["http://api.test", "https://", "ftp://api.test", "api.test", "", "http://localhost.test"]
)
def test_an_address_that_others_could_listen_to_is_refused_by_its_setting(address):
    with pytest.raises(ConfigurationError, match=r"base_url must begin with https://") as caught:
        Account(base_url=address)
    assert caught.value.code == "not_secure"


def test_a_key_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(ConfigurationError, match="keys are secrets") as caught:
        Account(base_url="https://me:key-of-mine@api.test")
    assert "key-of-mine" not in f"{caught.value} {caught.value.data}"


def test_what_comes_in_is_believed_by_one_secret_at_least():
    with pytest.raises(ConfigurationError, match="hook_secrets must name one secret at least"):
        Account(hook_secrets=())
