"""Charts as inline SVG: coloured by the page's style sheet, with titles and descriptions.

Sizes are in the units of the drawing's own box, which the page scales to the room there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup, escape

from transcript_audit.reports.text import one_line, plural, shortened
from transcript_audit.scorecards import Funnel, FunnelPoint, Reading

WEEKS_SHOWN = 26
"""Weeks that a trend shows, the last ones."""

LABELLED = 10
"""Agents up to which a funnel names all of them; beyond, those outside the usual."""

READING_WORDS = {
    Reading.ABOVE: "above",
    Reading.BELOW: "below",
    Reading.CANNOT_TELL: "cannot tell",
    Reading.TOO_FEW: "too few to judge",
}


@dataclass(frozen=True, slots=True)
class WeekShare:
    """`count` of `of` in the week `name`, with its 95 % range; None where there is none."""

    name: str
    count: int
    of: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A frame that data are drawn in: x from 0 to `x_most`, y from 0 to `y_most`."""

    width: float
    height: float
    x_most: float
    y_most: float
    left: float = 38
    top: float = 10
    right: float = 12
    bottom: float = 34

    def x(self, value: float) -> float:
        """Where a value of x stands."""
        return self.left + value / self.x_most * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Where a value of y stands; at the top edge where it is beyond."""
        return (
            self.height
            - self.bottom
            - min(value / self.y_most, 1) * (self.height - self.top - self.bottom)
        )


def range_chart(
    value: float | None,
    low: float | None,
    high: float | None,
    team: float | None = None,
    *,
    style: str = "",
) -> Markup:
    """0 to 100 % as a line: the range thick, a dot at the share, a stroke at the team's share.

    It repeats what stands beside it in words, so readers of the page's text are not told of it.
    """
    if value is None or low is None or high is None:
        return Markup("")
    marks = [
        _line(5, 8, 115, 8, "axis"),
        _line(5 + low * 110, 8, 5 + high * 110, 8, "range"),
        _tag("circle", "", {"cx": 5 + value * 110, "cy": 8, "r": 3.5, "class": "dot"}),
    ]
    if team is not None:
        marks.append(_line(5 + team * 110, 2, 5 + team * 110, 14, "team"))
    return _tag(
        "svg",
        _join(marks),
        {"viewBox": "0 0 120 16", "class": f"interval {style}".strip(), "aria-hidden": "true"},
    )


def funnel_chart(funnel: Funnel, name: str) -> Markup:
    """Each agent's share by number of eligible calls, between the limits of chance.

    Args:
        name: unique in the page, for the ids of title and description.
    """
    first = min(point.eligible for point in funnel.points)
    curve = [limits for limits in funnel.curve if limits.eligible >= min(first, 10)]
    most = max(
        *(point.share for point in funnel.points),
        *(limits.high_998 for limits in curve if limits.eligible >= first),
        0.05,
    )
    plot = Plot(400, 260, max(limits.eligible for limits in funnel.curve) * 1.04, _rounded(most))
    marks = [
        *_share_axis(plot),
        *_count_axis(plot, "calls that could be judged"),
        _band([(plot.x(c.eligible), plot.y(c.low_95), plot.y(c.high_95)) for c in curve]),
        _path([(plot.x(c.eligible), plot.y(c.low_998)) for c in curve], "limit"),
        _path(
            [(plot.x(c.eligible), plot.y(c.high_998)) for c in curve if c.high_998 <= plot.y_most],
            "limit",
        ),
        _line(plot.left, plot.y(funnel.target), plot.width - plot.right, plot.y(funnel.target)),
        *(_funnel_point(plot, point) for point in funnel.points),
        *_point_names(plot, funnel.points),
    ]
    return _picture(
        plot,
        name,
        f"{funnel.title}: share of calls flagged, by number of calls judged",
        _funnel_words(funnel),
        marks,
    )


def trend_chart(title: str, weeks: Sequence[WeekShare], name: str) -> Markup:
    """A share week by week, with its ranges; weeks in which nothing was judged stay empty.

    Args:
        weeks: at least one, in order; the last `WEEKS_SHOWN` are drawn.
        name: unique in the page, for the ids of title and description.
    """
    weeks = weeks[-WEEKS_SHOWN:]
    plot = Plot(250, 130, len(weeks), 1.0, bottom=24)
    marks = list(_share_axis(plot, steps=2))
    every = ceil(len(weeks) / 5)
    places = [plot.x(index + 0.5) for index in range(len(weeks))]
    for index, (x, week) in enumerate(zip(places, weeks, strict=True)):
        if index % every == 0:
            marks.append(_text(x, plot.height - 8, week.name[-3:], "label middle"))
        if week.low is not None and week.high is not None:
            marks.append(_line(x, plot.y(week.low), x, plot.y(week.high), "whisker"))
    told = [(x, week) for x, week in zip(places, weeks, strict=True) if week.of]
    marks.append(_path([(x, plot.y(week.count / week.of)) for x, week in told], "trend"))
    for x, week in told:
        words = f"{week.name}: {week.count} of {week.of}"
        y = plot.y(week.count / week.of)
        dot = _tag("circle", "", {"cx": x, "cy": y, "r": 3, "class": "dot"})
        marks.append(_tag("g", _tag("title", words) + dot))
    said = "; ".join(f"{week.name} {week.count} of {week.of}" for _, week in told)
    return _picture(plot, name, f"{title} by week", said or "nothing judged", marks)


def attempts_chart(by_number: Sequence[int], name: str) -> Markup:
    """How many calls with a request had 0, 1, 2, and 3 or more retention attempts, as bars."""
    labels = ("none", "1", "2", "3 or more")
    most = max(*by_number, 1)
    plot = Plot(320, 104, most, 1, left=66, right=34, top=2, bottom=2)
    marks: list[Markup] = []
    for row, (label, count) in enumerate(zip(labels, by_number, strict=True)):
        y = 4 + row * 25
        marks.append(_text(plot.left - 8, y + 13, label, "label end"))
        size = {"x": plot.left, "y": y, "width": plot.x(count) - plot.left, "height": 17}
        marks.append(_tag("rect", "", size | {"class": "bar"}))
        marks.append(_text(plot.x(count) + 5, y + 13, str(count), "label"))
    said = "; ".join(f"{label}: {count}" for label, count in zip(labels, by_number, strict=True))
    return _picture(plot, name, "Retention attempts in calls with a request", said, marks)


def _funnel_words(funnel: Funnel) -> str:
    outside = [
        f"{one_line(point.agent)} is {READING_WORDS[point.reading]} the rest of the team"
        f" ({point.flagged} of {point.eligible})"
        for point in funnel.points
        if point.reading in {Reading.ABOVE, Reading.BELOW}
    ]
    return (
        f"The team's share is {funnel.target:.0%}. "
        f"{plural(len(funnel.points), 'agent')} with enough calls. "
        + ("; ".join(outside) or "Nobody stands out from the rest of the team")
        + "."
    )


def _funnel_point(plot: Plot, point: FunnelPoint) -> Markup:
    x, y = plot.x(point.eligible), plot.y(point.share)
    words = (
        f"{one_line(point.agent)}: {point.flagged} of {point.eligible} flagged"
        f" ({point.share:.0%}), {READING_WORDS[point.reading]}"
    )
    if point.reading in {Reading.ABOVE, Reading.BELOW}:
        up = -1 if point.reading is Reading.ABOVE else 1
        corners = (
            f"{_n(x - 6)},{_n(y - 4 * up)} {_n(x + 6)},{_n(y - 4 * up)} {_n(x)},{_n(y + 6 * up)}"
        )
        shape = _tag("polygon", "", {"points": corners, "class": f"point {point.reading}"})
    else:
        shape = _tag("circle", "", {"cx": x, "cy": y, "r": 4, "class": "point"})
    return _tag("g", _tag("title", words) + shape)


def _point_names(plot: Plot, points: Sequence[FunnelPoint]) -> Iterator[Markup]:
    """The names of points, as far as they do not cover one another; those that stand out first."""
    outside = [p for p in points if p.reading in {Reading.ABOVE, Reading.BELOW}]
    inside = [p for p in points if p not in outside] if len(points) <= LABELLED else []
    taken: list[tuple[float, float, float]] = []
    for point in (*outside, *inside):
        name = shortened(point.agent, 18)
        width = 6.2 * len(name)
        x, y = plot.x(point.eligible), plot.y(point.share)
        left = x - 9 - width if x + 9 + width > plot.width else x + 9
        if all(abs(y - at) > 11 or left > end or left + width < start for start, end, at in taken):
            taken.append((left, left + width, y))
            yield _text(left, y + 4, name, "label")


def _share_axis(plot: Plot, steps: int = 4) -> Iterator[Markup]:
    for step in range(steps + 1):
        value = plot.y_most * step / steps
        y = plot.y(value)
        yield _line(plot.left, y, plot.width - plot.right, y, "grid")
        yield _text(plot.left - 5, y + 4, f"{value * 100:.3g}%", "label end")


def _count_axis(plot: Plot, title: str) -> Iterator[Markup]:
    step = _round_step(plot.x_most / 5)
    for count in range(0, int(plot.x_most) + 1, step):
        yield _text(plot.x(count), plot.height - plot.bottom + 14, str(count), "label middle")
    yield _text((plot.left + plot.width) / 2, plot.height - 4, title, "label middle")


def _rounded(share: float) -> float:
    """The next of 12, 20, 40, 60, 80 and 100 % above `share`: quarters of them are whole."""
    return next((top for top in (0.12, 0.2, 0.4, 0.6, 0.8) if share <= top), 1.0)


def _round_step(least: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 ... from `least` on."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step >= least:
                return step
        size *= 10


def _picture(plot: Plot, name: str, title: str, said: str, marks: Iterable[Markup]) -> Markup:
    inside = [
        _tag("title", title, {"id": f"{name}-title"}),
        _tag("desc", said, {"id": f"{name}-desc"}),
        *marks,
    ]
    return _tag(
        "svg",
        _join(inside),
        {
            "viewBox": f"0 0 {_n(plot.width)} {_n(plot.height)}",
            "class": "chart",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-desc",
        },
    )


def _band(places: Sequence[tuple[float, float, float]]) -> Markup:
    """The area between the lows and the highs: (x, low, high) from left to right."""
    edge = [(x, low) for x, low, _ in places] + [(x, high) for x, _, high in reversed(places)]
    corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in edge)
    return _tag("polygon", "", {"points": corners, "class": "band"})


def _path(places: Sequence[tuple[float, float]], style: str) -> Markup:
    corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in places)
    return _tag("polyline", "", {"points": corners, "class": style})


def _line(x1: float, y1: float, x2: float, y2: float, style: str = "target") -> Markup:
    return _tag("line", "", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": style})


def _text(x: float, y: float, words: str, style: str) -> Markup:
    return _tag("text", one_line(words), {"x": x, "y": y, "class": style})


def _tag(name: str, inside: str, attributes: dict[str, str | float] | None = None) -> Markup:
    said = [
        Markup(' {}="{}"').format(key, value if isinstance(value, str) else _n(value))
        for key, value in (attributes or {}).items()
    ]
    return Markup("<{0}{1}>{2}</{0}>").format(name, _join(said), escape(inside))


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _n(number: float) -> str:
    """At most one digit after the point."""
    return f"{number:.1f}".removesuffix(".0")
