//! All operations that a line can have. They are those of StableHLO that our ops need, under the names that it gives them.

use crate::shape::Axes;

/// A function of each element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Each {
    Abs,
    Negate,
    Sign,
    Sqrt,
    Exponential,
    ExponentialMinusOne,
    Log,
    LogPlusOne,
    Sine,
    Cosine,
    Tanh,
    Logistic,
}

/// A function of two elements each. The last two are of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Maximum,
    Minimum,
    And,
    Or,
}

/// A comparison of two elements each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Greater,
    Less,
}

/// How many numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    /// Their sum.
    Add,
    /// Their product.
    Multiply,
    /// The largest.
    Maximum,
    /// The smallest.
    Minimum,
}

impl Combine {
    /// What none become.
    pub(crate) fn of_none(self) -> f64 {
        match self {
            Combine::Add => 0.0,
            Combine::Multiply => 1.0,
            Combine::Maximum => f64::NEG_INFINITY,
            Combine::Minimum => f64::INFINITY,
        }
    }
}

/// What windows make of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Sum,
    Largest,
}

/// How a convolution reads its operands.
#[derive(Clone, Debug)]
pub(crate) struct Convolve {
    /// The order of the first two axes of the images, the filters and the result. As usual: image, channel; filter, channel; image, filter.
    pub(crate) order: Order,
    pub(crate) stride: [usize; 2],
    /// Before and after, for the height and for the width. A negative one cuts off.
    pub(crate) pad: [[isize; 2]; 2],
    /// The distance between neighbouring pixels of the images, and of the filters.
    pub(crate) dilation: [[usize; 2]; 2],
    /// In how many groups batch or features are divided.
    pub(crate) groups: [usize; 2],
}

/// Which of the first two axes of the operands and of the result of a convolution are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// None.
    Usual,
    /// Those of the filters.
    Filters,
    /// All.
    All,
}

/// What a line does with its operands.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// The same number everywhere.
    Number(f64),
    /// An array of these numbers, row by row.
    Numbers(Vec<f64>),
    /// The index along an axis, at every place.
    Iota(usize),
    Each(Each),
    Pair(Pair),
    Compare(Compare),
    /// The second operand where the first holds, else the third.
    Select,
    /// The same as elements of another kind.
    Convert,
    Reshape,
    /// Copies in a larger array, whose axes of these numbers are the axes of the operand.
    Broadcast(Vec<usize>),
    Transpose(Vec<usize>),
    /// `[from, to, step]` for each axis.
    Slice(Vec<[usize; 3]>),
    /// The elements in the opposite order along these axes.
    Reverse(Vec<usize>),
    /// With `[before, after, between]` places of the number that is the second operand along each axis. A negative one cuts off.
    Pad(Vec<[isize; 3]>),
    Concatenate(usize),
    /// All numbers along these axes made one. The result does not have them.
    Reduce(Combine, Axes),
    /// All numbers in a window made one, at each of its places; for each axis `[length, stride, dilation, before, after]`. The first two axes, images
    /// and channels, have windows of length 1.
    Window(Pool, [[usize; 5]; 4]),
    /// At each place, the sum of what is before it along an axis and of itself; or, if true, of what is behind.
    Cumulative(usize, bool),
    /// The sum of products along one axis of each operand, for each matrix that the first axes count.
    Dot {
        batch: usize,
        over: [usize; 2],
    },
    Convolve(Convolve),
    /// The rows of the first operand with the numbers that the second has.
    GatherRows,
    /// The rows of the first operand, each added to the row of an array of zeros that the second operand says.
    ScatterAddRows,
    /// The sum over all devices that run the program.
    AllReduce,
    /// A function of the module, by its number.
    Call(usize),
}
