"""What comes after a meeting: a look at the seal beforehand, the way home, deleting."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from kiosk.access import operator_only, room
from kiosk.api.fields import body, text, text_or_none, version
from kiosk.problems import Problem
from kiosk.room import Kept
from kiosk.store.acts import Act
from kiosk.sync.client import Progress
from kiosk.sync.enrolling import Central

blueprint = Blueprint("home", __name__)

LONGEST_NAME = 80


@blueprint.get("/meetings/<meeting_id>/seal")
@operator_only
def seal_preview(meeting_id: str) -> Response:
    """What the seal will keep and what it will destroy."""
    preview = room().seal_preview(meeting_id)
    return jsonify(
        questions=[asdict(one) for one in preview.questions],
        answers=preview.answers,
        about_people=preview.about_people,
        rehearsing=preview.rehearsing,
    )


@blueprint.get("/homecoming")
@operator_only
def homecoming() -> Response:
    """Where each meeting is on its way home."""
    site, central = room().site(), room().central()
    return jsonify(
        site=site.id,
        key=site.key.public,
        central=None if central is None else _central(central),
        meetings=[_kept(one) for one in room().kept()],
        deleted=[_deleted(act) for act in room().deleted()],
    )


@blueprint.post("/central")
@operator_only
def know_central() -> Response:
    """Enrol at a central store, or know one by its key."""
    message = body()
    if "key" in message:
        return jsonify(_central(room().pin_central(text(message, "key").strip())))
    name = text(message, "name", "").strip()
    if len(name) > LONGEST_NAME:
        raise Problem("malformed", field="name")
    url, code = text(message, "url").strip(), text(message, "code").strip()
    return jsonify(_central(room().enrol(url, code, name)))


@blueprint.post("/meetings/<meeting_id>/send")
@operator_only
def send(meeting_id: str) -> Response:
    """Try to send a sealed meeting now."""
    body()
    room().send_home(meeting_id)
    return jsonify(status="asked")


@blueprint.get("/meetings/<meeting_id>/bundle")
@operator_only
def bundle(meeting_id: str) -> Response:
    """The bundle of a sealed meeting, for a stick."""
    name, content = room().bundle_file(meeting_id)
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype="application/zip", headers={"Content-Disposition": disposition})


@blueprint.post("/receipts")
@operator_only
def take_receipt() -> Response:
    """Take a receipt that came back on a stick."""
    receipt = room().take_receipt(json.dumps(body()).encode()).receipt
    return jsonify(id=receipt.id, meeting=receipt.meeting, received_at=receipt.received_at)


@blueprint.put("/meetings/<meeting_id>/retention")
@operator_only
def keep_until(meeting_id: str) -> Response:
    """Until which day the meeting is kept here."""
    message = body()
    if "keep_until" not in message:
        raise Problem("malformed", field="keep_until")
    room().keep_until(meeting_id, text_or_none(message, "keep_until"))
    return jsonify(status="saved")


@blueprint.post("/meetings/<meeting_id>/delete")
@operator_only
def delete(meeting_id: str) -> Response:
    """Delete a meeting from this computer."""
    message = body()
    room().delete(meeting_id, text(message, "why", ""), text(message, "reference", ""), version())
    return jsonify(status="deleted")


def _central(central: Central) -> dict[str, Any]:
    return {"name": central.name, "url": central.url, "key": central.key}


def _kept(kept: Kept) -> dict[str, Any]:
    meeting = kept.stage.meeting
    way = kept.way
    return {
        "id": meeting.id,
        "title": dict(meeting.title),
        "place": dict(meeting.place),
        "date": meeting.date,
        "status": kept.stage.status,
        "version": kept.stage.version,
        "sending": way is not None and way.is_sending,
        "next_seconds": None if way is None or way.next_seconds is None else round(way.next_seconds),
        "progress": None if way is None or way.progress is None else _progress(way.progress),
        "keep_until": kept.keep_until,
        "overdue": kept.is_overdue,
    }


def _progress(progress: Progress) -> dict[str, Any]:
    problem, receipt = progress.problem, progress.receipt
    return {
        "state": progress.state,
        "parts": progress.parts,
        "parts_acknowledged": progress.parts_acknowledged,
        "records": progress.records,
        "records_acknowledged": progress.records_acknowledged,
        "sentence": progress.sentence(),
        "problem": None if problem is None else {"code": problem.code, "detail": problem.sentence()},
        "receipt": None
        if receipt is None
        else {"id": receipt.receipt.id, "received_at": receipt.receipt.received_at},
    }


def _deleted(act: Act) -> dict[str, Any]:
    return {"meeting": act.meeting, "at": act.at, **act.note}
