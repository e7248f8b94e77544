//! The elements of an operand from which one element of a result is computed. The one idea to know: most ops treat each axis separately, so it is
//! enough to give the indices along each axis of the operand.

use crate::kernel::windows::{Grid, Windows};
use crate::shape::{Axes, Shape};

/// The elements of an operand from which an element of the result is computed; see [`Op::reach`](crate::Op::reach).
///
/// ```
/// use gradus::{Along, Reach};
/// // C = A B: an element of C is computed from a row of A.
/// let row_of_a = Reach::Axes(vec![Along::index(0), Along::All]);
/// let (a, c) = ([2, 3].into(), [2, 4].into());
/// assert_eq!(row_of_a.cells(5, a, c), [3, 4, 5]); // C[1, 1] needs A[1, 0], A[1, 1], A[1, 2]
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Reach {
    /// The indices along each axis of the operand: all their combinations take part.
    Axes(Vec<Along>),
    /// The element at the same place in row-major order.
    SamePlace,
    /// For each element of the result the place of one of the operand.
    Listed(Vec<usize>),
    /// For each element of the operand the place of the one of the result that it is part of.
    Where(Vec<usize>),
    /// The result's rows are windows of the operand, which are images: the pixel at this place of this window.
    Window(Windows),
    /// The result is images, the operand's rows are their windows: the elements of all windows that contain the pixel.
    Seen(Windows),
    /// The operand is images, the result has an element for each place of a window: the pixels of that window, in all channels of its group.
    Pixels(Grouped),
    /// The result is images, the operand has an element for each place of a window: the places of all windows that contain the pixel, in all channels
    /// of its group.
    Places(Grouped),
    /// Operand and result are images: the pixels of all windows that contain the pixel.
    Around(Windows),
}

/// Windows, and how many groups the channels are divided into; a window looks at the channels of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub struct Grouped {
    /// The windows.
    pub windows: Windows,
    /// The number of groups.
    pub groups: usize,
}

impl Grouped {
    /// The places (or with `turned` the pixels) that belong to a pixel (a place) in the channels of its group. `own` is the shape of the element's
    /// array, `other` that of the array with the places (the pixels).
    fn partners(&self, element: usize, own: Shape, other: Shape, turned: bool) -> Vec<usize> {
        let (images, at) = (if turned { other } else { own }, indices(element, own));
        let Some(grid) = Grid::of(self.windows, images) else { return Vec::new() };
        let mut found = Vec::new();
        for place in 0..grid.count() {
            let corner = [place / grid.places[1], place % grid.places[1]];
            self.windows.each_pixel(grid.image, corner, |_, pixel| match turned {
                true if corner == at[2..] => found.push(pixel),
                false if pixel == at[2] * own[3] + at[3] => found.push(place),
                _ => {}
            });
        }
        let (group, channels, size) = (at[1] / (own[1] / self.groups), other[1] / self.groups, other[2] * other[3]);
        let first = at[0] * other[1] + group * channels;
        (first..first + channels).flat_map(|channel| found.iter().map(move |at| channel * size + at)).collect()
    }
}

/// The indices along one axis of an operand that take part in an element of the result.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Along {
    /// All of them.
    All,
    /// The index of the result's element along `axis`, plus `shift`, if the operand has that index.
    Index {
        /// An axis of the result.
        axis: usize,
        /// The difference of the two indices.
        shift: isize,
    },
    /// The entry of a list at the place given by the element's index along an axis of the result.
    Listed {
        /// An axis of the result.
        axis: usize,
        /// For each index along it, the index of the operand.
        list: Vec<usize>,
    },
    /// The places of a list whose entry is the element's index along an axis of the result.
    Where {
        /// An axis of the result.
        axis: usize,
        /// For each index of the operand, the one along it.
        list: Vec<usize>,
    },
    /// From the first one to the index of the result's element along this axis.
    UpTo(usize),
    /// From the index of the result's element along this axis to the last one.
    From(usize),
}

impl Along {
    /// The same index as along an axis of the result.
    pub fn index(axis: usize) -> Along {
        Along::Index { axis, shift: 0 }
    }

