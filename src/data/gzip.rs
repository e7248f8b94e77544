//! gzip files, read as the program gzip reads them: members one after the other, and zeros after the last one, which tapes and disks fill their
//! blocks with.

use flate2::bufread::GzDecoder;
use std::fmt;
use std::io::{self, BufRead, Read};

/// What comes out of a gzip file.
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
            // This also leaves the state in which nothing more comes, should an error be next.
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

/// What comes after a member. As gzip has it, zeros are skipped at the end of the file only.
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

/// The error that a file goes on after its members, with what is no member.
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
