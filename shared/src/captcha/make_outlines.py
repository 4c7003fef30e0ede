#!/usr/bin/env python3
"""Makes digit_outlines.txt from fonts: ten lines per font, the outlines of 0 to 9.

Usage: make_outlines.py FONT.ttf... > digit_outlines.txt   (needs fonttools)

A line is a list of commands `M x y`, `L x y`, `Q x y x y` and `Z`, as in SVG, but with y upwards.
The middle of the digit is at 0,0 and 1000 units are its height.

A line across the foot of a 1 makes a 7 of it, and one below a 7 a 2. So the flag of a 1 without serifs is let down, and
a 7 has a bar.
"""

import sys

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

FLAG = range(260, 460)
LET_DOWN = 180
BAR_WIDTH, BAR_HEIGHT = 420, 100


def outline(glyphs, name):
    bounds = BoundsPen(glyphs)
    glyphs[name].draw(bounds)
    left, bottom, right, top = bounds.bounds
    scale = 1000 / (top - bottom)

    def place(point):
        x, y = point[0] - (left + right) / 2, point[1] - (bottom + top) / 2
        return round(x * scale), round(y * scale)

    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    for command, points in pen.value:
        if command == "qCurveTo":
            # TrueType leaves out the points between two control points: they lie in the middle.
            for control, after in zip(points[:-2], points[1:-1]):
                between = ((control[0] + after[0]) / 2, (control[1] + after[1]) / 2)
                yield "Q", place(control), place(between)
            yield "Q", place(points[-2]), place(points[-1])
        elif command in ("moveTo", "lineTo"):
            yield command[0].upper(), place(points[0])
        else:
            yield ("Z",)


def let_down(commands):
    for command, *points in commands:
        yield command, *((x, y - LET_DOWN if y in FLAG else y) for x, y in points)


def bar_across(commands):
    """A bar in the middle of the height, about the stroke there; it runs as the outline does, so that both fill."""
    corners = [points[0] for _, *points in commands if points]
    edges = [
        x + (to_x - x) * y / (y - to_y)
        for (x, y), (to_x, to_y) in zip(corners, corners[1:] + corners[:1])
        if min(y, to_y) < 0 < max(y, to_y)
    ]
    middle = round(sum(edges) / len(edges))
    left, right, top = middle - BAR_WIDTH // 2, middle + BAR_WIDTH // 2, BAR_HEIGHT // 2
    return ("M", (left, top)), ("L", (right, top)), ("L", (right, -top)), ("L", (left, -top)), ("Z",)


for path in sys.argv[1:]:
    font = TTFont(path)
    for digit in "0123456789":
        commands = list(outline(font.getGlyphSet(), font.getBestCmap()[ord(digit)]))
        if digit == "1" and "Serif" not in path:
            commands = let_down(commands)
        if digit == "7":
            commands.extend(bar_across(commands))
        words = [(command, *sum(points, ())) for command, *points in commands]
        print(*sum(words, ()))
