"""Saved replies: sealed, shared, and never overwritten unseen."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from intake.cases import replies
from intake.errors import KeyGone, NotYours, ReplyChanged

pytestmark = pytest.mark.usefixtures("database")
WORDS = "Please ask the ward for the images on a disc, not only for the report."


def save(services, now, title="Images", language="en", text=WORDS):
    with services.database.transaction() as tx:
        return replies.save_reply(tx, services.keys, language, title, text, "coordinator:x", now)


def test_replies_lie_sealed_and_stand_by_language_and_name(services, now) -> None:
    made = [save(services, now, *said) for said in (("later", "es"), ("zebra", "en"), ("Ask again", "en"))]
    with services.database.read() as tx:
        assert [each.title for each in replies.all_replies(tx, services.keys)] == ["Ask again", "zebra", "later"]
        assert replies.get_reply(tx, services.keys, made[0].id) == made[0]
        assert all(b"ward" not in row.said and b"zebra" not in row.said for row in tx.all(select(replies.replies)))
        with pytest.raises(NotYours):
            replies.get_reply(tx, services.keys, "0" * 32)


def test_who_changes_an_older_version_is_told(services, now) -> None:
    reply = save(services, now)
    with services.database.transaction() as tx:
        replies.change_reply(tx, services.keys, replace(reply, text="First."), "coordinator:x", now)
    with services.database.transaction() as tx, pytest.raises(ReplyChanged):
        replies.change_reply(tx, services.keys, replace(reply, text="Second."), "coordinator:y", now)
    with services.database.read() as tx:
        assert replies.get_reply(tx, services.keys, reply.id).text == "First."


def test_a_deleted_reply_cannot_be_read_any_more(services, now) -> None:
    reply = save(services, now)
    for _ in range(2):
        with services.database.transaction() as tx:
            replies.delete_reply(tx, services.keys, reply.id, "coordinator:x", now)
    with services.database.read() as tx:
        assert replies.all_replies(tx, services.keys) == []
    with pytest.raises(KeyGone):
        services.keys.get(f"reply:{reply.id}")
