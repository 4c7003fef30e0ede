//! The shapes in a picture, each of them random.

use std::f32::consts::TAU;

use fastrand::Rng;
use tiny_skia::{LineCap, Path, PathBuilder, Point, Rect, Stroke, Transform};

use super::{HEIGHT, WIDTH};

/// The outlines of the ten digits in several fonts, ten lines for each font. See
/// `digit_outlines.md`.
const OUTLINES: &str = include_str!("../digit_outlines.txt");

/// The middle of the first of six digits, and from there to the middle of the next.
const FIRST: f32 = 35.0;
const STEP: f32 = 46.0;

/// A number between the two.
pub(super) fn between(rng: &mut Rng, low: f32, high: f32) -> f32 {
    low + rng.f32() * (high - low)
}

/// The whole picture.
pub(super) fn everything() -> Path {
    let all = Rect::from_xywh(0.0, 0.0, WIDTH.into(), HEIGHT.into()).expect("neither side is 0");
    PathBuilder::from_rect(all)
}

/// A sine curve.
struct Swing {
    height: f32,
    length: f32,
    phase: f32,
}

impl Swing {
    fn random(rng: &mut Rng, height: (f32, f32), length: (f32, f32)) -> Self {
        Self {
            height: between(rng, height.0, height.1),
            length: between(rng, length.0, length.1),
            phase: between(rng, 0.0, TAU),
        }
    }

    fn at(&self, position: f32) -> f32 {
        self.height * (position / self.length * TAU + self.phase).sin()
    }
}

/// How all digits are bent together: each axis swings along the other one.
struct Wave {
    along_x: Swing,
    along_y: Swing,
}

impl Wave {
    fn bend(&self, point: Point) -> Point {
        Point::from_xy(
            point.x + self.along_y.at(point.y),
            point.y + self.along_x.at(point.x),
        )
    }
}

/// The digits of a text in a row, each in a font, a size, a slope and a place of its own.
pub(super) fn digits(text: &str, rng: &mut Rng) -> Vec<Path> {
    let wave = Wave {
        along_x: Swing::random(rng, (4.0, 8.0), (110.0, 200.0)),
        along_y: Swing::random(rng, (1.5, 4.0), (50.0, 90.0)),
    };
    let fonts = OUTLINES.lines().count() / 10;
    let mut x = FIRST + between(rng, -6.0, 6.0);
    let mut side = if rng.bool() { 1.0 } else { -1.0 };
    let mut paths = Vec::new();
    for digit in text.chars().filter_map(|c| c.to_digit(10)) {
        let line = rng.usize(..fonts) * 10 + digit as usize;
        let scale = between(rng, 0.052, 0.066);
        // Neighbours lean to different sides: nobody then takes one for the other's part.
        let angle = side * between(rng, 17.0, 29.0);
        let y = f32::from(HEIGHT) / 2.0 + between(rng, -20.0, 20.0);
        let place = Transform::from_scale(scale, -scale)
            .post_concat(Transform::from_skew(between(rng, -0.15, 0.15), 0.0))
            .post_concat(Transform::from_rotate(angle))
            .post_translate(x, y);
        let outline = OUTLINES.lines().nth(line).unwrap_or_default();
        paths.extend(bent(outline, place, &wave));
        x += STEP + between(rng, -2.0, 2.0);
        side = -side;
    }
    paths
}

