//! Numbers and types as StableHLO writes them.

use crate::lines::Element;
use crate::shape::Shape;

/// Most numbers of an array that are written one by one; longer ones are written as their bytes.
const MOST_WRITTEN: usize = 64;

/// A number of kind `f32` or `f64`. What has no digits is written as its bits.
fn float(x: f64, kind: &str) -> String {
    let is_short = kind == "f32";
    if !x.is_finite() || (is_short && !(x as f32).is_finite()) {
        return if is_short { format!("0x{:08X}", (x as f32).to_bits()) } else { format!("0x{:016X}", x.to_bits()) };
    }
    // The language wants a point in every number, also before an exponent.
    let digits = if is_short { format!("{:?}", x as f32) } else { format!("{x:?}") };
    match digits.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
        _ => digits,
    }
}

/// A number of an array of these elements.
pub(super) fn literal(x: f64, element: Element, kind: &str) -> String {
    if element == Element::Index { format!("{}", x as i64) } else { float(x, kind) }
}

/// An array of numbers, row by row.
pub(super) fn array(numbers: &[f64], shape: Shape, kind: &str) -> String {
    if numbers.len() > MOST_WRITTEN {
        let bytes = |x: &f64| match kind {
            "f32" => (*x as f32).to_le_bytes().to_vec(),
            _ => x.to_le_bytes().to_vec(),
        };
        let hex: String = numbers.iter().flat_map(bytes).map(|byte| format!("{byte:02X}")).collect();
        return format!("\"0x{hex}\"");
    }
    nested(numbers, &shape, kind)
}

fn nested(numbers: &[f64], shape: &[usize], kind: &str) -> String {
    match shape {
        [] => float(numbers[0], kind),
        [0, ..] => "[]".to_owned(),
        [length, inner @ ..] => {
            let rows = numbers.chunks((numbers.len() / length).max(1));
            format!("[{}]", rows.map(|row| nested(row, inner, kind)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// `tensor<2x3xf32>`
pub(super) fn tensor(shape: Shape, element: Element, number: &str) -> String {
    let lengths: String = shape.iter().map(|length| format!("{length}x")).collect();
    let element = match element {
        Element::Number => number,
        Element::Flag => "i1",
        Element::Index => "i32",
    };
    format!("tensor<{lengths}{element}>")
}

/// `[0, 2]`
pub(super) fn list<T: std::fmt::Debug>(entries: &[T]) -> String {
    format!("{entries:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_a_point_and_what_has_no_digits_as_bits() {
        assert_eq!(["f32", "f64"].map(|kind| float(0.1, kind)), ["0.1", "0.1"]);
        assert_eq!(["f32", "f64"].map(|kind| float(1e-30, kind)), ["1.0e-30", "1.0e-30"]);
        assert_eq!(float(-2.5e300, "f64"), "-2.5e300");
        assert_eq!(["f32", "f64"].map(|kind| float(f64::INFINITY, kind)), ["0x7F800000", "0x7FF0000000000000"]);
        assert_eq!(float(1e300, "f32"), "0x7F800000");
    }

    #[test]
    fn arrays_are_nested_lists_and_long_ones_bytes() {
        assert_eq!(array(&[1.0, 2.0, 3.0, 4.0], [2, 2].into(), "f32"), "[[1.0, 2.0], [3.0, 4.0]]");
        assert_eq!(array(&[1.0; 100], [100].into(), "f32"), format!("\"0x{}\"", "0000803F".repeat(100)));
        assert_eq!(tensor([2, 3].into(), Element::Flag, "f64"), "tensor<2x3xi1>");
        assert_eq!(tensor(Shape::scalar(), Element::Number, "f64"), "tensor<f64>");
    }
}
