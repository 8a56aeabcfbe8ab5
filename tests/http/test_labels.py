"""How certain a result is stands where results are read: on the console, the wall, and what is taken home."""

from __future__ import annotations

from tests.http.calls import ask, begun, cast_by, close
from tests.support import meetings
from tests.support.browsers import Browser

LEVEL = "One answer per device; not a secret ballot with a roll."
SHORT = "One answer per device"


def test_the_console_says_what_a_result_is_worth(client: Browser) -> None:
    begun(client, meetings.single("drink"))
    page = client.console().get("/facilitator/meetings/m1").text
    assert LEVEL in page


def test_so_does_the_wall_beside_a_result(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"))
    round_id = ask(operator, "drink")
    cast_by(client, 6, round_id, {"options": ["a"]})
    close(operator, round_id)
    wall = client.wall()
    assert SHORT not in wall.get("/display").text
    operator.post(f"/api/v1/rounds/{round_id}/reveal", json={})
    assert SHORT in wall.get("/display").text


def test_so_does_every_file_that_is_taken_home(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"))
    round_id = ask(operator, "drink")
    cast_by(client, 6, round_id, {"options": ["a"]})
    close(operator, round_id)
    operator.post(f"/api/v1/rounds/{round_id}/reveal", json={})
    for path in (f"rounds/{round_id}/result.csv", "meetings/m1/results.csv"):
        table = operator.get(f"/facilitator/{path}").data.decode()
        assert all(LEVEL in line for line in table.splitlines()[1:] if "drink" in line)
        assert LEVEL in table
