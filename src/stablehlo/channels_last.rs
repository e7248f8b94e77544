//! Images with their channels last, as XLA wants them on a processor.
//!
//! The one idea to know: **an image keeps its channels last from one convolution or pooling to the next.** Ours have them first. XLA would turn the operands and the
//! result of each convolution, and pool numbers that do not lie side by side: a step of W7 took a third longer (`docs/performance.md`). So lines that work on images are
//! written for turned arrays, and a transposition stands only where an image comes in or goes out. Programs without convolutions and poolings stay as they are.

use crate::lines::{Body, Element, Entry, Function, Main, Operation, Order};
use crate::shape::{Axes, Shape};
use std::collections::HashMap;

/// For each axis of an image with its channels last, which axis it is with its channels first: image, row, column, channel.
const LAST: [usize; 4] = [0, 2, 3, 1];
/// The opposite: for each axis of an image with its channels first, which axis it is with its channels last.
const FIRST: [usize; 4] = [0, 3, 1, 2];

/// The same function, in which images keep their channels last.
pub(super) fn channels_last(main: Main) -> Main {
    let kept = Plan::of(&main.body).kept;
    let mut writer = Writer {
        values: main.body.values,
        entries: Vec::new(),
        others: HashMap::new(),
        functions: Functions { old: &main.functions, ..Default::default() },
        kept,
    };
    for value in 0..writer.kept.len() {
        if writer.kept[value] {
            writer.values[value].1 = turned(writer.values[value].1);
        }
    }
    for entry in main.body.entries {
        writer.entry(entry);
    }
    let results = main.results.into_iter().map(|(name, value)| (name, writer.read(value, false))).collect();
    let functions = writer.functions.new;
    Main { results, functions, body: Body { entries: writer.entries, values: writer.values }, ..main }
}

fn turned(shape: Shape) -> Shape {
    Shape::from(LAST.map(|axis| shape[axis]))
}

/// Whether these axes of an image have the same order with the channels last.
fn keeps_order(axes: impl Iterator<Item = usize>) -> bool {
    axes.map(|axis| FIRST[axis]).is_sorted()
}

/// The axes that a sum over some leaves.
fn left(axes: Axes) -> impl Iterator<Item = usize> {
    (0..4).filter(move |&axis| !axes.contains(axis))
}

/// Which values keep their channels last.
struct Plan {
    kept: Vec<bool>,
    /// Whether some line reads the value with its channels last.
    read: Vec<bool>,
}

impl Plan {
    fn of(body: &Body) -> Plan {
        let count = body.values.len();
        let mut plan = Plan { kept: vec![false; count], read: vec![false; count] };
        let mut copies = Vec::new();
        for entry in &body.entries {
            let Entry::Line { value, operation, operands, .. } = entry else { continue };
            let is_image = |value: u32| body.values[value as usize].1.rank() == 4;
            match operation {
                Operation::Convolve(by) => {
                    let images = if by.order == Order::All { 2 } else { 1 };
                    operands[..images].iter().for_each(|&operand| plan.read[operand as usize] = true);
                    plan.kept[*value as usize] = by.order != Order::All;
                }
                Operation::Window(..) => {
                    plan.read[operands[0] as usize] = true;
                    plan.kept[*value as usize] = true;
                }
                // Copies have the order in which they are read.
                Operation::Number(_) if is_image(*value) => copies.push(*value),
                Operation::Broadcast(axes)
                    if is_image(*value) && (is_image(operands[0]) || keeps_order(axes.iter().copied())) =>
                {
                    copies.push(*value);
                }
                _ if is_image(*value) && works_in_place(operation) => {
                    let is_turned = |&operand: &u32| {
                        let place = operand as usize;
                        plan.kept[place] || plan.read[place] && !copies.contains(&operand)
                    };
                    if operands.iter().any(is_turned) {
                        plan.kept[*value as usize] = true;
                        operands.iter().for_each(|&operand| plan.read[operand as usize] |= is_image(operand));
                    }
                }
                _ => {}
            }
        }
        copies.iter().for_each(|&copy| plan.kept[copy as usize] = plan.read[copy as usize]);
        plan
    }
}

/// Whether an operation makes an image of images, and works in any order of their axes.
fn works_in_place(operation: &Operation) -> bool {
    use Operation::*;
    matches!(
        operation,
        Each(_) | Pair(_) | Compare(_) | Select | Convert | Call(_) | Slice(_) | Reverse(_) | Pad(_) | Concatenate(_)
    )
}

/// Writes the lines again, as planned.
struct Writer<'a> {
    values: Vec<(String, Shape, Element)>,
    entries: Vec<Entry>,
    kept: Vec<bool>,
    /// The same value in the other order.
    others: HashMap<u32, u32>,
    functions: Functions<'a>,
}

