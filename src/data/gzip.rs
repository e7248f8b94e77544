//! gzip files, read as the program gzip reads them: one or more members, then perhaps zeros, with which tapes and disks fill up their blocks.

use flate2::bufread::GzDecoder;
use std::fmt;
use std::io::{self, BufRead, Read};

/// A reader of the unpacked bytes.
pub(super) enum Members<R> {
    Within(Box<GzDecoder<R>>),
    /// After the last member.
    Ended,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(packed: R) -> Self {
        Members::Within(Box::new(GzDecoder::new(packed)))
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Members::Within(decoder) = self {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            // If an error comes next, the state stays `Ended`: nothing more is read.
            let Members::Within(decoder) = std::mem::replace(self, Members::Ended) else { return Ok(0) };
            let mut packed = decoder.into_inner();
            match what_follows(&mut packed)? {
                Follows::Member => *self = Members::new(packed),
                Follows::Nothing => {}
                Follows::Garbage => return Err(io::Error::new(io::ErrorKind::InvalidData, Garbage)),
            }
        }
        Ok(0)
    }
}

enum Follows {
    Nothing,
    Member,
    Garbage,
}

/// What comes after a member. Like gzip, it skips zeros only at the end of the file.
fn what_follows(packed: &mut impl BufRead) -> io::Result<Follows> {
    match packed.fill_buf()?.first() {
        None => return Ok(Follows::Nothing),
        Some(0x1f) => return Ok(Follows::Member),
        Some(_) => {}
    }
    loop {
        let bytes = packed.fill_buf()?;
        match bytes.len() {
            0 => return Ok(Follows::Nothing),
            _ if bytes.iter().any(|&byte| byte != 0) => return Ok(Follows::Garbage),
            zeros => packed.consume(zeros),
        }
    }
}

/// The error of a file that goes on after its members with something else.
#[derive(Debug)]
pub(super) struct Garbage;

impl fmt::Display for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("trailing garbage")
    }
}

impl std::error::Error for Garbage {}

impl Garbage {
    pub(super) fn is_reason_of(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|reason| reason.is::<Garbage>())
    }
}
