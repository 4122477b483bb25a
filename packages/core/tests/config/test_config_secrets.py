"""No password is shown by accident: not by a repr, not by an error, not by a traceback."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.config import Config, Secret
from whimbrel.errors import CommandError

PASSWORDS = st.text(st.characters(exclude_categories=["C"]))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://bob:hunter2@db/shop", "postgresql://bob:***@db/shop"),
        ("postgresql://bob@db/shop", "postgresql://bob@db/shop"),
        ("sqlite:///shop.db", "sqlite:///shop.db"),
        ("postgresql://bob:a/b c?d@e@db/shop", "postgresql://bob:***@db/shop"),
        ("postgresql://db/shop?sslpassword=hunter2", "postgresql://db/shop?***"),
        ("postgresql://bob:hunter2@/shop?host=db", "postgresql://bob:***@/shop?***"),
        ("hunter2", "***"),
    ],
)
def test_a_secret_shows_only_what_may_be_seen(url: str, shown: str) -> None:
    secret = Secret(url)
    assert str(secret) == f"{secret}" == shown
    assert repr(secret) == f"Secret({shown!r})"
    assert secret.reveal() == url
    assert secret == Secret(url)
    assert hash(secret) == hash(Secret(url))
    assert secret != Secret(url + "x")


@given(PASSWORDS)
def test_what_is_shown_does_not_depend_on_the_password(password: str) -> None:
    def shown(password: str) -> tuple[str, str, str]:
        config = Config()
        config.set_main_option("sqlalchemy.url", f"postgresql://bob:{password}@db/shop".replace("%", "%%"))
        return str(config.settings.url), repr(config.settings.url), repr(config.settings)

    assert shown(password) == shown("another")
    assert shown(password)[0] == "postgresql://bob:***@db/shop"


@pytest.mark.parametrize(
    "content",
    [
        "[whimbrel]\nsqlalchemy.url = postgresql://bob:hunter2%x@db/shop\n",
        "[whimbrel]\nsqlalchemy.url = postgresql://bob:hunter2%(x@db/shop\n",
        "[whimbrel]\nsqlalchemy.url = postgresql://bob:hunter2${no way}@db/shop\n",
        "[whimbrel]\nsqlalchemy.url postgresql://bob|hunter2@db/shop\n".replace(":", "|"),
        "sqlalchemy.url = postgresql://bob:hunter2@db/shop\n",
    ],
)
def test_no_password_is_in_an_error_or_its_traceback(tmp_path: Path, content: str) -> None:
    (tmp_path / "whimbrel.ini").write_text(content)
    with pytest.raises(CommandError) as caught:
        _ = Config(tmp_path / "whimbrel.ini").settings.url
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_no_password_given_by_a_program_is_in_an_error_or_its_traceback() -> None:
    url = "postgresql://bob:hunter2%x@db/shop"
    with pytest.raises(CommandError) as caught:
        Config().set_main_option("sqlalchemy.url", url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("postgresql://bob:hunter2@db/shop", {"hunter2"}),
        ("postgresql://bob:hun%40ter2@db/shop", {"hun%40ter2", "hun@ter2"}),
        ("postgresql://bob:abc:def@ghi/x@db/shop", {"abc:def@ghi/x", "abc", "def", "ghi"}),
        ("postgresql//bob:hunter2@db/shop", {"hunter2"}),
        ("bob:hunter2@db", {"hunter2"}),
        ("postgresql://bob@db/shop?password=hunter2&application_name=seen", {"hunter2"}),
        ("postgresql://postgres:postgres@db/shop", set()),  # seen anyway, as the user's name
        ("postgresql://bob@db/shop", set()),
    ],
)
def test_what_of_a_url_must_not_be_seen(url: str, hidden: set[str]) -> None:
    assert hidden <= set(Secret(url).passwords())
    assert not {"bob", "db", "shop", "postgresql", "seen", ""} & set(Secret(url).passwords())
    assert bool(Secret(url).passwords()) == bool(hidden)


def test_what_a_configuration_hides_in_any_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The URLs of every section, of the environment and of what a run connected to."""
    monkeypatch.setenv("WHIMBREL_DATABASE_URL", "postgresql://bob:from-environment@db/shop")
    (tmp_path / "whimbrel.ini").write_text(
        "[whimbrel]\nscript_location = x\n[other]\nsqlalchemy.url = mysql://ann:from-ini@db/shop\n"
    )
    (tmp_path / "whimbrel.toml").write_text('[third]\nsqlalchemy.url = "mysql://ann:from-toml@db/shop"\n')
    config = Config(tmp_path / "whimbrel.ini", tmp_path / "whimbrel.toml")
    assert config.settings.script_location == "x"
    config.conceal("postgresql://bob:from-run@db/shop")
    text = "from-environment, from-ini, from-toml, from-run; nothing from bob"
    assert config.redact(text) == "***, ***, ***, ***; nothing from bob"