impl Writer<'_> {
    fn entry(&mut self, entry: Entry) {
        let Entry::Line { value, operation, operands, location } = entry else { return self.entries.push(entry) };
        let reads_last = match &operation {
            Operation::Convolve(_) | Operation::Window(..) => true,
            Operation::Reduce(_, axes) => self.kept[operands[0] as usize] && keeps_order(left(*axes)),
            _ => self.kept[value as usize],
        };
        // The filters of a convolution are no images.
        let images = match &operation {
            Operation::Convolve(by) if by.order != Order::All => 1,
            _ => operands.len(),
        };
        let read = |(place, &operand): (usize, &u32)| self.read(operand, reads_last && place < images);
        let operands: Vec<u32> = operands.iter().enumerate().map(read).collect();
        let operation = match operation {
            Operation::Call(function) => Operation::Call(self.functions.place(function, reads_last)),
            _ if reads_last => self.turned(operation, &operands),
            _ => operation,
        };
        self.entries.push(Entry::Line { value, operation, operands, location });
    }

    /// The value with its channels last, or first. What is no image has one order.
    fn read(&mut self, value: u32, last: bool) -> u32 {
        if self.values[value as usize].1.rank() != 4 || self.kept[value as usize] == last {
            return value;
        }
        if let Some(&other) = self.others.get(&value) {
            return other;
        }
        let (_, shape, element) = self.values[value as usize];
        let axes = if last { LAST } else { FIRST };
        let other = self.values.len() as u32;
        // A name that no node and no leaf has.
        self.values.push((format!("v{}", self.others.len()), axes.map(|axis| shape[axis]).into(), element));
        self.kept.push(last);
        let operation = Operation::Transpose(axes.to_vec());
        self.entries.push(Entry::Line { value: other, operation, operands: vec![value], location: None });
        self.others.insert(value, other);
        other
    }

    /// The same operation on images with their channels last.
    fn turned(&self, operation: Operation, operands: &[u32]) -> Operation {
        fn in_order<T: Copy>(entries: Vec<T>) -> Vec<T> {
            LAST.map(|axis| entries[axis]).to_vec()
        }
        let moved = |axes: Vec<usize>| axes.into_iter().map(|axis| FIRST[axis]).collect::<Vec<_>>();
        match operation {
            Operation::Slice(ranges) => Operation::Slice(in_order(ranges)),
            Operation::Pad(margins) => Operation::Pad(in_order(margins)),
            Operation::Reverse(axes) => Operation::Reverse(moved(axes)),
            Operation::Concatenate(axis) => Operation::Concatenate(FIRST[axis]),
            Operation::Window(how, window) => Operation::Window(how, LAST.map(|axis| window[axis])),
            Operation::Reduce(how, axes) => {
                let over: Vec<usize> = (0..4).filter(|&axis| axes.contains(axis)).collect();
                Operation::Reduce(how, Axes::from(&moved(over)[..]))
            }
            Operation::Broadcast(axes) if self.values[operands[0] as usize].1.rank() == 4 => {
                Operation::Broadcast(moved(in_order(axes)))
            }
            Operation::Broadcast(axes) => Operation::Broadcast(moved(axes)),
            other => other,
        }
    }
}

/// The functions that lines call. They work element by element, so that one for images with their channels last differs in the shape only.
#[derive(Default)]
struct Functions<'a> {
    old: &'a [Function],
    new: Vec<Function>,
    /// The new place of an old one, for channels first and last.
    places: HashMap<(usize, bool), usize>,
}

impl Functions<'_> {
    fn place(&mut self, function: usize, last: bool) -> usize {
        if let Some(&place) = self.places.get(&(function, last)) {
            return place;
        }
        let mut copy = self.old[function].clone();
        if last {
            copy.shape = turned(copy.shape);
            copy.body.values.iter_mut().filter(|value| value.1.rank() == 4).for_each(|value| value.1 = turned(value.1));
        }
        let is_same = |known: &Function| known.name == copy.name && known.shape == copy.shape;
        let known = self.new.iter().position(is_same);
        let place = known.unwrap_or(self.new.len());
        self.places.insert((function, last), place);
        if known.is_none() {
            self.new.push(copy);
            // Entered before those that it calls.
            let mut entries = std::mem::take(&mut self.new[place].body.entries);
            for entry in &mut entries {
                if let Entry::Line { operation: Operation::Call(inner), .. } = entry {
                    *inner = self.place(*inner, last);
                }
            }
            self.new[place].body.entries = entries;
        }
        place
    }
}
