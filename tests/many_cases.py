"""A house that has worked for years: as many synthetic cases as wanted, with all that belongs to each, made by the
database itself. Nobody stands behind any of it.

Of the first thousand three in ten are at work, so that every list of the desk fills a page; of all others one in fifty:
ten years of a hundred thousand a year, each at work for about ten weeks. Rows are as wide as real ones. The answers of
cases at work are sealed with keys of their own, since the list opens them; what is over holds bytes of the same size.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import text

from intake.db import Database, Tx
from intake.keys import KEY_BYTES, context, seal, seal_json
from intake.services import Services

OTHERS, PARTNERS, AT_ONCE = 40, 20, 2000
FEW = 20_000  # with more rows than this it is quicker to make the indexes anew

# i counts the cases; b, k, o, d and r are spread over it, each on its own.
SERIES = {
    "sqlite": "WITH RECURSIVE series(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM series WHERE i < :last) "
    "SELECT i FROM series",
    "postgresql": "SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i",
}
NUMBERS = (
    "SELECT i, i * 7919 % 1000 AS b, i * 48271 % 997 % 100 AS k, i * 16807 % 1009 AS o, i * 69621 % 10007 AS d, "
    "i * 40692 % 499 AS r, CASE WHEN i <= 1000 THEN 300 ELSE 20 END AS share FROM ({series}) AS s"
)
STAGES = (
    "SELECT n.*, CASE WHEN b < share THEN CASE WHEN k % 10 < 6 THEN 'opened' WHEN k % 10 < 8 THEN 'records_in' "
    "ELSE 'with_specialist' END WHEN b < share + 5 THEN 'reported' WHEN k % 10 < 5 THEN 'closed' "
    "WHEN k % 10 < 6 THEN 'declined' WHEN k % 10 < 7 THEN 'withdrawn' ELSE 'erased' END AS stage FROM ("
    + NUMBERS + ") AS n"
)  # fmt: skip
MOMENTS = (
    "SELECT s.*, b < share + 5 AS waits, b < share AS at_work, :now - CASE WHEN b >= share THEN 45 + d % 1780 "
    "WHEN stage = 'opened' THEN d % 30 ELSE 10 + d % 30 END * 86400 - d AS opened FROM (" + STAGES + ") AS s"
)
MANY = (
    "SELECT m.*, 'c' || (100000000 + i * 48271 % 99999989) || '-' || i AS id, "
    "CASE WHEN o < 200 THEN NULL WHEN o < 450 THEN :me ELSE 'other-' || (o % 40) END AS owner, "
    "CASE WHEN stage = 'opened' THEN opened WHEN waits THEN opened + 432000 ELSE opened + 1728000 END AS at_, "
    "CASE k % 3 WHEN 0 THEN 'en' WHEN 1 THEN 'es' ELSE 'ar' END AS language, stage = 'erased' AS erased, "
    "CASE WHEN stage IN ('records_in', 'with_specialist', 'reported', 'closed') THEN 3 ELSE 0 END AS way "
    "FROM (" + MOMENTS + ") AS m"
)
FIVE = "(SELECT 1 AS s UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) AS five"

MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', ?, 'unixepoch') || '.000000'",
    "postgresql": "to_timestamp(?)",
}
BYTES = {"sqlite": "randomblob(?)", "postgresql": "decode(repeat('ab', ?), 'hex')"}
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public' "
    "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
}

# Table, columns, what is selected from `many`; {at(…)} is a moment, {blob n} so many bytes.
ROWS: tuple[tuple[str, str, str], ...] = (
    (
        "cases",
        "id, reference, draft_id, stage, turn, due_at, language, form_version, partner, coordinator_id, "
        "answers, address,"
        " address_hash, specialty_hash, country_hash, opened_at, stage_at, purge_at, urgent, held_as_suspect, traits,"
        " text_hash, first_read_at",
        "SELECT id, 'R' || i, 'd' || i, stage, CASE WHEN NOT waits THEN 'nobody' WHEN stage = 'records_in' OR "
        "(stage = 'opened' AND o % 10 = 0) THEN 'coordinator' WHEN stage = 'with_specialist' THEN 'specialist' "
        "ELSE 'patient' END, CASE WHEN waits THEN {at(:now + (d - 2500) * 120)} END, language, '1', "
        "CASE WHEN k % 3 = 0 THEN 'partner-' || (o % 20) END, owner, {blob 1500}, {blob 60}, 'a' || (i % 900007), "
        "'s' || (k % 30), 'l' || (o % 60), {at(opened)}, {at(at_)}, CASE WHEN erased THEN {at(at_)} ELSE "
        "{at(:now + 86400 + i % 730 * 86400)} END, (waits AND k % 25 = 0), (k IN (13, 25) AND stage IN ('opened', "
        "'declined')), "
        "'', 't' || i, CASE WHEN (at_work AND r % 10 = 0) OR (stage = 'withdrawn' AND r % 3 = 0) THEN NULL "
        "ELSE {at(opened + 86400)} END FROM many",
    ),
    (
        "stays", "case_id, stage, began_at, ended_at, went_to",
        "SELECT id, 'opened', {at(opened)}, CASE WHEN stage <> 'opened' THEN {at(opened + 200000 + d * 60)} END, "
        "CASE WHEN way = 3 THEN 'records_in' WHEN stage <> 'opened' THEN stage END FROM many UNION ALL "
        "SELECT id, 'records_in', {at(opened + 200000 + d * 60)}, CASE WHEN stage <> 'records_in' THEN "
        "{at(opened + 300000 + d * 60)} END, CASE WHEN stage <> 'records_in' THEN 'with_specialist' END "
        "FROM many WHERE way = 3 UNION ALL "
        "SELECT id, 'with_specialist', {at(opened + 300000 + d * 60)}, CASE WHEN stage <> 'with_specialist' THEN "
        "{at(at_)} END, CASE WHEN stage <> 'with_specialist' THEN 'reported' END FROM many "
        "WHERE way = 3 AND stage <> 'records_in' UNION ALL "
        "SELECT id, 'reported', {at(at_)}, NULL, NULL FROM many WHERE stage IN ('reported', 'closed')",
    ),
    (
        "journal", "number, at, event, actor, subject, facts, hash",
        "SELECT :lines + (i - :first) * 5 + s, {at(opened + s * 60)}, CASE s WHEN 1 THEN 'case.opened' WHEN 2 THEN "
        "'letter.put' WHEN 4 THEN 'stage.changed' ELSE 'case.read' END, CASE WHEN s IN (3, 5) THEN 'coordinator:' || "
        "coalesce(owner, 'other-1') ELSE 'requester' END, id, "
        "'{}', 'synthetic-0000000000000000000000000000000000000000000000000000' FROM many CROSS JOIN {five}",
    ),
    (
        "letters",
        "id, key_owner, case_id, letter, language, role, recipient_hash, message, state, attempts, made_at, sent_at, "
        "last_code, delivery, closed_at",
        "SELECT 'l' || i || '-' || s, 'case:' || id, id, CASE s WHEN 1 THEN 'case_opened' ELSE 'desk_case_opened' END, "
        "language, CASE s WHEN 1 THEN 'requester' ELSE 'coordinator' END, 'a' || (i % 900007), {blob 500}, "
        "CASE WHEN s = 1 AND r = 3 THEN 'dead' WHEN s = 1 AND at_work AND r = 5 THEN 'queued' ELSE 'sent' END, 2, "
        "{at(opened)}, CASE WHEN s = 2 OR r NOT IN (3, 5) THEN {at(opened + 60)} END, CASE WHEN r IN (3, 5) "
        "THEN 'later' "
        "END, CASE WHEN at_work AND r = 7 THEN 'accepted' ELSE 'delivered' END, "
        "CASE WHEN r = 3 AND NOT at_work THEN {at(opened + 86400)} END "
        "FROM many CROSS JOIN {five} WHERE s < 3 AND NOT erased UNION ALL "
        "SELECT 'n' || i, 'letter:n' || i, NULL, 'confirm_address', language, 'requester', 'n' || i, {blob "
        "500}, 'sent', "
        "1, {at(:now - d * 200)}, {at(:now - d * 200)}, NULL, 'delivered', NULL FROM many WHERE i % 50 = 0",
    ),
    (
        "uploads",
        "id, case_id, about, length, generation, state, verdict, reason, kind, findings, made_at, touched_at, "
        "received_at, checked_at, expires_at",
        "SELECT 'u' || i || '-' || s, id, {blob 150}, 1000000, 1, CASE WHEN at_work AND r = 14 THEN 'receiving' ELSE "
        "'checked' END, CASE WHEN at_work AND r = 14 THEN NULL WHEN r IN (11, 13) THEN 'held' WHEN r = 12 THEN "
        "'rejected' "
        "ELSE 'clean' END, CASE WHEN r = 11 THEN 'password' WHEN r = 13 AND at_work THEN 'scanner_down' "
        "WHEN r = 13 THEN 'not_scanned' END, 'pdf', "
        "{blob 300}, {at(opened + 86400)}, {at(opened + 86400)}, {at(opened + 86400)}, {at(opened + 90000)}, "
        "{at(:now + 259200)} FROM many CROSS JOIN {five} WHERE s < 3 AND NOT erased",
    ),
    (
        "parts", "upload_id, number, start, length, object_id",
        "SELECT 'u' || i || '-' || s, 1, 0, 1000000, 'o' || i || '-' || s FROM many CROSS JOIN {five} "
        "WHERE s < 3 AND NOT erased",
    ),
    (
        "grants", "id, purpose, subject, generation, made_at, expires_at, revoked_at, tries_left, files_left, "
        "bytes_left",
        "SELECT 'g' || i || '-' || s, CASE s WHEN 1 THEN 'case' WHEN 2 THEN 'upload' ELSE 'helper' END, id, 1, "
        "{at(opened)}, {at(opened + 63072000)}, CASE WHEN s > 1 AND NOT at_work THEN {at(at_)} END, 10, 100, 1000000 "
        "FROM many CROSS JOIN {five} WHERE (s < 3 OR (s = 3 AND i % 20 = 0)) AND NOT erased",
    ),
    (
        "sessions", "id, role, subject, address_checked, made_at, seen_at, expires_at, ended_at",
        "SELECT 'x' || i, 'case', id, true, {at(:now - 3000)}, {at(:now - d % 3000)}, {at(:now + 3000)}, "
        "CASE WHEN k % 2 = 0 THEN {at(:now - 1000)} END FROM many WHERE at_work",
    ),
    (
        "messages", "id, case_id, number, voice, actor, text, written_at, due_at, settled_at",
        "SELECT 'm' || i, id, 1, CASE k % 2 WHEN 0 THEN 'requester' ELSE 'coordinator' END, 'synthetic', {blob 300}, "
        "{at(opened + 86400)}, NULL, NULL FROM many WHERE NOT erased",
    ),
    (
        "notes", "id, case_id, kind, actor, said, made_at",
        "SELECT 'n' || i, id, CASE k % 4 WHEN 0 THEN 'called' ELSE 'note' END, 'synthetic', {blob 200}, "
        "{at(opened + 90000)} FROM many WHERE i % 2 = 0 AND NOT erased",
    ),
    (
        "consents", "id, case_id, purpose, version, text_hash, language, given_at, given_by, how",
        "SELECT 'k' || i || '-' || s, id, CASE s WHEN 1 THEN 'review' ELSE 'contact' END, '1', "
        "'synthetic-0000000000000000000000000000000000000000000000000000', language, {at(opened)}, 'requester', 'form' "
        "FROM many CROSS JOIN {five} WHERE s < 3",
    ),
    (
        "patient_agreements", "case_id, way, state, made_at",
        "SELECT id, 'link', 'given', {at(opened)} FROM many WHERE i % 10 = 0 AND NOT erased",
    ),
    (
        "helper_links", "grant_id, case_id, number, kind, language, said, code_hash, made_at, settled_at",
        "SELECT 'g' || i || '-3', id, 1, 'doctor', language, {blob 120}, 'h' || i, {at(opened)}, "
        "CASE WHEN NOT at_work THEN {at(at_)} END FROM many WHERE i % 20 = 0 AND NOT erased",
    ),
    (
        "photo_sets", "id, case_id, session_id, made_at, done_at",
        "SELECT 'p' || i, id, 'synthetic', {at(opened)}, {at(opened)} FROM many WHERE i % 50 = 1 AND NOT erased",
    ),
    (
        "viewer_links", "id, case_id, said, made_at",
        "SELECT 'v' || i, id, {blob 150}, {at(opened)} FROM many WHERE i % 50 = 2 AND NOT erased",
    ),
    (
        "parcels", "id, case_id, state, said, announced_at",
        "SELECT 'q' || i, id, 'received', {blob 150}, {at(opened)} FROM many WHERE i % 50 = 3 AND NOT erased",
    ),
    (
        "openings", "upload_id, coordinator_id, at",
        "SELECT 'u' || i || '-1', :me, {at(opened + 100000)} FROM many WHERE r = 11 AND NOT erased",
    ),
    (
        "drafts",
        "id, case_id, state, form_version, language, answers, address, address_hash, traits, made_at, "
        "touched_at, expires_at",
        "SELECT 'draft-' || i, 'of-draft-' || i, 'open', '1', language, {blob 800}, {blob 60}, 'a' || i, '', "
        "{at(:now - 86400)}, {at(:now - 86400)}, {at(:now + 86400 + d * 200)} FROM many WHERE i % 20 = 0",
    ),
    (
        "jobs", "id, kind, ref, dedupe, due_at, attempts, dead_code, made_at",
        "SELECT 'j' || i, 'remind_records', id, 'remind_records:' || id, {at(:now + 3600 + d * 20)}, 0, NULL, "
        "{at(opened)} FROM many WHERE stage = 'opened' UNION ALL "
        "SELECT 'z' || i, 'check_record', 'u' || i, NULL, {at(opened)}, 9, 'synthetic', {at(opened)} "
        "FROM many WHERE r = 1",
    ),
    ("mail_events", "id, heard_at", "SELECT 'e' || i, {at(:now - d * 20)} FROM many WHERE i % 50 = 4"),
    (
        "suppressed_addresses", "recipient_hash, code, since",
        "SELECT 'f' || i, 'bounced', {at(:now - d * 1000)} FROM many WHERE i % 200 = 5",
    ),
    (
        "call_backs", "id, number_hash, language, said, asked_at",
        "SELECT 'b' || i, 'b' || i, 'en', {blob 120}, {at(:now - d * 100)} FROM many WHERE i <= 1000 AND i % 50 = 6",
    ),
)  # fmt: skip


def fill(services: Services, me: str, count: int, now: datetime) -> None:
    """So many cases, with all that belongs to them; a quarter of them are `me`'s. For an empty house, once."""
    with services.database.transaction(lasting=False) as tx, _without_indexes(tx, count):
        at = {"first": 1, "last": count, "now": int(now.timestamp()), "me": f"'{me}'"}
        at["lines"] = tx.scalar(text("SELECT number FROM journal_head"))
        _run(tx, f"CREATE TEMPORARY TABLE many AS {MANY}", at)
        for table, columns, chosen in ROWS:
            _run(tx, f"INSERT INTO {table} ({columns}) {chosen}", at)
        _run(tx, "UPDATE journal_head SET number = number + 5 * :last", at)
        for number in range(PARTNERS):
            row = f"'partner-{number}', 'Partner {number}', {{at(:now)}}"
            _run(tx, f"INSERT INTO partners (slug, name, made_at) SELECT {row}", at)
        at_work = [row.id for row in tx.all(text("SELECT id FROM many WHERE at_work"))]
        _run(tx, "DROP TABLE many", at)
    chosen = f"SELECT 'case:' || id, '{services.ring.newest}', {{blob 61}}, {{at(:now)}} FROM ({MANY}) AS m"
    with services.keys.database.transaction(lasting=False) as tx:
        _run(tx, f"INSERT INTO wrapped_keys (owner, ring_key, wrapped, made_at) {chosen} WHERE NOT erased", at)
    _seal(services, at_work)


