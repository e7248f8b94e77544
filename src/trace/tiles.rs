//! Large arrays that are pictures, because the program says so or their shape does: digits of 28 by 28 pixels, the weights that look at such digits,
//! filters and feature maps. The one idea to know: a shade needs few digits, so a pixel is one byte.

use crate::shown::Shown;

/// The pixels of a digit of MNIST, in a row.
const DIGIT: usize = 28 * 28;
/// Maximum number of pixels that are kept of digits and their weights, and of other pictures, of which a net has many.
const MOST_PIXELS: [usize; 2] = [80_000, 16_000];
/// Sides of a filter or feature map that can be seen.
const SIDES: std::ops::RangeInclusive<usize> = 2..=64;

/// The pictures in an array, each pixel in steps of a 127th of the largest number.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Tiles {
    /// The number of pictures that are kept: the first ones.
    pub count: usize,
    /// A step of a pixel.
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::number"))]
    pub step: f64,
    /// The pixels, picture by picture and row by row, as signed bytes in Base64. -128 is not a number.
    pub pixels: String,
}

impl Tiles {
    /// The pictures in an array of this shape, if it is one of pictures.
    pub(super) fn of(shape: &[usize], numbers: &[f64], shown: Option<&Shown>) -> Option<Tiles> {
        let pixels = match shown {
            Some(Shown::Image { rows, columns }) => rows * columns,
            Some(Shown::Bars | Shown::Tokens { .. }) => return None,
            _ => DIGIT,
        };
        let (size, is_turned) = match *shape {
            [_, _, height, width] if matches!(shown, Some(Shown::Filters | Shown::FeatureMaps)) => {
                (height * width, false)
            }
            [.., last] if last == pixels => (pixels, false),
            [first, _] if first == pixels => (pixels, true),
            [_, _, height, width] if SIDES.contains(&height) && SIDES.contains(&width) => (height * width, false),
            _ => return None,
        };
        let all = numbers.len() / size;
        let is_digit = matches!(shown, Some(Shown::Image { .. })) || size == DIGIT;
        let count = all.min(MOST_PIXELS[usize::from(!is_digit)] / size);
        let place = |tile: usize, pixel: usize| if is_turned { pixel * all + tile } else { tile * size + pixel };
        if count == 0 {
            return None;
        }
        let kept = (0..count).flat_map(|tile| (0..size).map(move |pixel| place(tile, pixel)));
        let largest = numbers.iter().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let step = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        let byte = |x: f64| if x.is_finite() { (x / step).round() as i8 } else { i8::MIN };
        let bytes: Vec<u8> = kept.map(|place| byte(numbers[place]) as u8).collect();
        Some(Tiles { count, step, pixels: base64(&bytes) })
    }
}

/// Three bytes as four letters.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().enumerate().fold(0, |bits, (at, &byte)| bits | u32::from(byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_base64_has_them() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_columns_of_weights_that_look_at_digits_are_pictures() {
        let numbers: Vec<f64> = (0..784 * 3).map(|at| if at % 3 == 1 { 1.0 } else { 0.0 }).collect();
        let tiles = Tiles::of(&[784, 3], &numbers, None).expect("pictures");
        assert_eq!((tiles.count, tiles.step), (3, 1.0 / 127.0));
        assert_eq!(tiles.pixels, base64(&[[0; 784], [127; 784], [0; 784]].concat()));
        assert_eq!(Tiles::of(&[785, 3], &numbers, None), None);
    }

    #[test]
    fn what_the_program_says_counts_more_than_the_shape() {
        let numbers = vec![1.0; 784 * 4];
        let pictures = |shown: Shown| Tiles::of(&[784, 4], &numbers, Some(&shown)).map(|tiles| tiles.count);
        assert_eq!(pictures(Shown::image(2, 2)), Some(784), "rows of four pixels");
        assert_eq!(pictures(Shown::image(14, 56)), Some(4), "columns");
        assert_eq!(pictures(Shown::Bars), None);
        let wide = Tiles::of(&[2, 1, 1, 784], &numbers[..1568], Some(&Shown::FeatureMaps));
        assert_eq!(wide.map(|tiles| tiles.count), Some(2));
    }

    #[test]
    fn of_many_feature_maps_the_first_are_kept() {
        let tiles = Tiles::of(&[10, 8, 24, 24], &vec![0.5; 10 * 8 * 24 * 24], None).expect("pictures");
        assert_eq!(tiles.count, 27);
    }
}
