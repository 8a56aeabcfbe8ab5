"""Who may import whom, held by reading the code; and that every part is where the others expect it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.kinds import KINDS
from kiosk.problems import ANSWER_REASONS, DOCUMENT_REASONS, POPULATION_REASONS, REFUSALS

ROOT = Path(__file__).parents[1]
PACKAGES = ("kiosk", "facilitator", "display")


@dataclass(frozen=True)
class Import:
    """One import as it stands in a file: ``name`` is a module, or something in one."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


def source_files() -> Iterator[Path]:
    yield ROOT / "run.py"
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


TREES = {name_of(path): ast.parse(path.read_text("utf-8")) for path in source_files()}


def imports_in(file: str) -> Iterator[Import]:
    """Every import of a file, those inside functions too."""
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = ".".join([*_package(file, node.level), *(node.module or "").split(".")]).strip(".")
            yield from (Import(file, node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def _package(file: str, level: int) -> list[str]:
    """The package that an import of so many dots starts from; none for an absolute import."""
    return list(Path(file).parts[:-level]) if level else []


IMPORTS = [found for file in TREES for found in imports_in(file)]


def within(name: str, *places: str) -> bool:
    """Whether a file or module is one of the places or lies in one."""
    return any(name == place or name.startswith((place + "/", place + ".")) for place in places)


def told(found: Iterable[Import]) -> list[str]:
    return [str(one) for one in found]


def test_there_is_something_to_read() -> None:
    assert len(TREES) > 40
    assert len(IMPORTS) > 200


# ── One home per library ─────────────────────────────────────────────────────────────────────────────

HOMES = {
    "eventlet": ["kiosk/engine/green.py"],
    "greenlet": ["kiosk/engine/green.py"],
    "flask_socketio": ["kiosk/live"],
    "socketio": ["kiosk/live"],
    "engineio": ["kiosk/live"],
    "sqlite_utils": ["kiosk/store"],
    "qrcode": ["kiosk/qr.py"],
    "matplotlib": ["facilitator/figures"],
    "numpy": ["facilitator/figures", "kiosk/statistics"],
    "scipy": ["kiosk/statistics"],
    "babel": ["kiosk/languages.py"],
    "ifaddr": ["kiosk/addresses.py"],
    "jsonschema": ["kiosk/documents.py"],
    "nacl": ["kiosk/backups/box.py", "kiosk/sync/signing.py"],
    "xlsxwriter": ["facilitator"],
    "sqlalchemy": ["kiosk/central"],
    "alembic": ["kiosk/central"],
    "argon2": ["kiosk/central/accounts.py"],
    "waitress": ["kiosk/central/main.py"],
    "requests": [],
    "websocket": [],
}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library: str) -> None:
    strangers = [
        one for one in IMPORTS if within(one.name, library) and not within(one.file, *HOMES[library])
    ]
    assert told(strangers) == []


@pytest.mark.parametrize("library", ["eventlet", "qrcode", "babel", "ifaddr", "jsonschema", "xlsxwriter"])
def test_a_library_is_one_file_to_replace(library: str) -> None:
    assert len({one.file for one in IMPORTS if within(one.name, library)}) == 1


@pytest.mark.parametrize("library", ["flask_socketio", "socketio", "sqlite_utils", "matplotlib"])
def test_a_home_is_lived_in(library: str) -> None:
    assert any(within(one.name, library) for one in IMPORTS)


# ── Pure rules ───────────────────────────────────────────────────────────────────────────────────────

PURE = [
    file
    for file in TREES
    if within(file, "kiosk/meeting", "kiosk/statistics") or re.fullmatch(r"kiosk/kinds/.*\.py", file)
]
KNOWS_THE_WORLD = (
    "asyncio", "concurrent", "datetime", "http", "io", "multiprocessing", "os", "pathlib", "random",
    "secrets", "select", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib", "uuid",
)  # fmt: skip


def test_the_rules_are_many() -> None:
    assert len(PURE) > 15


@pytest.mark.parametrize("file", PURE)
def test_rules_know_only_rules_and_the_standard_library(file: str) -> None:
    known = ("kiosk.meeting", "kiosk.kinds", "kiosk.statistics", *libraries_of(file))
    for one in imports_in(file):
        top = one.name.split(".")[0]
        assert top in sys.stdlib_module_names or within(one.name, *known), str(one)
        assert not within(one.name, *KNOWS_THE_WORLD), str(one)


CALCULATING = ("numpy", "scipy")


def libraries_of(file: str) -> tuple[str, ...]:
    """Statistics may calculate with libraries, except for the gate, which every result passes."""
    of_the_gate = within(file, "kiosk/statistics/disclosure")
    return CALCULATING if within(file, "kiosk/statistics") and not of_the_gate else ()


@pytest.mark.parametrize("file", PURE)
def test_libraries_that_calculate_are_loaded_when_used(file: str) -> None:
    """They take a second to load, and no vote may wait for that."""
    at_once = [
        ast.unparse(node) for node in TREES[file].body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert [line for line in at_once if within(line.split()[1], *CALCULATING)] == []


@pytest.mark.parametrize("file", PURE)
def test_rules_open_nothing_and_print_nothing(file: str) -> None:
    called = {
        node.func.id
        for node in ast.walk(TREES[file])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called.isdisjoint({"open", "print", "input", "exec", "eval", "__import__"})


# ── Which way the arrows point ───────────────────────────────────────────────────────────────────────

MAY_NOT = [
    ("kiosk/meeting", ["kiosk.kinds", "kiosk.statistics"]),
    ("kiosk/kinds", ["kiosk.statistics"]),
    ("kiosk/statistics", ["kiosk.kinds"]),
    (
        "kiosk/store",
        ["kiosk.live", "kiosk.kinds", "kiosk.statistics", "kiosk.room", "kiosk.results", "flask"],
    ),
    (
        "kiosk/live",
        ["kiosk.store", "kiosk.room", "kiosk.api", "kiosk.pages", "kiosk.results", "sqlite3", "flask"],
    ),
    ("kiosk/store", ["kiosk.backups", "kiosk.doctor"]),
    ("kiosk/backups", ["kiosk.room", "kiosk.live", "kiosk.meeting", "flask", "sqlite_utils"]),
    ("kiosk/doctor", ["kiosk.room", "kiosk.live", "kiosk.meeting", "flask"]),
    ("kiosk/doctor/checks.py", ["kiosk.store", "kiosk.backups", "kiosk.clock"]),
    ("kiosk/troubles.py", ["kiosk.store", "kiosk.room", "kiosk.backups", "kiosk.clock", "flask"]),
    ("kiosk/timekeeping.py", ["kiosk"]),
    ("kiosk/engine", ["kiosk.store", "kiosk.room", "kiosk.live", "flask"]),
    (
        "kiosk/room",
        [
            "kiosk.api",
            "kiosk.pages",
            "kiosk.phone_state",
            "kiosk.app",
            "kiosk.access",
            "kiosk.results",
            "flask",
        ],
    ),
    ("kiosk/documents.py", ["kiosk.store", "kiosk.room", "flask"]),
    ("kiosk/results.py", ["kiosk.store", "kiosk.room", "flask"]),
    ("kiosk/labels.py", ["kiosk.store", "kiosk.room", "kiosk.meeting", "flask"]),
    ("kiosk/spreadsheets.py", ["kiosk", "flask"]),
    ("kiosk/refusing.py", ["kiosk.store", "kiosk.room", "kiosk.central"]),
    ("kiosk/composition_views.py", ["kiosk.store", "kiosk.room", "flask"]),
    ("kiosk/comparison_views.py", ["kiosk.store", "kiosk.room", "flask"]),
    ("facilitator/figures", ["kiosk.store", "kiosk.room", "kiosk.results", "kiosk.languages", "flask"]),
    ("kiosk/sync", ["kiosk.room", "kiosk.live", "kiosk.central", "kiosk.app", "flask", "requests"]),
    ("kiosk/central", ["kiosk.room", "kiosk.live", "kiosk.engine", "kiosk.app"]),
    ("kiosk/central/recount.py", ["flask", "sqlalchemy", "kiosk.clock", "kiosk.problems"]),
    ("kiosk/central/cells.py", ["flask", "sqlalchemy", "kiosk.clock", "kiosk.problems"]),
    ("kiosk/central/weighted.py", ["flask", "sqlalchemy", "kiosk.clock"]),
    ("kiosk/central/summaries.py", ["flask", "kiosk.central.pages"]),
    ("kiosk/central/reading.py", ["flask", "kiosk.central.pages"]),
    ("kiosk/central/pages", ["sqlalchemy", "kiosk.central.tables", "kiosk.central.summaries"]),
    ("kiosk/room", ["kiosk.central"]),
    ("kiosk/problems", ["kiosk.store", "kiosk.room", "kiosk.meeting", "flask"]),
    ("kiosk", ["facilitator", "display", "scripts", "tests", "run"]),
    ("facilitator", ["display", "scripts", "tests", "run"]),
    ("display", ["facilitator", "scripts", "tests", "run"]),
]


@pytest.mark.parametrize(("place", "others"), MAY_NOT, ids=[place for place, _ in MAY_NOT])
def test_who_knows_whom(place: str, others: list[str]) -> None:
    wrong = [one for one in IMPORTS if within(one.file, place) and within(one.name, *others)]
    assert told(wrong) == []


def test_windows_change_nothing_past_the_room() -> None:
    """The console and the wall may name the store's values, never the store or its statements."""
    wrong = [
        one
        for one in IMPORTS
        if within(one.file, "facilitator", "display")
        and within(one.name, "kiosk.store", "kiosk.live", "sqlite3")
        and not is_a_value(one.name)
    ]
    assert told(wrong) == []


def is_a_value(name: str) -> bool:
    last = name.rsplit(".", 1)[-1]
    return last[0].isupper() and last != "Store"


PARTS = [
    name.removesuffix(".py").replace("/", ".")
    for name in TREES
    if within(name, "kiosk/room") and name != "kiosk/room/__init__.py"
]


def test_nobody_outside_knows_the_parts_of_the_room() -> None:
    assert len(PARTS) > 8
    wrong = [one for one in IMPORTS if not within(one.file, "kiosk/room") and within(one.name, *PARTS)]
    assert told(wrong) == []


def test_no_part_of_the_room_knows_the_whole() -> None:
    """What a part needs of others it is given; so it can be read alone."""
    wrong = [
        one
        for one in IMPORTS
        if within(one.file, "kiosk/room") and within(one.name, "kiosk.room") and not within(one.name, *PARTS)
    ]
    assert told(wrong) == []


def test_only_the_composition_root_puts_windows_together() -> None:
    together = {one.file for one in IMPORTS if within(one.name, "facilitator", "display")} - {
        file for file in TREES if within(file, "facilitator", "display")
    }
    assert together == {"run.py"}


# ── One place for each dangerous thing ───────────────────────────────────────────────────────────────

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR \w+ )?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(TABLE|UNIQUE|INDEX)|PRAGMA)\b",
    re.DOTALL,
)


