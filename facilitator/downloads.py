"""Results to take home."""

from __future__ import annotations

from flask import Blueprint

downloads = Blueprint("downloads", __name__)
