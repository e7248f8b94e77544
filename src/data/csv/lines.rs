//! Which line a byte of a text is on. (A reader of records counts lines otherwise: a record begins for it before the empty lines above it.)

/// A walk through a text, from its first line on.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    place: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Lines { bytes, place: 0, line: 1 }
    }

    /// The line, from 1, of the first byte from `place` on that ends no line. Places must not decrease.
    pub(super) fn at(&mut self, place: usize) -> usize {
        while let Some(&byte) = self.bytes.get(self.place) {
            let ends_line = byte == b'\n' || byte == b'\r';
            if self.place >= place && !ends_line {
                break;
            }
            self.place += 1;
            // "\r\n" is one end of a line.
            self.line += usize::from(ends_line && (byte == b'\n' || self.bytes.get(self.place) != Some(&b'\n')));
        }
        self.line
    }
}
