//! Zip archives, as much of them as NumPy uses. At the end of the file is a list of its entries (the central directory), after it a record that says
//! where the list is. Numbers are little-endian. (PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.)
//!
//! Why not the crate `zip`: its present version needs a newer compiler than this library does, and brings ten crates; of the format we need two kinds
//! of records, and errors that name the byte.

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::Read;

/// What is wrong with an archive, and at which byte.
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) expected: &'static str,
    pub(super) found: String,
}

/// An entry of the list.
pub(super) struct Entry {
    pub(super) name: String,
    method: u16,
    is_encrypted: bool,
    checksum: u32,
    packed: u64,
    unpacked: u64,
    /// Where its own header is.
    pub(super) start: u64,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";

/// The bytes of an archive.
#[derive(Clone, Copy)]
pub(super) struct Archive<'a>(pub(super) &'a [u8]);

impl<'a> Archive<'a> {
    /// `length` bytes from `at`.
    fn bytes(self, at: u64, length: u64) -> Result<&'a [u8], Fault> {
        let range = usize::try_from(at).ok().zip(at.checked_add(length).and_then(|end| usize::try_from(end).ok()));
        range.and_then(|(from, to)| self.0.get(from..to)).ok_or_else(|| Fault {
            at: self.0.len().min(at.try_into().unwrap_or(usize::MAX)),
            expected: "a zip archive that is whole",
            found: format!(
                "{} bytes, of which those from {at} to {} are needed",
                self.0.len(),
                at.saturating_add(length)
            ),
        })
    }

    fn number<const N: usize>(self, at: u64) -> Result<u64, Fault> {
        let bytes = self.bytes(at, N as u64)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn expect(self, at: u64, signature: [u8; 4], what: &'static str) -> Result<(), Fault> {
        let found = self.bytes(at, 4)?;
        if found == signature {
            return Ok(());
        }
        Err(Fault { at: at as usize, expected: what, found: format!("the bytes {found:02x?}") })
    }

    /// The entries, in order.
    pub(super) fn entries(self) -> Result<Vec<Entry>, Fault> {
        let (count, mut at) = self.directory()?;
        let (mut entries, mut packed) = (Vec::new(), 0_u64);
        for _ in 0..count {
            self.expect(at, CENTRAL, "an entry of the zip archive's list")?;
            let [name_length, extra_length, comment_length] =
                [self.number::<2>(at + 28)?, self.number::<2>(at + 30)?, self.number::<2>(at + 32)?];
            let name = self.bytes(at + 46, name_length)?;
            let mut entry = Entry {
                name: String::from_utf8_lossy(name).into_owned(),
                method: self.number::<2>(at + 10)? as u16,
                is_encrypted: self.number::<2>(at + 8)? & 1 == 1,
                checksum: self.number::<4>(at + 16)? as u32,
                packed: self.number::<4>(at + 20)?,
                unpacked: self.number::<4>(at + 24)?,
                start: self.number::<4>(at + 42)?,
            };
            self.widen(&mut entry, at + 46 + name_length, extra_length)?;
            // Entries that share their data would unpack to far more than a file of this size can hold.
            packed = packed.saturating_add(entry.packed);
            if packed > self.0.len() as u64 {
                let (at, found) = (at as usize, format!("entries of {packed} bytes together"));
                return Err(Fault { at, expected: "entries that are no larger than the file", found });
            }
            entries.push(entry);
            at += 46 + name_length + extra_length + comment_length;
        }
        Ok(entries)
    }

    /// The number of entries, and where their list begins.
    fn directory(self) -> Result<(u64, u64), Fault> {
        let none = || Fault {
            at: self.0.len(),
            expected: "the record that ends a zip archive",
            found: "none: the file was probably cut off".into(),
        };
        // A comment of up to 65,535 bytes may follow the record.
        let last = self.0.len().checked_sub(22).ok_or_else(none)?;
        let ends_here = |&at: &usize| {
            self.0[at..].starts_with(&END)
                && usize::from(u16::from_le_bytes([self.0[at + 20], self.0[at + 21]])) == last - at
        };
        let end = (last.saturating_sub(0xffff)..=last).rev().find(ends_here).ok_or_else(none)? as u64;
        let (count, start) = (self.number::<2>(end + 10)?, self.number::<4>(end + 16)?);
        if count < 0xffff && start < 0xffff_ffff {
            return Ok((count, start));
        }
        let wide = self.number::<8>(end.checked_sub(12).ok_or_else(none)?)?;
        self.expect(wide, END_64, "the record that ends a large zip archive")?;
        Ok((self.number::<8>(wide + 32)?, self.number::<8>(wide + 48)?))
    }

    /// Reads the numbers of an entry that are too large for 4 bytes, from the fields that follow its name.
    fn widen(self, entry: &mut Entry, mut at: u64, length: u64) -> Result<(), Fault> {
        let end = at + length;
        while at + 4 <= end {
            let (id, size) = (self.number::<2>(at)?, self.number::<2>(at + 2)?);
            let mut next = at + 4;
            at = next + size;
            if id != 1 {
                continue;
            }
            for number in [&mut entry.unpacked, &mut entry.packed, &mut entry.start] {
                if *number == 0xffff_ffff && next + 8 <= at {
                    *number = self.number::<8>(next)?;
                    next += 8;
                }
            }
        }
        Ok(())
    }

    /// The unpacked bytes of an entry. `None` if it is packed or encrypted in a way that is not read.
    pub(super) fn unpack(self, entry: &Entry) -> Result<Option<Vec<u8>>, Fault> {
        if entry.is_encrypted || ![STORED, DEFLATED].contains(&entry.method) {
            return Ok(None);
        }
        self.expect(entry.start, LOCAL, "the header of an entry of the zip archive")?;
        let name_length = self.number::<2>(entry.start + 26)?;
        let name = self.bytes(entry.start + 30, name_length)?;
        if name != entry.name.as_bytes() {
            let (at, expected) =
                ((entry.start + 30) as usize, "the same name in an entry's header and in the archive's list");
            let found = format!("{:?} and {:?}", String::from_utf8_lossy(name), entry.name);
            return Err(Fault { at, expected, found });
        }
        let start = entry.start + 30 + name_length + self.number::<2>(entry.start + 28)?;
        let packed = self.bytes(start, entry.packed)?;
        let fault = |found: String| Fault {
            at: start as usize,
            expected: "the entry's data, which agrees with its checksum",
            found,
        };
        let bytes = match entry.method {
            STORED => packed.to_vec(),
            _ => {
                // The buffer grows with what is unpacked, whatever the list claims.
                let (mut bytes, mut decoder) =
                    (Vec::new(), DeflateDecoder::new(packed).take(entry.unpacked.saturating_add(1)));
                decoder.read_to_end(&mut bytes).map_err(|_| fault("bytes that cannot be unpacked".into()))?;
                bytes
            }
        };
        if bytes.len() as u64 != entry.unpacked {
            return Err(fault(format!("{} bytes instead of {}", bytes.len(), entry.unpacked)));
        }
        match checksum(&bytes) {
            sum if sum == entry.checksum => Ok(Some(bytes)),
            sum => Err(fault(format!("the checksum {sum:08x} instead of {:08x}", entry.checksum))),
        }
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// An archive of these files, not packed, so that they can be read in place. `None` if it would be larger than 4 GiB, or have more than 65,534 files.
pub(super) fn archive(files: impl Iterator<Item = (String, Vec<u8>)>) -> Option<Vec<u8>> {
    let (mut archive, mut list, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for (name, bytes) in files {
        let start = u32::try_from(archive.len()).ok()?;
        let (size, name_length) = (u32::try_from(bytes.len()).ok()?, u16::try_from(name.len()).ok()?);
        let mut common = Vec::new();
        // Version 2.0, the name in UTF-8, stored, and the first moment that the format knows, so that the bytes are the same every day.
        [20, 1 << 11, STORED, 0, 0x21].iter().for_each(|number| common.extend(number.to_le_bytes()));
        [checksum(&bytes), size, size].iter().for_each(|number| common.extend(number.to_le_bytes()));
        common.extend(name_length.to_le_bytes());
        common.extend([0; 2]);
        archive.extend([&LOCAL, &common[..], name.as_bytes(), &bytes].concat());
        list.extend(
            [&CENTRAL[..], &20_u16.to_le_bytes(), &common, &[0; 10], &start.to_le_bytes(), name.as_bytes()].concat(),
        );
        count = count.checked_add(1).filter(|&count| count < u16::MAX)?;
    }
    let (start, size) = (u32::try_from(archive.len()).ok()?, u32::try_from(list.len()).ok()?);
    archive.extend(list);
    archive.extend(END);
    archive.extend([0; 4]);
    [count, count].iter().for_each(|number| archive.extend(number.to_le_bytes()));
    [size, start].iter().for_each(|number| archive.extend(number.to_le_bytes()));
    archive.extend([0; 2]);
    Some(archive)
}
