"""ES modules put together, so that a phone asks for one script and not for twelve.

In a hall where everybody joins at once requests cost more than bytes. Modules are written and checked one by
one; here those that an entry imports are placed above it, each in a function of its own, so that no two can
meet each other's names. What is not written in the plain way our modules are is refused at start.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function\*?|function\*?|class|const) (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)


def entries(sources: Mapping[str, str]) -> list[str]:
    """The modules that no other imports: those that pages load."""
    imported = {_resolved(name, path) for name in sources for _, path in _IMPORT.findall(sources[name])}
    return [name for name in sources if name not in imported]


def joined(entry: str, sources: Mapping[str, str]) -> str:
    """The entry with all it imports above it. What is not among the sources is imported as before."""
    order: list[str] = []
    _collect(entry, sources, order)
    outer: dict[str, list[str]] = {}
    parts = [_part(name, sources, order, outer) for name in order]
    folder = posixpath.dirname(entry)
    imports = [
        f'import * as {_outer_name(path)} from "{posixpath.relpath(path, folder)}";\n' for path in outer
    ]
    return "".join(imports + parts)


def _collect(name: str, sources: Mapping[str, str], order: list[str]) -> None:
    """List a module after everything it imports."""
    for _, path in _IMPORT.findall(sources[name]):
        target = _resolved(name, path)
        if target in sources and target not in order:
            _collect(target, sources, order)
    order.append(name)


def _part(name: str, sources: Mapping[str, str], order: list[str], outer: dict[str, list[str]]) -> str:
    """One module as a function that gives what it exports; the entry, which comes last, as it is."""

    def receive(match: re.Match[str]) -> str:
        names, path = match.groups()
        target = _resolved(name, path)
        if target in sources:
            giver = f"m{order.index(target)}"
        else:
            giver = _outer_name(target)
            outer.setdefault(target, []).append(names)
        return f"const {{{names.replace(' as ', ': ')}}} = {giver};\n"

    text = _IMPORT.sub(receive, _COMMENT.sub("", sources[name]))
    exports = _EXPORT.findall(text)
    text = _EXPORT.sub("", text)
    strange = _LEFT_OVER.search(text)
    if strange is not None:
        raise ValueError(f"{name}: cannot put together: {strange.group()}")
    if name == order[-1]:
        return text
    return f"const m{order.index(name)} = (() => {{\n{text}return {{ {', '.join(exports)} }};\n}})();\n"


def _resolved(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _outer_name(path: str) -> str:
    return "outer_" + re.sub(r"\W", "_", path)
