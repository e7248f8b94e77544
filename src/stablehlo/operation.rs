//! What one operation looks like.

use super::literal::{array, list, literal};
use super::text::Names;
use crate::lines::{Combine, Compare, Convolve, Each, Element, Operation, Order, Pair, Pool};

/// A line, without the name of its value.
pub(super) fn text(operation: &Operation, value: u32, operands: &[u32], names: Names) -> String {
    let result = names.kind(value);
    let named: Vec<String> = operands.iter().map(|&operand| names.name(operand)).collect();
    let kinds: Vec<String> = operands.iter().map(|&operand| names.kind(operand)).collect();
    let (all, all_kinds) = (named.join(", "), kinds.join(", "));
    let becomes = |text: &str| format!("stablehlo.{text} : ({all_kinds}) -> {result}");
    let number = names.main.number;
    match operation {
        Operation::Number(x) => {
            format!("stablehlo.constant dense<{}> : {result}", literal(*x, names.element(value), number))
        }
        Operation::Numbers(numbers) => {
            let digits = match &numbers[..] {
                [first, others @ ..] if others.iter().all(|other| other.to_bits() == first.to_bits()) => {
                    literal(*first, Element::Number, number)
                }
                _ => array(numbers, names.shape(value), number),
            };
            format!("stablehlo.constant dense<{digits}> : {result}")
        }
        Operation::Iota(axis) => format!("stablehlo.iota dim = {axis} : {result}"),
        Operation::Each(function) => format!("stablehlo.{} {all} : {result}", each(*function)),
        Operation::Pair(function) => format!("stablehlo.{} {all} : {result}", pair(*function)),
        Operation::Compare(how) => {
            let of = if names.element(operands[0]) == Element::Number { "FLOAT" } else { "SIGNED" };
            becomes(&format!("compare {}, {all}, {of}", compare(*how)))
        }
        Operation::Select => format!("stablehlo.select {all} : {}, {result}", kinds[0]),
        Operation::Convert => becomes(&format!("convert {all}")),
        Operation::Reshape => becomes(&format!("reshape {all}")),
        Operation::Broadcast(axes) => becomes(&format!("broadcast_in_dim {all}, dims = {}", list(axes))),
        Operation::Transpose(axes) => becomes(&format!("transpose {all}, dims = {}", list(axes))),
        Operation::Slice(ranges) => {
            let ranges: Vec<String> = ranges.iter().map(|[from, to, step]| format!("{from}:{to}:{step}")).collect();
            becomes(&format!("slice {all} [{}]", ranges.join(", ")))
        }
        Operation::Reverse(axes) => format!("stablehlo.reverse {all}, dims = {} : {result}", list(axes)),
        Operation::Pad(margins) => {
            let one = |place: usize| list(&margins.iter().map(|margins| margins[place]).collect::<Vec<_>>());
            becomes(&format!("pad {all}, low = {}, high = {}, interior = {}", one(0), one(1), one(2)))
        }
        Operation::Concatenate(axis) => becomes(&format!("concatenate {all}, dim = {axis}")),
        Operation::Reduce(how, axes) => {
            let along: Vec<usize> = (0..names.shape(operands[0]).rank()).filter(|&axis| axes.contains(axis)).collect();
            becomes(&format!(
                "reduce({} init: {}) applies {} across dimensions = {}",
                named[0],
                named[1],
                combine(*how),
                list(&along)
            ))
        }
        Operation::Window(how, window) => {
            let how = if *how == Pool::Sum { Combine::Add } else { Combine::Maximum };
            window_text(how, window, &all, &names.single(value)) + &format!(" : ({all_kinds}) -> {result}")
        }
        Operation::Cumulative(axis, from_end) => {
            // Windows that end at each place, or begin there.
            let shape = names.shape(value);
            let along = |other: usize| match (other == *axis, shape[other]) {
                (true, length) if *from_end => [length, 1, 1, 0, length.saturating_sub(1)],
                (true, length) => [length, 1, 1, length.saturating_sub(1), 0],
                _ => [1, 1, 1, 0, 0],
            };
            let window: Vec<[usize; 5]> = (0..shape.rank()).map(along).collect();
            window_text(Combine::Add, &window, &all, &names.single(value)) + &format!(" : ({all_kinds}) -> {result}")
        }
        Operation::Dot { batch, over: [over_a, over_b] } => {
            let counted: Vec<usize> = (0..*batch).collect();
            let batching = match batch {
                0 => String::new(),
                _ => format!("batching_dims = {0} x {0}, ", list(&counted)),
            };
            becomes(&format!(
                "dot_general {all}, {batching}contracting_dims = [{over_a}] x [{over_b}], precision = [HIGHEST, HIGHEST]"
            ))
        }
        Operation::Convolve(by) => becomes(&convolution(by, &all)),
        Operation::GatherRows => {
            let shape = names.shape(operands[0]);
            let sizes: Vec<String> =
                std::iter::once(1).chain(shape[1..].iter().copied()).map(|length| length.to_string()).collect();
            let inner: Vec<usize> = (1..shape.rank()).collect();
            let offset = if inner.is_empty() { String::new() } else { format!("offset_dims = {}, ", list(&inner)) };
            format!(
                "\"stablehlo.gather\"({all}) <{{dimension_numbers = #stablehlo.gather<{offset}collapsed_slice_dims = [0], \
                 start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: {}>}}> \
                 : ({all_kinds}) -> {result}",
                sizes.join(", "),
            )
        }
        Operation::ScatterAddRows => {
            let inner: Vec<usize> = (1..names.shape(value).rank()).collect();
            let window =
                if inner.is_empty() { String::new() } else { format!("update_window_dims = {}, ", list(&inner)) };
            format!(
                "\"stablehlo.scatter\"({all}) <{{scatter_dimension_numbers = #stablehlo.scatter<{window}inserted_window_dims = [0], \
                 scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false}}> {} \
                 : ({all_kinds}) -> {result}",
                region(Combine::Add, &names.single(value)),
            )
        }
        Operation::AllReduce => {
            let devices: Vec<usize> = (0..names.main.devices).collect();
            format!(
                "\"stablehlo.all_reduce\"({all}) <{{replica_groups = dense<[{}]> : tensor<1x{}xi64>}}> {} : ({all_kinds}) -> {result}",
                list(&devices),
                devices.len(),
                region(Combine::Add, &names.single(value)),
            )
        }
        Operation::Call(function) => {
            format!("call @{}({all}) : ({all_kinds}) -> {result}", names.name_of_function(*function))
        }
    }
}

