"""A picture of what an event costs in streams of many lengths, drawn by hand as SVG."""

from functools import partial
from pathlib import Path

import measure

LENGTHS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000]
COLOURS = ["#767676", "#1f6feb", "#bc4c00"]
WIDTH, HEIGHT, LEFT, TOP = 640, 300, 60, 30


def draw(path, walks, make, rounds):
    """Measure *walks* over streams of every length, and draw the microseconds of an event."""
    lines = {name: [] for name in walks}
    for length in LENGTHS:
        events = make(length)
        times = measure.seconds([partial(walk, events) for walk in walks.values()], max(3, rounds * 3_000 // length))
        for name, time in zip(walks, times, strict=True):
            lines[name].append(time / len(events) * 1e6)
    Path(path).write_text(_picture(lines), encoding="utf-8")


def _picture(lines):
    most = max(map(max, lines.values())) * 1.1
    across = [LEFT + (WIDTH - 2 * LEFT) * number / (len(LENGTHS) - 1) for number in range(len(LENGTHS))]
    body = [_label(LEFT - 8, TOP + HEIGHT + 4, "0", "end"), _label(LEFT - 8, TOP + 4, f"{most:.1f}", "end")]
    body.append(f'<path d="M{LEFT} {TOP}V{TOP + HEIGHT}H{WIDTH - LEFT}" fill="none" stroke="#767676"/>')
    for x, length in zip(across, LENGTHS, strict=True):
        body.append(_label(x, TOP + HEIGHT + 18, f"{length:,}".replace(",", " "), "middle"))
    for colour, (name, times) in zip(COLOURS, lines.items(), strict=True):
        places = [(x, TOP + HEIGHT * (1 - time / most)) for x, time in zip(across, times, strict=True)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        body.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body.append(_label(places[-1][0] + 6, places[-1][1] + 4, name, "start", colour))
    body.append(_label(WIDTH / 2, TOP + HEIGHT + 38, "deltas of the stream", "middle"))
    body.append(_label(LEFT, TOP - 12, "microseconds an event", "middle"))
    size = f'viewBox="0 0 {WIDTH + 20} {HEIGHT + TOP + 50}" font-family="sans-serif" font-size="12"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', *body, "</svg>", ""])


def _label(x, y, text, anchor, colour="#767676"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
