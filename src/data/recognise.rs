//! Recognises files and folders of other kinds, and says what to do about them. The one idea to know: "fetch it again" is advice for damaged files
//! only. For a good file of another kind, the error says which kind it is.

use super::error::REPLACE;
use std::path::Path;

/// The names in a folder, sorted; those of folders end with a slash.
pub(super) fn contents(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| {
        let slash = if entry.path().is_dir() { "/" } else { "" };
        format!("{}{slash}", entry.file_name().to_string_lossy())
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// The same as a phrase, with at most twelve names.
pub(super) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0 => "an empty folder".into(),
        count if count > SHOWN => format!("a folder with {}, and {} more", names[..SHOWN].join(", "), count - SHOWN),
        _ => format!("a folder with {}", names.join(", ")),
    }
}

/// The parts of EMNIST whose labels are not digits, as their files are named.
const LETTERS: [(&str, &str); 4] = [
    ("emnist-letters-", "EMNIST Letters: 26 classes, labels 1 to 26"),
    ("emnist-balanced-", "EMNIST Balanced: 47 classes of digits and letters"),
    ("emnist-bymerge-", "EMNIST ByMerge: 47 classes of digits and letters"),
    ("emnist-byclass-", "EMNIST ByClass: 62 classes of digits and letters"),
];

/// Folders that torchvision makes for data sets of the same form.
const OTHER_FOLDERS: [&str; 4] = ["FashionMNIST", "KMNIST", "QMNIST", "EMNIST"];

/// File endings of other formats, each with what to do.
const OTHER_FORMS: [(&str, &str); 9] = [
    (".zip", "this holds a zip archive: unpack it (unzip), and open the folder that comes out"),
    (".tar", "this holds a tar archive: unpack it (tar -xf), and open the folder that comes out"),
    (".tar.gz", "this holds a tar archive: unpack it (tar -xf), and open the folder that comes out"),
    (".tgz", "this holds a tar archive: unpack it (tar -xf), and open the folder that comes out"),
    (".npz", "this is the data as NumPy archives (as KMNIST comes too): get it as IDX files"),
    (".npy", "this is the data as NumPy arrays: get it as IDX files"),
    (".csv", "this is the data as text: get it as IDX files"),
    (".parquet", "this is the data as Parquet tables: get it as IDX files"),
    (".pt", "this is the data as PyTorch stores it: open the folder raw beside it, which has the IDX files"),
];

/// What the folder holds instead of the four files, and what to do; `None` if it is not known.
pub(super) fn other_data(folder: &Path) -> Option<String> {
    let names = [contents(folder), contents(&folder.join("raw"))].concat();
    if let Some((_, what)) = LETTERS.iter().find(|(prefix, _)| names.iter().any(|name| name.starts_with(prefix))) {
        return Some(format!(
            "this is {what}. Ten classes are read: put the files of emnist-mnist or emnist-digits beside them, or read these with \
             gradus::data::idx::read (the images lie on their side)"
        ));
    }
    if let Some(inner) = OTHER_FOLDERS.iter().map(|name| folder.join(name)).find(|inner| inner.is_dir()) {
        return Some(format!("this is the folder of several data sets: open one, such as {}", inner.display()));
    }
    let form = |(ending, what): &(&str, &str)| {
        names.iter().any(|name| name.to_lowercase().ends_with(ending)).then(|| (*what).to_owned())
    };
    OTHER_FORMS.iter().find_map(form)
}

