#!/usr/bin/env python3
"""Reads drawn captchas with tesseract, after what an attacker would do to them first, and counts what is right.

Usage: read_captchas.py FOLDER    (needs tesseract and opencv-python-headless; `make captchas` draws the folder)

Each line is a preparation; each column a page segmentation mode: how many pictures were read entirely, and how many of
a hundred digits, in their order. Last, what somebody would get who tries the readings that most preparations agree on.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

MODES = (7, 8, 13)


def grey(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def otsu(picture):
    return cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def adaptive(picture):
    return cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 91, 8)


def ink(picture):
    """Black where the paint is vivid and neither light nor dark: written by somebody who has read the code."""
    high, low = picture.max(2).astype(float), picture.min(2).astype(float)
    vivid = (high - low) / np.maximum(high, 1) > 0.3
    return np.where(vivid & (abs(grey(picture) / 255 - 0.49) < 0.14), 0, 255).astype("uint8")


def clusters(picture):
    """Black where the paint is the middle one of three, found anew in each of five upright strips."""
    found = np.empty(picture.shape[:2], "uint8")
    for left in range(0, picture.shape[1], 60):
        strip = picture[:, left : left + 60]
        points = strip.reshape(-1, 3).astype(np.float32)
        _, labels, centres = cv2.kmeans(points, 3, None, (3, 20, 1.0), 3, cv2.KMEANS_PP_CENTERS)
        middle = np.argsort(centres.sum(1))[1]
        found[:, left : left + 60] = np.where(labels.reshape(strip.shape[:2]) == middle, 0, 255)
    return found


def without_cuts(picture, size):
    return cv2.morphologyEx(picture, cv2.MORPH_OPEN, disc(size))


def without_lines(picture, size):
    return cv2.morphologyEx(picture, cv2.MORPH_CLOSE, disc(size))


def disc(size):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


PREPARATIONS = {
    "as it is": lambda p: p,
    "grey": grey,
    "grey, Otsu's threshold": lambda p: otsu(grey(p)),
    "grey, Otsu's threshold, inverted": lambda p: 255 - otsu(grey(p)),
    "median of 5, Otsu's threshold": lambda p: otsu(cv2.medianBlur(grey(p), 5)),
    "median of 3, adaptive threshold": lambda p: adaptive(cv2.medianBlur(grey(p), 3)),
    "ink by colour": ink,
    "ink by colour, median of 5": lambda p: cv2.medianBlur(ink(p), 5),
    "ink by colour, lines of 6 away": lambda p: without_lines(ink(p), 6),
    "ink by colour, cuts of 3 and lines of 5 away": lambda p: without_lines(without_cuts(ink(p), 3), 5),
    "ink by colour, cuts of 5 and lines of 6 away": lambda p: without_lines(without_cuts(ink(p), 5), 6),
    "ink by clusters, cuts of 3 and lines of 5 away": lambda p: without_lines(without_cuts(clusters(p), 3), 5),
}


def readings(pictures, mode):
    """What tesseract reads in pictures of three times the size, within a white frame."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, picture in enumerate(pictures):
            large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
            framed = cv2.copyMakeBorder(large, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(255, 255, 255))
            names.append(f"{folder}/{number}.png")
            cv2.imwrite(names[-1], framed)
        return tesseract(names, mode)


def tesseract(names, mode):
    """Some pictures crash it: such a one is found by halving, and nothing is read in it."""
    command = ["tesseract", "-", "-", "--psm", str(mode), "--dpi", "150", "-c", "tessedit_char_whitelist=0123456789"]
    run = subprocess.run(command, input="\n".join(names), capture_output=True, text=True)
    if run.returncode == 0:
        return [re.sub(r"\D", "", page) for page in run.stdout.split("\f")[: len(names)]]
    if len(names) == 1:
        return [""]
    half = len(names) // 2
    return tesseract(names[:half], mode) + tesseract(names[half:], mode)


def in_order(read, text):
    """How many digits of a text were read in their order: the longest common subsequence."""
    row = [0] * (len(text) + 1)
    for digit in read:
        before = row
        row = [0]
        for place, wanted in enumerate(text):
            row.append(before[place] + 1 if digit == wanted else max(before[place + 1], row[place]))
    return row[-1]


def main(folder):
    texts = Path(folder, "texts.txt").read_text().split()
    pictures = [cv2.imread(f"{folder}/{number}.png") for number in range(1, len(texts) + 1)]
    votes = [Counter() for _ in texts]
    print(f"{len(texts)} pictures; {'modes ' + ', '.join(map(str, MODES)):>39}")
    for name, prepare in PREPARATIONS.items():
        prepared = [prepare(picture) for picture in pictures]
        cells = []
        for mode in MODES:
            read = readings(prepared, mode)
            whole = sum(one == text for one, text in zip(read, texts))
            digits = sum(in_order(one, text) for one, text in zip(read, texts)) / sum(map(len, texts))
            cells.append(f"{whole:4} {digits:4.0%}")
            for vote, one in zip(votes, read):
                vote.update([one] if len(one) == len(texts[0]) else [])
        print(f"{name:48}{' '.join(cells)}", flush=True)
    for tries in (1, 5):
        right = sum(text in dict(vote.most_common(tries)) for vote, text in zip(votes, texts))
        print(f"right within {tries} of the readings agreed on most: {right}")


main(sys.argv[1])
