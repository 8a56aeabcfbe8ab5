"""Reading values back from JSON, strictly: what has the wrong form is refused before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, not {type(value).__name__}")
    return value


def text(data: Mapping[str, Any], name: str, most: int = 2_000) -> str:
    """A string, cut off where no honest text would still go on."""
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name}: expected a text, not {type(value).__name__}")
    return value if len(value) <= most else value[: most - 1] + "…"


def optional_text(data: Mapping[str, Any], name: str) -> str | None:
    return None if data.get(name) is None else text(data, name)


def number(data: Mapping[str, Any], name: str) -> float:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ValueError(f"{name}: expected a number, not {value!r:.40}")
    return float(value)


def share(data: Mapping[str, Any], name: str) -> float:
    """A number kept between 0 and 100."""
    return min(max(number(data, name), 0.0), 100.0)


def optional_share(data: Mapping[str, Any], name: str) -> float | None:
    return None if data.get(name) is None else share(data, name)


def items(data: Mapping[str, Any], name: str, read: Callable[[Any], T], most: int) -> tuple[T, ...]:
    """A list, each item read by itself."""
    value = data.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list, not {type(value).__name__}")
    if len(value) > most:
        raise ValueError(f"{name}: {len(value)} are too many, {most} is the limit")
    return tuple(read(item) for item in value)


def texts(data: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    return items(data, name, lambda item: text({name: item}, name), most)


def pair(data: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Two texts."""
    found = texts(data, name, 2)
    if len(found) != 2:
        raise ValueError(f"{name}: expected two texts")
    return found[0], found[1]


def one_of(data: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = data.get(name)
    if value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(choices)}, not {value!r:.40}")
    return str(value)
