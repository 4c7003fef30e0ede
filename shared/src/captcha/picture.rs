//! The picture of a captcha: digits that a person reads at a glance and a program hardly.

mod shapes;

use std::f32::consts::TAU;

use fastrand::Rng;
use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Mask, Paint, Path, Pixmap, Point, Shader,
    SpreadMode, Transform,
};

/// Width of a picture in pixels.
const WIDTH: u16 = 300;
/// Height of a picture in pixels.
const HEIGHT: u16 = 150;

/// Draws six decimal digits into a PNG of 300 × 150 pixels. Another seed is another picture.
///
/// Four things keep programs from the digits. The ink is darker than the light paper and lighter
/// than the dark bands, so that no threshold tells it from both. Its hue turns on the way, so that
/// no colour does. Lines of the same ink join the digits while others cut them, so that what is left
/// cannot be taken apart. And the digits lean much further than print does, which is what stops a
/// reader of print whom the first three did not stop: `docs/captcha.md` has the figures.
///
/// # Panics
/// Never: the panics inside are explained where they stand.
#[must_use]
pub fn draw(text: &str, seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let hue = rng.f32();
    let turn = shapes::between(&mut rng, 0.3, 0.6) * if rng.bool() { 1.0 } else { -1.0 };
    let paper = paint(|x| color(hue + turn * x, 0.25, 0.88));
    let band = paint(|x| color(hue + turn * x, 0.6, 0.16));
    let ink = paint(|x| color(hue + 0.5 + turn * x, 0.75, 0.49));

    let mut picture = Pixmap::new(WIDTH.into(), HEIGHT.into()).expect("neither side is 0");
    fill(&mut picture, &[shapes::everything()], &paper, None);
    fill(&mut picture, &shapes::bands(&mut rng), &band, None);
    let cuts = all_but(&shapes::lines(&[1.4], &mut rng), &shapes::dots(8, &mut rng));
    fill(
        &mut picture,
        &shapes::digits(text, &mut rng),
        &ink,
        Some(&cuts),
    );
    fill(
        &mut picture,
        &shapes::lines(&[3.4, 1.8], &mut rng),
        &ink,
        None,
    );
    fill(&mut picture, &shapes::dots(50, &mut rng), &ink, None);
    png(&picture)
}

fn fill(picture: &mut Pixmap, shapes: &[Path], paint: &Paint<'_>, clip: Option<&Mask>) {
    for shape in shapes {
        picture.fill_path(shape, paint, FillRule::Winding, Transform::identity(), clip);
    }
}

/// The whole picture without these shapes.
fn all_but(lines: &[Path], dots: &[Path]) -> Mask {
    let mut mask = Mask::new(WIDTH.into(), HEIGHT.into()).expect("neither side is 0");
    for shape in lines.iter().chain(dots) {
        mask.fill_path(shape, FillRule::Winding, true, Transform::identity());
    }
    mask.invert();
    mask
}

/// A paint that changes from the left (0) to the right (1) of the picture.
fn paint(color_at: impl Fn(f32) -> Color) -> Paint<'static> {
    let stops = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|x| GradientStop::new(x, color_at(x)));
    let right = Point::from_xy(WIDTH.into(), 0.0);
    let gradient = LinearGradient::new(
        Point::zero(),
        right,
        stops.to_vec(),
        SpreadMode::Pad,
        Transform::identity(),
    );
    Paint {
        shader: gradient.unwrap_or(Shader::SolidColor(color_at(0.0))),
        anti_alias: true,
        ..Paint::default()
    }
}

/// A colour of this hue (0 to 1 is once around), between grey (0) and vivid (1), and about as
/// bright as that grey (0 to 1), so that whoever sees no colours can tell the paints apart.
fn color(hue: f32, vivid: f32, grey: f32) -> Color {
    let tint = |shift: f32| 1.0 - vivid + vivid * (1.0 + ((hue + shift) * TAU).cos()) / 2.0;
    let [red, green, blue] = [tint(0.0), tint(2.0 / 3.0), tint(1.0 / 3.0)];
    let scale = grey / (0.3 * red + 0.59 * green + 0.11 * blue);
    let [red, green, blue] = [red, green, blue].map(|channel| (channel * scale).clamp(0.0, 1.0));
    Color::from_rgba(red, green, blue, 1.0).unwrap_or(Color::BLACK)
}

/// The file. Packing it harder saves a tenth of its bytes and takes twenty times as long.
fn png(picture: &Pixmap) -> Vec<u8> {
    let bytes = picture
        .pixels()
        .iter()
        .flat_map(|p| [p.red(), p.green(), p.blue()]);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH.into(), HEIGHT.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fastest);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&bytes.collect::<Vec<u8>>()))
        .expect("writing to memory does not fail, and there is a byte for each channel");
    file
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_picture_is_a_png_of_300_by_150_pixels_and_of_moderate_size() {
        for seed in 0..5 {
            let png = draw("456789", seed);
            let mut reader = png::Decoder::new(Cursor::new(&png)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let frame = reader.next_frame(&mut pixels).unwrap();
            assert_eq!((frame.width, frame.height), (300, 150));
            assert!((5_000..60_000).contains(&png.len()), "{}", png.len());
        }
    }

    #[test]
    fn two_pictures_of_one_text_differ() {
        assert_ne!(draw("123456", 1), draw("123456", 2));
    }

    #[test]
    fn the_text_is_what_is_drawn() {
        assert_ne!(draw("123456", 1), draw("123457", 1));
    }

    #[test]
    fn a_text_of_anything_is_drawn_without_panic() {
        for text in ["", "abc", "٣", "12345678901234567890"] {
            assert!(!draw(text, 1).is_empty());
        }
    }
}