    fn indices(&self, element: &[usize], length: usize) -> Vec<usize> {
        match self {
            Along::All => (0..length).collect(),
            Along::Index { axis, shift } => {
                let index = element.get(*axis).and_then(|index| index.checked_add_signed(*shift));
                index.filter(|&index| index < length).into_iter().collect()
            }
            Along::Listed { axis, list } => list.get(element[*axis]).copied().into_iter().collect(),
            Along::Where { axis, list } => {
                (0..length).filter(|&index| list.get(index) == Some(&element[*axis])).collect()
            }
            Along::UpTo(axis) => (0..=element[*axis]).collect(),
            Along::From(axis) => (element[*axis]..length).collect(),
        }
    }
}

impl Reach {
    /// Every element of the operand.
    pub fn everything(operand: Shape) -> Reach {
        Reach::Axes(vec![Along::All; operand.rank()])
    }

    /// The one element that broadcasting combines with it.
    pub fn each(operand: Shape, result: Shape) -> Reach {
        let missing = result.rank() - operand.rank();
        let along = |(axis, &length)| if length == 1 { Along::All } else { Along::index(missing + axis) };
        Reach::Axes(operand.iter().enumerate().map(along).collect())
    }

    /// All elements that were reduced to it along some axes.
    pub fn reduced(operand: Shape, axes: Axes, keepdims: bool) -> Reach {
        let mut kept = 0;
        let along = |axis| match axes.contains(axis) {
            true => {
                kept += usize::from(keepdims);
                Along::All
            }
            false => {
                kept += 1;
                Along::index(kept - 1)
            }
        };
        Reach::Axes((0..operand.rank()).map(along).collect())
    }

    /// The whole line along an axis through its place.
    pub fn line(operand: Shape, axis: usize) -> Reach {
        Reach::reduced(operand, axis.into(), true)
    }

    /// The element that is shifted by this much along each axis.
    pub fn shifted(shifts: impl IntoIterator<Item = isize>) -> Reach {
        Reach::Axes(shifts.into_iter().enumerate().map(|(axis, shift)| Along::Index { axis, shift }).collect())
    }

    /// The elements of the operand that one element of the result is computed from, both by their places in row-major order.
    pub fn cells(&self, element: usize, operand: Shape, result: Shape) -> Vec<usize> {
        match self {
            Reach::Axes(axes) => {
                let element = indices(element, result);
                axes.iter().zip(operand.iter()).fold(vec![0], |places, (along, &length)| {
                    let chosen = along.indices(&element, length);
                    places.iter().flat_map(|place| chosen.iter().map(move |index| place * length + index)).collect()
                })
            }
            Reach::SamePlace => vec![element],
            Reach::Listed(places) => places.get(element).copied().into_iter().collect(),
            Reach::Where(places) => (0..places.len()).filter(|&place| places[place] == element).collect(),
            Reach::Window(windows) => {
                let mut seen = Vec::new();
                windows.each_element(operand, |at, pixel| seen.extend((at == element).then_some(pixel)));
                seen
            }
            Reach::Seen(windows) => {
                let mut places = Vec::new();
                windows.each_element(result, |at, pixel| places.extend((pixel == element).then_some(at)));
                places
            }
            Reach::Pixels(grouped) => grouped.partners(element, result, operand, true),
            Reach::Places(grouped) => grouped.partners(element, result, operand, false),
            Reach::Around(windows) => {
                let (each, Ok([down, across])) =
                    (Grouped { windows: *windows, groups: result[1] }, windows.places(result))
                else {
                    return Vec::new();
                };
                let windows = Shape::from([result[0], result[1], down, across]);
                let places = each.partners(element, result, windows, false);
                places.into_iter().flat_map(|place| each.partners(place, windows, operand, true)).collect()
            }
        }
    }
}

/// The indices of an element along each axis.
fn indices(mut place: usize, shape: Shape) -> Vec<usize> {
    let mut indices = vec![0; shape.rank()];
    for (index, &length) in indices.iter_mut().zip(shape.iter()).rev() {
        *index = place % length;
        place /= length;
    }
    indices
}