def strings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_sql_is_spoken_in_the_store_alone() -> None:
    assert any(SQL.search(text) for _, text in strings_in(TREES["kiosk/store/ballots.py"]))
    spoken = [
        f"{file}:{line}"
        for file, tree in TREES.items()
        if not within(file, "kiosk/store", "kiosk/central/database.py")
        for line, text in strings_in(tree)
        if SQL.search(text)
    ]
    assert spoken == []


def attributes_called(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr


def test_only_the_hub_sends() -> None:
    senders = {file for file, tree in TREES.items() for _, name in attributes_called(tree) if name == "emit"}
    assert senders == {"kiosk/live/hub.py"}


SHOWN = ("Disclosed", "DisclosedGroups", "DisclosedFlows", "DisclosedSum", "DisclosedPeople")
"""What windows, exports, figures and the API take."""


def test_only_the_gate_makes_what_may_be_shown() -> None:
    makers = {
        file
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN
    }
    assert {file.rpartition("/")[0] for file in makers} == {"kiosk/statistics/disclosure"}


def test_only_the_clock_asks_what_time_it_is() -> None:
    """So that a test can hold it. What starts, serves or draws has no part in a meeting."""
    outside = ("kiosk/clock.py", "kiosk/bootstrap", "kiosk/engine", "kiosk/main.py", "facilitator/figures")
    asking = [
        f"{file}:{line}"
        for file, tree in TREES.items()
        if not within(file, *outside)
        for line in asks_the_time(tree)
    ]
    assert asking == []


def asks_the_time(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = ast.unparse(node.func)
            if re.search(
                r"\b(time\.(time|monotonic|perf_counter)|(datetime|date)\.(now|utcnow|today))$", asked
            ):
                yield node.lineno


# ── Kinds and refusals ───────────────────────────────────────────────────────────────────────────────

KIND_FOLDERS = sorted(
    path.name for path in (ROOT / "kiosk" / "kinds").iterdir() if path.is_dir() and path.name != "__pycache__"
)


def test_every_folder_of_a_kind_is_in_the_registry() -> None:
    assert sorted(KINDS) == KIND_FOLDERS


@pytest.mark.parametrize("kind", KIND_FOLDERS)
def test_a_kind_has_all_its_parts_in_its_folder(kind: str) -> None:
    folder = ROOT / "kiosk" / "kinds" / kind
    for part in ("rules.py", "phone.html", "result.html"):
        assert (folder / part).stat().st_size > 0, part


def test_no_kind_knows_another() -> None:
    wrong = [
        one
        for kind in KIND_FOLDERS
        for one in IMPORTS
        if within(one.file, f"kiosk/kinds/{kind}")
        and any(within(one.name, f"kiosk.kinds.{other}") for other in KIND_FOLDERS if other != kind)
    ]
    assert told(wrong) == []


def first_words(*names: str) -> set[tuple[str, str]]:
    """The first argument, where it is written out, of every call of these names; with the file."""
    return {
        (file, node.args[0].value)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_refusal_that_is_given_exists() -> None:
    given = first_words("Problem")
    assert len({code for _, code in given}) > 20
    assert {(file, code) for file, code in given if code not in REFUSALS} == set()


def test_every_refusal_that_exists_is_given() -> None:
    """By name, or from one of the tables that turn a status into a refusal."""
    written = {
        text
        for file, tree in TREES.items()
        if not file.startswith("kiosk/problems/")
        for _, text in strings_in(tree)
    }
    assert set(REFUSALS) - written == set()


def test_every_fault_of_a_table_can_be_told() -> None:
    """Its reading names a column, or a reason of its own."""
    named = {text for _, text in strings_in(TREES["kiosk/statistics/population.py"])}
    assert set(POPULATION_REASONS) <= named


def test_every_contradiction_of_a_document_can_be_told() -> None:
    files = ("kiosk/meeting/document.py", "kiosk/documents.py")
    given = {text for file in files for _, text in strings_in(TREES[file])}
    assert set(DOCUMENT_REASONS) <= given


def test_every_reason_a_kind_gives_for_an_answer_can_be_told() -> None:
    """A fault of the question itself is told where a document is refused, and has words of its own."""
    of_questions = {"too_few_options", "limits"}
    given = {reason for file, reason in first_words("Malformed") if within(file, "kiosk/kinds")}
    assert given - of_questions <= set(ANSWER_REASONS)
    assert set(ANSWER_REASONS) <= given