fn each(function: Each) -> &'static str {
    match function {
        Each::Abs => "abs",
        Each::Negate => "negate",
        Each::Sign => "sign",
        Each::Sqrt => "sqrt",
        Each::Exponential => "exponential",
        Each::ExponentialMinusOne => "exponential_minus_one",
        Each::Log => "log",
        Each::LogPlusOne => "log_plus_one",
        Each::Sine => "sine",
        Each::Cosine => "cosine",
        Each::Tanh => "tanh",
        Each::Logistic => "logistic",
    }
}

fn pair(function: Pair) -> &'static str {
    match function {
        Pair::Add => "add",
        Pair::Subtract => "subtract",
        Pair::Multiply => "multiply",
        Pair::Divide => "divide",
        Pair::Power => "power",
        Pair::Maximum => "maximum",
        Pair::Minimum => "minimum",
        Pair::And => "and",
        Pair::Or => "or",
    }
}

fn compare(how: Compare) -> &'static str {
    match how {
        Compare::Equal => "EQ",
        Compare::NotEqual => "NE",
        Compare::Greater => "GT",
        Compare::Less => "LT",
    }
}

fn combine(how: Combine) -> &'static str {
    match how {
        Combine::Add => "stablehlo.add",
        Combine::Multiply => "stablehlo.multiply",
        Combine::Maximum => "stablehlo.maximum",
        Combine::Minimum => "stablehlo.minimum",
    }
}

/// Images have their channels last (`channels_last.rs`), filters and their gradients have them first.
fn convolution(by: &Convolve, operands: &str) -> String {
    let Convolve { order, stride, pad, dilation, groups: [by_batch, by_feature] } = by;
    let dims = match order {
        Order::Usual => "[b, 0, 1, f]x[o, i, 0, 1]->[b, 0, 1, f]",
        Order::Filters => "[b, 0, 1, f]x[i, o, 0, 1]->[b, 0, 1, f]",
        Order::All => "[f, 0, 1, b]x[i, 0, 1, o]->[f, b, 0, 1]",
    };
    let pad: Vec<String> = pad.iter().map(|pad| format!("{pad:?}")).collect();
    format!(
        "convolution({operands}) dim_numbers = {dims}, window = {{stride = {stride:?}, pad = [{}], \
         lhs_dilate = {:?}, rhs_dilate = {:?}}} {{batch_group_count = {by_batch} : i64, feature_group_count = {by_feature} : i64, \
         precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}}",
        pad.join(", "),
        dilation[0],
        dilation[1],
    )
}

/// All numbers in a window made one; for each axis `[length, stride, dilation, before, after]`.
fn window_text(how: Combine, window: &[[usize; 5]], operands: &str, single: &str) -> String {
    let one = |place: usize| {
        let entries: Vec<String> = window.iter().map(|axis| axis[place].to_string()).collect();
        format!("array<i64: {}>", entries.join(", "))
    };
    let padding: Vec<String> = window.iter().map(|[.., before, after]| format!("[{before}, {after}]")).collect();
    format!(
        "\"stablehlo.reduce_window\"({operands}) <{{window_dimensions = {}, window_strides = {}, \
         window_dilations = {}, padding = dense<[{}]> : tensor<{}x2xi64>}}> {}",
        one(0),
        one(1),
        one(2),
        padding.join(", "),
        window.len(),
        region(how, single),
    )
}

/// What combines two numbers, as a region.
fn region(how: Combine, single: &str) -> String {
    format!(
        "({{\n^bb0(%_a: {single}, %_b: {single}):\n  %_c = {} %_a, %_b : {single}\n  stablehlo.return %_c : {single}\n}})",
        combine(how)
    )
}