/// An outline put in its place and bent, its curves and lines cut into short pieces.
///
/// Nothing where the outline is not one.
fn bent(outline: &str, place: Transform, wave: &Wave) -> Option<Path> {
    let mut path = PathBuilder::new();
    let mut words = outline.split(' ');
    let mut from = Point::zero();
    while let Some(command) = words.next() {
        let mut point = || {
            let mut number = || words.next()?.parse().ok();
            Some(Point::from_xy(number()?, number()?))
        };
        let put = |mut point: Point| {
            place.map_point(&mut point);
            wave.bend(point)
        };
        let (control, to) = match command {
            "M" => {
                from = point()?;
                let start = put(from);
                path.move_to(start.x, start.y);
                continue;
            }
            "L" => (from, point()?),
            "Q" => (point()?, point()?),
            _ => {
                path.close();
                continue;
            }
        };
        for piece in 1..=8_u8 {
            let t = f32::from(piece) / 8.0;
            let mix = |a: f32, b: f32, c: f32| {
                a * (1.0 - t) * (1.0 - t) + b * 2.0 * t * (1.0 - t) + c * t * t
            };
            let x = mix(from.x, control.x, to.x);
            let next = put(Point::from_xy(x, mix(from.y, control.y, to.y)));
            path.line_to(next.x, next.y);
        }
        from = to;
    }
    path.finish()
}

/// Wavy bands down the picture.
pub(super) fn bands(rng: &mut Rng) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut left = between(rng, -20.0, 20.0);
    while left < f32::from(WIDTH) {
        let right = left + between(rng, 22.0, 40.0);
        let swing = Swing::random(rng, (8.0, 16.0), (60.0, 120.0));
        let lean = between(rng, -0.17, 0.17);
        let across = |y: f32| swing.at(y) + lean * y;
        let rows = || (0..=HEIGHT).step_by(5).map(f32::from);
        let down = rows().map(|y| (left + across(y), y));
        let up = rows().rev().map(|y| (right + across(y), y));
        paths.extend(through(down.chain(up)));
        left = right + between(rng, 22.0, 40.0);
    }
    paths
}

/// Curves from the left to the right, one of each width.
pub(super) fn lines(widths: &[f32], rng: &mut Rng) -> Vec<Path> {
    let line = |&width: &f32| {
        let swing = Swing::random(rng, (10.0, 30.0), (120.0, 260.0));
        let lean = between(rng, -0.13, 0.13);
        let start = between(rng, 45.0, 105.0) - lean * f32::from(WIDTH) / 2.0;
        let columns = (0..=WIDTH).step_by(5).map(f32::from);
        let curve = through(columns.map(|x| (x, start + swing.at(x) + lean * x)))?;
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            ..Stroke::default()
        };
        curve.stroke(&stroke, 1.0)
    };
    widths.iter().filter_map(line).collect()
}

/// Dots anywhere.
pub(super) fn dots(count: usize, rng: &mut Rng) -> Vec<Path> {
    let dot = |_| {
        let (x, y) = (
            between(rng, 0.0, WIDTH.into()),
            between(rng, 0.0, HEIGHT.into()),
        );
        PathBuilder::from_circle(x, y, between(rng, 0.8, 2.4))
    };
    (0..count).filter_map(dot).collect()
}

/// The open path through these points.
fn through(points: impl Iterator<Item = (f32, f32)>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y) in points {
        if path.is_empty() {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outline_is_a_shape_about_its_middle() {
        let still = || Swing {
            height: 0.0,
            length: 1.0,
            phase: 0.0,
        };
        let wave = Wave {
            along_x: still(),
            along_y: still(),
        };
        assert_eq!(OUTLINES.lines().count() % 10, 0);
        for outline in OUTLINES.lines() {
            let bounds = bent(outline, Transform::identity(), &wave)
                .unwrap()
                .bounds();
            assert!((bounds.top() + 500.0).abs() < 10.0 && (bounds.bottom() - 500.0).abs() < 10.0);
            assert!(bounds.left() < -100.0 && bounds.right() > 100.0 && bounds.width() < 900.0);
        }
    }

    #[test]
    fn each_digit_is_one_shape_and_six_of_them_fit_the_picture() {
        for seed in 0..50 {
            let digits = digits("404040", &mut Rng::with_seed(seed));
            assert_eq!(digits.len(), 6);
            for bounds in digits.iter().map(Path::bounds) {
                assert!(bounds.top() > 0.0 && bounds.bottom() < f32::from(HEIGHT));
                assert!(bounds.left() > -10.0 && bounds.right() < f32::from(WIDTH) + 10.0);
            }
        }
    }
}
