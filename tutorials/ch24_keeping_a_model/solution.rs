//! Solution 24. The length comes first, as a number of 8 bytes, because nobody can know where JSON ends without reading it. All places are counted from the
//! end of the header, so the header can be written before anybody knows how long it is. A number's four bytes are put together with the least
//! significant one first, as this processor has them in memory: that is why such a file can be read without any arithmetic, or not read at all but
//! mapped into memory.

use chapters::ch24::judge;
use ndarray::Array2;

fn read(file: &[u8], name: &str) -> Array2<f32> {
    let length: [u8; 8] = file[..8].try_into().expect("eight bytes");
    let (header, numbers) = file[8..].split_at(u64::from_le_bytes(length) as usize);
    let entry = judge::entry(header, name);
    let numbers = numbers[entry.start..entry.end].chunks_exact(4);
    let numbers = numbers.map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four bytes"))).collect();
    Array2::from_shape_vec(entry.shape, numbers).expect("as many numbers as the shape has")
}

pub fn main() -> frame::Judgement {
    judge::judge(read)
}