/// What to do about a file that begins with these bytes, where an IDX file of this rank is expected.
pub(super) fn advice(rank: u8, found: [u8; 4]) -> String {
    let advice = match &found {
        [0, 0, 8, 1] if rank == 3 => "these are labels: images and labels may have changed places",
        [0, 0, 8, 3] if rank == 1 => "these are images: images and labels may have changed places",
        [0, 0, 8, 2] if rank == 3 => {
            "this is a table, perhaps of images as rows of 784: write it with three axes, [n, 28, 28]"
        }
        [0, 0, 8, 2] if rank == 1 => {
            "this is a table, perhaps of one-hot labels: write the class numbers, with one axis"
        }
        [0, 0, 8, 4] if rank == 3 => "this has four axes, perhaps for colours: make the images grey, [n, 28, 28]",
        [0, 0, 8, _] => {
            "this is an IDX file of unsigned bytes, but of another rank: look which of your files belongs here"
        }
        [_, 8, 0, 0] => "the header is written least significant byte first; IDX has the most significant byte first",
        [0, 0, 0, 0] => {
            "the file begins with zeros: an unfinished download, or an empty disk image: fetch the file again"
        }
        b"<!DO" | b"<!do" | b"<htm" | b"<HTM" | b"<?xm" => {
            "this is a web page, perhaps a failed download: fetch the file again"
        }
        b"vers" => "this may be a Git LFS pointer, not the data: run git lfs pull",
        b"PAR1" => "this is a Parquet table: get the data as IDX files",
        b"\x93NUM" => "this is a NumPy array: get the data as IDX files",
        [b'P', b'K', 3, 4] => "this is a zip archive: unpack it",
        [b'B', b'Z', b'h', _] => "this is packed with bzip2: unpack it (bunzip2)",
        [0xfd, b'7', b'z', b'X'] => "this is packed with xz: unpack it (unxz)",
        [0x28, 0xb5, 0x2f, 0xfd] => "this is packed with zstd: unpack it (unzstd)",
        [0x1f, 0x8b, ..] => "the file was packed twice: unpack it once (gzip -d)",
        [0x1f, 0x9d, ..] => "this is packed with compress: unpack it (gzip -d)",
        [0x89, b'P', b'N', b'G'] | [0xff, 0xd8, 0xff, _] => {
            "this is a single picture: put the IDX file of all images here"
        }
        _ => "put the original MNIST file here",
    };
    advice.to_owned()
}

/// What kind of number a byte of the header stands for.
pub(super) fn type_name(type_byte: u8) -> &'static str {
    match type_byte {
        0x09 => "signed bytes, i8",
        0x0b => "16-bit integers, i16",
        0x0c => "32-bit integers, i32",
        0x0d => "32-bit floats, f32",
        0x0e => "64-bit floats, f64",
        _ => "unknown",
    }
}

/// What to do about elements of another type.
pub(super) fn type_advice(type_byte: u8, rank: u8) -> &'static str {
    match (type_byte, rank) {
        (0x0c, 2) => {
            "these may be QMNIST's labels, eight numbers for each digit, the first of which is the class: write those as unsigned bytes, \
             with one axis"
        }
        (0x0d | 0x0e, _) => "write the pixels as unsigned bytes: 255 for ink, and the nearest whole number between",
        _ => "write the elements as unsigned bytes, as the original MNIST files have them",
    }
}

/// What to do about labels that are not digits: `wrong` of all `labels`. A few mean damage; many mean another data set.
pub(super) fn label_advice(smallest: u8, largest: u8, wrong: usize, labels: usize) -> &'static str {
    match (smallest, largest) {
        (b'0', b'9') => "these labels are written as text, 48 to 57: take 48 from each",
        (1, 10) => "these labels count from 1: take 1 from each, so that they are 0 to 9",
        _ if wrong < 2 || wrong < labels / 10 || largest > 61 => REPLACE,
        (1.., ..=26) => {
            "this may be EMNIST Letters, labels 1 to 26 (a to z); ten classes are read: take EMNIST Digits, or MNIST"
        }
        (_, ..=46) => {
            "these may be 47 classes, as in EMNIST Balanced and ByMerge; ten are read: take EMNIST Digits, or MNIST"
        }
        (_, ..=48) => "these may be 49 classes, as in Kuzushiji-49; ten are read: take KMNIST, or MNIST",
        _ => "these may be 62 classes, as in EMNIST ByClass; ten are read: take EMNIST Digits, or MNIST",
    }
}

/// The bytes in hexadecimal, and as text if they are printable.
pub(super) fn hex(bytes: [u8; 4]) -> String {
    let [a, b, c, d] = bytes;
    let text = if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        format!(" (the text \"{}\")", String::from_utf8_lossy(&bytes))
    } else {
        String::new()
    };
    format!("{a:02x} {b:02x} {c:02x} {d:02x}{text}")
}
