#!/usr/bin/env python3
"""Makes digit_outlines.txt from fonts: ten lines per font, the outlines of 0 to 9.

Usage: make_outlines.py FONT.ttf... > digit_outlines.txt   (needs fonttools)

A line is a list of commands `M x y`, `L x y`, `Q x y x y` and `Z`, as in SVG, but with y upwards.
The middle of the digit is at 0,0 and 1000 units are its height.
"""

import sys

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont


def outline(glyphs, name):
    bounds = BoundsPen(glyphs)
    glyphs[name].draw(bounds)
    left, bottom, right, top = bounds.bounds
    scale = 1000 / (top - bottom)

    def place(point):
        x, y = point[0] - (left + right) / 2, point[1] - (bottom + top) / 2
        return f"{round(x * scale)} {round(y * scale)}"

    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    for command, points in pen.value:
        if command == "qCurveTo":
            # TrueType leaves out the points between two control points: they lie in the middle.
            for control, after in zip(points[:-2], points[1:-1]):
                between = ((control[0] + after[0]) / 2, (control[1] + after[1]) / 2)
                yield f"Q {place(control)} {place(between)}"
            yield f"Q {place(points[-2])} {place(points[-1])}"
        elif command in ("moveTo", "lineTo"):
            yield f"{command[0].upper()} {place(points[0])}"
        else:
            yield "Z"


for path in sys.argv[1:]:
    font = TTFont(path)
    for digit in "0123456789":
        print(*outline(font.getGlyphSet(), font.getBestCmap()[ord(digit)]))
