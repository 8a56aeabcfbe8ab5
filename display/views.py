"""What the wall shows: one stage, read as one view.

A view is the name of a template and what it needs. Choosing it is all that is decided here; what may be
known has been decided by the room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kiosk.comparison_views import GroupsView, change_view, groups_view
from kiosk.composition_views import CompositionView, composition_views
from kiosk.kinds import kind_of
from kiosk.languages import wording
from kiosk.meeting.document import AgendaItem
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import BY, CHANGE, Stage
from kiosk.results import live_view, result_view
from kiosk.room import Room

ROWS = ((4, "few"), (6, "some"), (10, "dense"))
"""The most rows of a list for each way of setting it; beyond the last it is "denser"."""
LENGTHS = ((32, "short"), (70, "medium"), (130, "long"))
"""The most characters of a heading for each size of type; beyond the last it is "longest"."""
ROWS_OF_COLUMN = 15
"""Rows that a column of the composition holds at the smallest type …"""
ROWS_OF_PAGED_COLUMN = 11
"""… and at comfortable type, when there are pages to turn anyway."""
ROWS_OF_CAPTION = 2
ROWS_OF_WIDE_PAGE = 10
"""Rows that a page holds of pictures as wide as the wall."""
GROUPS_OF_PAGE = 4
"""Groups that stand beside one another with bars that can be read from the back."""
LONG_LABEL = 34
"""Characters above which a label is set smaller, so that it can break over lines."""


@dataclass(frozen=True)
class View:
    """One picture on the wall.

    ``key`` names the picture: while it stays the same, news changes figures and nothing moves. ``corner``
    says whether latecomers are told how to join.
    """

    name: str
    key: str
    corner: bool = True
    context: Mapping[str, object] = field(default_factory=dict)


def view_of(stage: Stage, room: Room, language: str) -> View:
    """The view that the stage asks for."""
    if stage.wall == "blank":
        return View("blank", "blank", corner=False)
    if stage.wall == "break":
        is_break = stage.item is not None and stage.item.type == "break"
        return View("break", "break", context={"item": stage.item if is_break else None})
    if stage.wall == "composition":
        return _composition(stage, room, language)
    if stage.status in ("ended", "sealed"):
        return View("farewell", "farewell", corner=False)
    if stage.wall == "join" or stage.status == "prepared" or stage.item is None:
        return _join(stage, room)
    if stage.item.type == "question":
        return _question(stage, stage.item, room, language)
    if stage.item.type == "composition":
        return _composition(stage, room, language)
    if stage.item.type in ("slide", "break"):
        return View(stage.item.type, f"{stage.item.type} {stage.item.id}", context={"item": stage.item})
    return _join(stage, room)


def rows(count: int) -> str:
    """The name by which the style sheet knows a list of so many rows."""
    return next((name for most, name in ROWS if count <= most), "denser")


def length(words: str) -> str:
    """The name by which the style sheet knows a heading of this length."""
    return next((name for most, name in LENGTHS if len(words) <= most), "longest")


def _join(stage: Stage, room: Room) -> View:
    context = {"wifi": room.wifi(), "connected": room.presence(stage.meeting.id)}
    return View("join", "join", corner=False, context=context)


def _composition(stage: Stage, room: Room, language: str) -> View:
    population = room.compared_with(stage)
    views = composition_views(stage, room.pictures(stage.meeting.id), language, population)
    notes = dict.fromkeys(view.note for view in views if view.bars and view.note)
    compared = [view.compared for view in views if view.compared is not None]
    context = {
        "columns": _in_columns(views),
        "wide": any(view.is_compared for view in views),
        "notes": tuple(notes),
        "population": compared[0].population if any(one.rows for one in compared) else "",
        "sources": tuple(dict.fromkeys(one.source for one in compared if one.rows)),
    }
    return View("composition", "composition", context=context)


def _in_columns(views: Sequence[CompositionView]) -> list[list[CompositionView]]:
    """Pictures in columns of about equal height: two where they hold everything, else more, as pages."""
    heights = {view.question: _height(view) for view in views}
    if any(view.is_compared for view in views):
        return _one_after_another(views, heights)
    whole = sum(heights.values())
    count = 2 if whole <= 2 * ROWS_OF_COLUMN else -(-whole // ROWS_OF_PAGED_COLUMN)
    columns: list[list[CompositionView]] = [[] for _ in range(min(count, len(views)))]
    for view in sorted(views, key=lambda view: -heights[view.question]):
        min(columns, key=lambda column: sum(heights[other.question] for other in column)).append(view)
    return columns


def _one_after_another(
    views: Sequence[CompositionView], heights: Mapping[str, int]
) -> list[list[CompositionView]]:
    """Pictures beside the population take the whole width: as many to a page as there is height for."""
    pages: list[list[CompositionView]] = []
    for view in sorted(views, key=lambda view: -heights[view.question]):
        fitting = (
            page
            for page in pages
            if sum(heights[other.question] for other in page) + heights[view.question] <= ROWS_OF_WIDE_PAGE
        )
        page = next(fitting, None)
        if page is None:
            pages.append([view])
        else:
            page.append(view)
    return pages


def _height(view: CompositionView) -> int:
    """About how many rows of bars a picture is as high as."""
    if view.compared is None or not view.is_compared:
        return len(view.bars) + ROWS_OF_CAPTION
    return len(view.compared.rows) + ROWS_OF_CAPTION + bool(view.compared.missing)


def _question(stage: Stage, item: AgendaItem, room: Room, language: str) -> View:
    question = stage.question_of(item)
    round = stage.current_round()
    if round is not None and round.status == "revealed":
        return _comparison(stage, room, round, language) or _result(stage, room, round, language)
    kind = kind_of(question)
    labels = (wording(option.text, language, stage.meeting.languages)[0] for option in question.options)
    live = room.live(round.id) if round else None
    context = {
        "question": question,
        "bars": kind.bars(question),
        "multiple": kind.is_multiple(question),
        "numbered": kind.top(question) is not None,
        "long_labels": _are_long(labels),
        "round": round,
        "phase": round.status if round else "coming",
        "progress": room.progress(round.id) if round else None,
        "live": live_view(stage, round, live, language) if round and live else None,
    }
    return View("question", f"question {item.id} {round.run if round else 0}", context=context)


def _comparison(stage: Stage, room: Room, round: Round, language: str) -> View | None:
    """What the room looks at beside the result: the groups, or before and after."""
    groups, flows = room.compared(round.id)
    before = stage.before(round)
    key = f"{stage.detail} {round.id}"
    context: dict[str, object] = {"question": stage.question_of(round), "round": round}
    if stage.detail == CHANGE and flows is not None and before is not None:
        shown = room.disclosed(before.id), room.disclosed(round.id)
        context["change"] = change_view(stage, (before, round), shown, flows, language)
        return View("change", key, context=context)
    chosen = next((table for table in groups if stage.detail == BY + table.by), None)
    if chosen is None:
        return None
    context["pages"] = _in_pages(groups_view(stage, round, chosen, room.disclosed(round.id), language))
    return View("groups", key, context=context)


def _in_pages(view: GroupsView) -> list[GroupsView]:
    """The groups on as few pages as can be read, about as many on each."""
    count = -(-len(view.groups) // GROUPS_OF_PAGE) or 1
    size = -(-len(view.groups) // count) or 1
    return [
        replace(
            view,
            groups=view.groups[place : place + size],
            rows=tuple(replace(row, cells=row.cells[place : place + size]) for row in view.rows),
        )
        for place in range(0, len(view.groups) or 1, size)
    ]


def _result(stage: Stage, room: Room, round: Round, language: str) -> View:
    result = result_view(stage, round, room.disclosed(round.id), language)
    context = {
        "question": stage.question_of(round),
        "round": round,
        "result": result,
        "long_labels": _are_long(bar.label for bar in result.bars),
    }
    return View("result", f"result {round.id}", context=context)


def _are_long(labels: Iterable[str]) -> bool:
    return any(len(label) > LONG_LABEL for label in labels)
