"""What is put out of sight in a text, and what is left to be read."""

from __future__ import annotations

import pytest

from whimbrel.redact import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at postgresql://bob:hunter2@db/x, again", "at postgresql://bob:***@db/x, again"),
        ("postgresql://bob:p@ss:w/rd@db/x", "postgresql://bob:***@db/x"),
        ("postgresql://db/x?user=bob&password=hunter2&a=1", "postgresql://db/x?user=bob&password=***&a=1"),
        ("?sslpassword=hunter2", "?sslpassword=***"),
        ("connect(user='bob', password='hunter 2')", "connect(user='bob', password=***)"),
        ("passwd: hunter2; PWD=x", "passwd: ***; PWD=***"),
        ("Access denied (using password: YES)", "Access denied (using password: YES)"),
        ("CREATE ROLE bob PASSWORD 'it''s' LOGIN", "CREATE ROLE bob PASSWORD '***' LOGIN"),
        ("CREATE USER bob IDENTIFIED BY 'hunter2'", "CREATE USER bob IDENTIFIED BY '***'"),
        ("password authentication failed for user bob", "password authentication failed for user bob"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_passwords_that_can_be_told_by_where_they_stand(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_passwords_that_are_known() -> None:
    assert redact("host 'hunter2' and hunter2@db", ["hunter2"]) == "host '***' and ***@db"
    assert redact("a-@x-b", ["@x"]) == "a-***-b"
    assert redact("postgresql by post", ["post"]) == "postgresql by ***"
    assert redact("abc ab", ["ab", "abc"]) == "*** ***"
    assert redact("anything", [""]) == "anything"
