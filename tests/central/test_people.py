"""Who may send and who may read: codes that work once, keys that are revoked, accounts, sessions."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from kiosk.central import accounts, sites
from kiosk.central import tables as t
from kiosk.central.database import Database
from kiosk.problems import Problem
from kiosk.sync import enrolling
from kiosk.sync.exchange import sign_enrolment
from kiosk.sync.signing import fresh_key, site_of
from tests.support.clock import StillClock
from tests.support.offices import Office

PASSWORD = "correct horse battery staple"


def test_a_code_enrols_one_laptop_once(office: Office, tmp_path: Path) -> None:
    code = office.code()
    central = enrolling.enrol(tmp_path / "first", office.url, code, "The library")
    assert (central.key, central.name) == (office.intake.key.public, "The office")
    # An answer that was lost: the same laptop asks again.
    enrolling.enrol(tmp_path / "first", office.url, code, "The library")
    with pytest.raises(Problem) as refused:
        enrolling.enrol(tmp_path / "second", office.url, code, "Somebody else")
    assert refused.value.code == "enrolment_code"
    (key,) = sites.every_key(office.database)
    assert (key.site, key.name) == (site_of(tmp_path / "first").id, "The library")


def test_a_code_as_people_type_it(office: Office, data: Path) -> None:
    code = office.code()
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert enrolling.enrol(data, office.url, typed, "").key == office.intake.key.public


def test_a_code_grows_old(office: Office, data: Path, clock: StillClock) -> None:
    code = office.code()
    clock.step(sites.CODE_DAYS * 24 * 3600)
    with pytest.raises(Problem) as refused:
        enrolling.enrol(data, office.url, code, "")
    assert refused.value.code == "enrolment_code"


@pytest.mark.parametrize("wrong", ["", "ABCD", "0000-" * 8, "0000-" * 9])
def test_a_wrong_code_says_so(office: Office, data: Path, wrong: str) -> None:
    with pytest.raises(Problem) as refused:
        enrolling.enrol(data, office.url, wrong, "")
    assert refused.value.code == "enrolment_code"
    assert not (data / "central.json").exists()


def test_a_code_of_another_store_is_not_given_to_this_one(office: Office, data: Path) -> None:
    """The secret stays here when whoever answers does not own the key that the code names."""
    code = sites.make_code(office.database, fresh_key().public, office.intake.clock, "x")
    with pytest.raises(Problem) as refused:
        enrolling.enrol(data, office.url, code, "")
    assert refused.value.code == "enrolment_code"
    with office.database.reading() as tx:
        assert tx.scalars(select(t.enrolment.c.used_at)).all() == [None]


def test_no_code_lies_in_the_database(office: Office) -> None:
    secret = enrolling.plain(office.code())[: enrolling.SECRET_LETTERS]
    with office.database.reading() as tx:
        assert secret not in repr(tx.execute(select(t.enrolment)).all())


def test_a_site_cannot_be_taken_over_by_a_code_made_for_a_new_one(office: Office, data: Path) -> None:
    known = office.laptop(data)
    stranger = fresh_key()
    secret = enrolling.plain(office.code())[: enrolling.SECRET_LETTERS]
    with pytest.raises(Problem) as refused:
        sites.enrol(
            office.database,
            office.intake.clock,
            code=secret,
            site=known.id,
            name="",
            key=stranger.public,
            signature=sign_enrolment(stranger, known.id, secret),
        )
    assert refused.value.code == "site_taken"
    with pytest.raises(Problem) as refused:
        sites.enrol(
            office.database,
            office.intake.clock,
            code=secret,
            site="another1",
            name="",
            key=known.key.public,
            signature=sign_enrolment(stranger, "another1", secret),
        )
    assert refused.value.code == "bad_signature"


@pytest.mark.parametrize("is_made_for_the_site", [True, False])
def test_a_laptop_that_is_known_may_connect_again(
    office: Office, data: Path, is_made_for_the_site: bool
) -> None:
    known = office.laptop(data)
    (data / "central.json").unlink()
    code = office.code(known.id if is_made_for_the_site else None)
    assert enrolling.enrol(data, office.url, code, "Another name").url == office.url
    (key,) = sites.every_key(office.database)
    assert (key.site, key.public, key.name) == (known.id, known.key.public, "A laptop")
    with pytest.raises(Problem) as refused:
        enrolling.enrol(data.parent / "second", office.url, code, "")
    assert refused.value.code == "enrolment_code"


def test_revoking_twice_and_revoking_nobody_is_told(office: Office, data: Path) -> None:
    key = office.laptop(data).key.public
    sites.revoke(office.database, office.intake.clock, key, "Stolen")
    for wrong in (key, "0" * 64):
        with pytest.raises(Problem) as refused:
            sites.revoke(office.database, office.intake.clock, wrong, "Again")
        assert refused.value.code == "no_such_key"
    assert [one.revoked_why for one in sites.every_key(office.database)] == ["Stolen"]


# ── Accounts ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_lets_its_owner_in_and_nobody_else(office: Office, clock: StillClock) -> None:
    database = office.database
    accounts.open_account(database, clock, "cia", PASSWORD, "editor")
    account, token = accounts.log_in(database, clock, "cia", PASSWORD)
    assert accounts.account_of(database, clock, token) == account
    assert (account.may("reader"), account.may("editor"), account.may("administrator")) == (True, True, False)
    for name, password in (("cia", PASSWORD + "!"), ("bo", PASSWORD), ("cia", "")):
        with pytest.raises(Problem) as refused:
            accounts.log_in(database, clock, name, password)
        assert refused.value.code == "log_in"
    assert accounts.account_of(database, clock, "no token") is None
    with database.reading() as tx:
        stored = repr(tx.execute(select(t.account)).all()) + repr(tx.execute(select(t.session)).all())
    assert "$argon2id$" in stored
    assert PASSWORD not in stored
    assert token not in stored


def test_workers_count_wrong_passwords_together(office: Office, clock: StillClock, database_url: str) -> None:
    """Many at once, each worker with a connection of its own: no more are heard than from one."""
    accounts.open_account(office.database, clock, "cia", PASSWORD, "reader")
    workers = [Database(database_url) for _ in range(2)]
    told: list[str] = []

    def guess(worker: Database) -> None:
        for _ in range(accounts.MOST_ATTEMPTS):
            with pytest.raises(Problem) as refused:
                accounts.log_in(worker, clock, "cia", "wrong")
            told.append(refused.value.code)

    threads = [threading.Thread(target=guess, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(told) == {"log_in": accounts.MOST_ATTEMPTS, "log_in_paused": accounts.MOST_ATTEMPTS}
    with pytest.raises(Problem) as refused:
        accounts.log_in(office.database, clock, "cia", PASSWORD)
    assert "Wait five minutes" in refused.value.sentence()
    accounts.open_account(office.database, clock, "bosse", PASSWORD, "reader")
    accounts.log_in(office.database, clock, "bosse", PASSWORD)
    clock.step(accounts.PAUSE_SECONDS)
    accounts.log_in(workers[0], clock, "cia", PASSWORD)
    for worker in workers:
        worker.close()
    assert office.count(t.attempt) == 0


def test_a_session_ends_by_hand_by_time_and_with_its_account(office: Office, clock: StillClock) -> None:
    database = office.database
    accounts.open_account(database, clock, "cia", PASSWORD, "reader")
    tokens = [accounts.log_in(database, clock, "cia", PASSWORD)[1] for _ in range(2)]
    accounts.log_out(database, tokens[0])
    assert accounts.account_of(database, clock, tokens[0]) is None
    assert accounts.account_of(database, clock, tokens[1]) is not None
    clock.step(accounts.SESSION_HOURS * 3600)
    assert accounts.account_of(database, clock, tokens[1]) is None
    _, token = accounts.log_in(database, clock, "cia", PASSWORD)
    accounts.close_account(database, clock, "cia")
    assert accounts.account_of(database, clock, token) is None
    with pytest.raises(Problem):
        accounts.log_in(database, clock, "cia", PASSWORD)
    with pytest.raises(Problem) as refused:
        accounts.close_account(database, clock, "cai")
    assert refused.value.code == "no_such_account"


@pytest.mark.parametrize(
    ("name", "password"), [("ab", PASSWORD), ("a b c", PASSWORD), ("cia", "x" * 14), ("cia", "x" * 201)]
)
def test_an_account_that_will_not_do(office: Office, clock: StillClock, name: str, password: str) -> None:
    with pytest.raises(Problem) as refused:
        accounts.open_account(office.database, clock, name, password, "reader")
    assert refused.value.code == "account"
    assert office.count(t.account) == 0


def test_a_name_is_taken_once(office: Office, clock: StillClock) -> None:
    accounts.open_account(office.database, clock, "cia", PASSWORD, "reader")
    with pytest.raises(Problem):
        accounts.open_account(office.database, clock, "cia", PASSWORD, "administrator")
