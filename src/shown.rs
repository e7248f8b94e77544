//! How an array wants to be seen. The one idea to know: the engine computes numbers and does not know what they mean; the program knows, and says so
//! in a hint, which a trace keeps beside the numbers. Without one a view guesses from the shape.

use crate::shape::Shape;

/// How an array wants to be seen: see [`Var::shown_as`](crate::Var::shown_as). Its gradient is seen alike.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Shown {
    /// Pictures of this many rows and columns of pixels: along the last axis; or each column of a matrix, as weights that look at such pictures.
    Image {
        /// The height of a picture.
        rows: usize,
        /// Its width.
        columns: usize,
    },
    /// The filters of a convolution, of shape [outputs, channels, rows, columns].
    Filters,
    /// Feature maps, of shape [images, channels, rows, columns].
    FeatureMaps,
    /// A bar for each number along the last axis.
    Bars,
    /// Words beside the rows; and above the columns if there is one for each, as for the weights of an attention.
    Tokens {
        /// The word of each row.
        words: Vec<String>,
    },
}

impl Shown {
    /// Pictures of this many rows and columns of pixels.
    pub fn image(rows: usize, columns: usize) -> Shown {
        Shown::Image { rows, columns }
    }

    /// A row for each of these words.
    pub fn tokens<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Shown {
        Shown::Tokens { words: words.into_iter().map(Into::into).collect() }
    }

    /// Whether an array of this shape can be seen so; if not, what is expected.
    pub(crate) fn check(&self, shape: Shape) -> Result<(), String> {
        let (lengths, rank) = (shape.to_vec(), shape.rank());
        let (fits, expected) = match self {
            Shown::Image { rows, columns } => {
                let pixels = rows.checked_mul(*columns).filter(|&pixels| pixels > 0);
                let is_along = lengths.last().copied() == pixels || (rank == 2 && lengths.first().copied() == pixels);
                let expected = format!("{rows} · {columns} numbers along its last axis, or in each column of a matrix");
                (pixels.is_some() && rank > 0 && is_along, expected)
            }
            Shown::Filters => (rank == 4, "the shape [outputs, channels, rows, columns]".to_owned()),
            Shown::FeatureMaps => (rank == 4, "the shape [images, channels, rows, columns]".to_owned()),
            Shown::Bars => (rank > 0, "at least one axis".to_owned()),
            Shown::Tokens { words } => {
                let is_rows = rank >= 2 && lengths[rank - 2] == words.len();
                (is_rows, format!("as many rows as there are words, {}", words.len()))
            }
        };
        if fits { Ok(()) } else { Err(expected) }
    }
}