def settle(database: Database) -> None:
    """What autovacuum does in time: statistics, and which pages an index alone can answer for. SQLite has none of it,
    in life either.
    """
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _run(tx: Tx, sql: str, at: Mapping[str, object]) -> None:
    """Run a statement as this kind of database says it, with the values in it: what makes a table takes no others."""
    kind = tx.connection.dialect.name
    sql = sql.replace("{series}", SERIES[kind]).replace("{five}", FIVE)
    sql = re.sub(r"{at\((.*?)\)}", lambda found: MOMENT[kind].replace("?", found[1]), sql)
    sql = re.sub(r"{blob (\d+)}", lambda found: BYTES[kind].replace("?", found[1]), sql)
    said = re.sub(r":(first|last|now|me|lines)\b", lambda found: str(at[found[1]]), sql)
    tx.driver.cursor().execute(said)  # past SQLAlchemy, which would read % as a place for a value


@contextmanager
def _without_indexes(tx: Tx, count: int) -> Iterator[None]:
    """Make the indexes when all rows are there, which is many times as quick."""
    found = tx.all(text(INDEXES[tx.connection.dialect.name])) if count > FEW else []
    for row in found:
        tx.connection.exec_driver_sql(f"DROP INDEX {row.name}")
    yield
    for row in found:
        tx.connection.exec_driver_sql(row.sql)


def _seal(services: Services, ids: list[str]) -> None:
    """Real answers and addresses, sealed with real keys, for the cases at work."""
    ring, answers = services.ring, {"about": {"words": "synthetic " * 60}}
    for first in range(0, len(ids), AT_ONCE):
        keys = {each: os.urandom(KEY_BYTES) for each in ids[first : first + AT_ONCE]}
        rows = []
        for each, key in keys.items():
            wrapped = seal(ring.wrapping[ring.newest], key, context("wrapped_keys", f"case:{each}"))
            sealed = seal_json(key, answers, context("cases", each, "answers"))
            address = seal_json(key, f"{each}@example.org", context("cases", each, "address"))
            row = {"id": each, "owner": f"case:{each}", "wrapped": wrapped, "answers": sealed, "address": address}
            rows.append(row)
        with services.keys.database.transaction(lasting=False) as tx:
            tx.execute(text("UPDATE wrapped_keys SET wrapped = :wrapped WHERE owner = :owner"), rows)
        with services.database.transaction(lasting=False) as tx:
            tx.execute(text("UPDATE cases SET answers = :answers, address = :address WHERE id = :id"), rows)
