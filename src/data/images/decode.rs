//! One image file. What kind it is, its first bytes say, not its name.

use super::{Colours, ImageError};
use png::{Decoder, Transformations};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Seek};
use std::path::Path;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Most pixels of an image: 8192 x 8192.
const MOST_PIXELS: u64 = 1 << 26;

/// An image as its file has it.
pub(super) struct Pixels {
    /// Its height and its width.
    pub(super) size: [usize; 2],
    /// 1 for grey, 3 for red, green and blue; and one more for how opaque a pixel is.
    samples: usize,
    bytes: Vec<u8>,
}

impl Pixels {
    pub(super) fn read(path: &Path) -> Result<Self, ImageError> {
        let unreadable = |source| ImageError::Unreadable { path: path.into(), source };
        let file = File::open(path).map_err(unreadable)?;
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err(unreadable(io::Error::new(
                ErrorKind::Unsupported,
                "no file, but a folder, a pipe or a device",
            )));
        }
        let mut reader = BufReader::new(file);
        match *reader.fill_buf().map_err(unreadable)? {
            [0x89, b'P', b'N', b'G', ..] => read_png(path, reader),
            [0xff, 0xd8, 0xff, ..] => read_jpeg(path, reader),
            ref bytes => Err(ImageError::Foreign { path: path.into(), begins: bytes[..bytes.len().min(4)].into() }),
        }
    }

    /// One channel of the image, row by row, from 0 to 1.
    pub(super) fn plane(&self, colours: Colours, channel: usize) -> Vec<f64> {
        let number = |pixel: &[u8]| {
            let number = match (colours, self.samples) {
                (_, ..3) => pixel[0].into(),
                (Colours::Rgb, _) => pixel[channel].into(),
                (Colours::Grey, _) => {
                    let [red, green, blue] = [0, 1, 2].map(|channel| f64::from(pixel[channel]));
                    0.299 * red + 0.587 * green + 0.114 * blue
                }
            };
            number / 255.0
        };
        self.bytes.chunks_exact(self.samples).map(number).collect()
    }
}

/// The size as it is counted in memory, if it is not too large.
fn judged(path: &Path, height: u64, width: u64) -> Result<[usize; 2], ImageError> {
    match height.saturating_mul(width) {
        0 => Err(damaged(path, format!("an image of {height} x {width} pixels"))),
        1..=MOST_PIXELS => Ok([height as usize, width as usize]),
        _ => Err(ImageError::TooLarge { path: path.into(), height, width, most: MOST_PIXELS }),
    }
}

fn damaged(path: &Path, found: impl ToString) -> ImageError {
    ImageError::Damaged { path: path.into(), found: found.to_string() }
}

fn read_png(path: &Path, reader: impl BufRead + Seek) -> Result<Pixels, ImageError> {
    let mut decoder = Decoder::new(reader);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let (width, height) = decoder.read_header_info().map_err(|error| damaged(path, error))?.size();
    let size = judged(path, height.into(), width.into())?;
    let mut reader = decoder.read_info().map_err(|error| damaged(path, error))?;
    let samples = reader.output_color_type().0.samples();
    let mut bytes = vec![0; size[0] * size[1] * samples];
    reader.next_frame(&mut bytes).map_err(|error| damaged(path, error))?;
    Ok(Pixels { size, samples, bytes })
}

fn read_jpeg(path: &Path, reader: impl BufRead + Seek) -> Result<Pixels, ImageError> {
    // A file that was cut off is an error, not an image with a grey rest.
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(reader, options);
    decoder.decode_headers().map_err(|error| damaged(path, error))?;
    let info = decoder.info().ok_or_else(|| damaged(path, "no header"))?;
    let size = judged(path, info.height.into(), info.width.into())?;
    let bytes = decoder.decode().map_err(|error| damaged(path, error))?;
    // Red, green and blue: what the decoder makes of a grey image, too.
    let samples = bytes.len() / (size[0] * size[1]);
    Ok(Pixels { size, samples, bytes })
}
