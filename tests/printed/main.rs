//! What ops print of their gradients is what they compute: the texts of every op in the table, `dx = g y (1 - y)`, are evaluated and compared with its vjp.

mod formula;
mod windows;
mod worked;

use formula::Meaning;
use gradus::Tape;
use gradus::data::seeded;
use gradus::table::{Example, TABLE};
use ndarray::{ArrayD, Axis, IxDyn, Slice, arr0};
use rand::RngExt;
use std::collections::HashMap;

/// An op of the table on random operands: what it prints, and what its vjp computes.
struct Trial {
    op: &'static str,
    attributes: String,
    operands: Vec<ArrayD<f64>>,
    /// What flows back to each operand, and the slope if there is one for each element: as texts.
    texts: Vec<[String; 2]>,
    cotangent: ArrayD<f64>,
    gradients: Vec<Option<ArrayD<f64>>>,
    meaning: Meaning,
}

impl Trial {
    /// `None` if the row's program is composed of several ops, which have rows of their own.
    fn of(example: &Example) -> Option<Trial> {
        let mut rng = seeded(5);
        let operands: Vec<ArrayD<f64>> = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
        let tape = Tape::new();
        let mut x = Vec::new();
        for operand in &operands {
            x.push(tape.var(operand));
        }
        let y = (example.f64)(&x);
        let node = tape.trace().nodes.swap_remove(y.index().index());
        if node.op != example.op || node.operands.len() != operands.len() {
            return None;
        }
        let cotangent = ArrayD::from_shape_simple_fn(&node.shape[..], || rng.random_range(0.5..1.5));
        let passed = y.backward_with(tape.input(&cotangent));
        let gradients = x.iter().map(|&x| passed.get(x).map(|gradient| gradient.value())).collect();
        let texts =
            node.flows.iter().zip(&node.slopes).map(|(flow, slope)| [flow.to_string(), slope.to_string()]).collect();
        let mut trial = Trial {
            op: node.op.leak(),
            attributes: node.attributes.clone(),
            operands,
            texts,
            cotangent,
            gradients,
            meaning: Meaning::default(),
        };
        trial.explain(&node.formula, y.value());
        Some(trial)
    }

    /// The numbers in the op's attributes: `axes [0, 2]`.
    fn numbers(&self) -> Vec<usize> {
        let digits = self.attributes.split(|c: char| !c.is_ascii_digit());
        digits.filter_map(|number| number.parse().ok()).collect()
    }

    /// Says what the letters in the texts stand for.
    fn explain(&mut self, formula: &str, mut y: ArrayD<f64>) {
        let (first, mut g) = (self.operands[0].clone(), self.cotangent.clone());
        let has_axes = self.attributes.starts_with("axis") || self.attributes.starts_with("axes");
        self.meaning.axes = if has_axes { self.numbers() } else { vec![first.ndim().saturating_sub(1)] };
        if has_axes && g.ndim() < first.ndim() {
            for &axis in &self.meaning.axes {
                (g, y) = (g.insert_axis(Axis(axis)), y.insert_axis(Axis(axis)));
            }
        }
        let averaged = first.len() / g.len().max(1);
        let rows = first.shape().first().copied().unwrap_or(1);
        let count = match self.op {
            "mean" => averaged,
            "standardize" | "standardize'" => first.shape()[first.ndim() - 1],
            "avg_pool2d" | "avg_pool2d'" => self.numbers()[..2].iter().product(),
            _ => rows,
        };
        let result = formula.split([' ', 'ⱼ', '[']).next().unwrap_or_default();
        let mut arrays = HashMap::from([
            (result.to_owned(), y),
            ("g".to_owned(), g.clone()),
            ("h".to_owned(), g.clone()),
            ("G".to_owned(), g),
            ("n".to_owned(), arr0(count as f64).into_dyn()),
            ("N".to_owned(), arr0(first.len() as f64).into_dyn()),
        ]);
        if let Some((name, number)) = self.attributes.split_once(" = ") {
            arrays.insert(name.to_owned(), arr0(number.parse().expect("a number")).into_dyn());
        }
        for ([flow, _], operand) in self.texts.iter().zip(&self.operands) {
            match operand_of(flow) {
                Some(name) => {
                    arrays.insert(name.to_owned(), operand.clone());
                }
                // An operand to which nothing flows has no text that names it.
                None => ["x", "y", "c", "label", "rows", "index"].iter().for_each(|name| {
                    arrays.entry((*name).to_owned()).or_insert_with(|| operand.clone());
                }),
            }
        }
        self.meaning.arrays = arrays;
        self.meaning.definitions = formula::definitions(formula).1;
    }

    /// The value of a text, as what flows to an operand.
    fn value(&self, text: &str, slot: usize) -> ArrayD<f64> {
        let (text, definitions) = formula::definitions(text);
        let (left, right) = text.split_once(" = ").expect("an equation");
        let mut meaning = self.meaning.clone();
        meaning.definitions.extend(definitions);
        let shape = self.operands[slot].shape();
        if let Some((_, index)) = left.split_once('[') {
            let rows = formula::rows(index.trim_end_matches(']'), shape[0], right, &meaning);
            return rows.into_shape_with_order(shape).expect("as many numbers");
        }
        let of = |text: &str| formula::value(text, &meaning);
        let numbers = self.numbers();
        if let Some(copied) = right.strip_prefix("copies of ") {
            of(copied).broadcast(shape).expect("copies").to_owned()
        } else if let Some(summed) = between(right, "the sum of ", " over the copies") {
            summed_to(of(summed), shape)
        } else if let Some(summed) = between(right, "the sum of ", " over the devices") {
            // Here is one.
            of(summed)
        } else if let Some(x) = between(right, "", " Π of the other xs") {
            of(x) * products_of_others(&self.operands[slot], &numbers)
        } else if let Some(x) = between(right, "", " in the shape of x") {
            of(x).into_shape_with_order(shape).expect("as many numbers")
        } else if let Some(x) = between(right, "", " with its axes back in the old order") {
            let back: Vec<usize> =
                (0..numbers.len()).map(|axis| numbers.iter().position(|&from| from == axis).unwrap()).collect();
            of(x).permuted_axes(back)
        } else if let Some(x) = between(right, "", " where y is from, zeros elsewhere") {
            let (part, mut whole) = (of(x), ArrayD::zeros(shape));
            let starts: Vec<usize> = numbers.chunks(2).map(|range| range[0]).collect();
            let length = part.shape().to_vec();
            whole.slice_each_axis_mut(|axis| within(&starts, &length, axis.axis)).assign(&part);
            whole
        } else if let Some((x, _)) = right.strip_prefix("the part of ").and_then(|text| text.split_once(" that ")) {
            let starts: Vec<usize> = match self.op {
                "concat" => {
                    let before = self.operands[..slot].iter().map(|x| x.shape()[numbers[0]]).sum();
                    (0..shape.len()).map(|axis| if axis == numbers[0] { before } else { 0 }).collect()
                }
                _ => numbers.chunks(2).map(|margin| margin[0]).collect(),
            };
            of(x).slice_each_axis(|axis| within(&starts, shape, axis.axis)).to_owned()
        } else if let Some(x) = between(right, "cumulative sums of ", " from the other end") {
            let (mut sums, axis) = (of(x), Axis(numbers[0]));
            sums.invert_axis(axis);
            sums.accumulate_axis_inplace(axis, |&before, sum| *sum += before);
            sums.invert_axis(axis);
            sums
        } else if let Some(value) = windows::value(right, of, &numbers, shape, self.meaning.arrays.get("x")) {
            value
        } else {
            of(right)
        }
    }

    /// Whether a text says what the vjp computes for an operand.
    fn agrees(&self, text: &str, slot: usize) -> bool {
        let (mut value, gradient) = (self.value(text, slot), self.gradients[slot].as_ref().expect("a gradient"));
        // Elementwise, an operand that was broadcast gets the sum over its copies.
        if !self.texts[slot][1].is_empty() {
            let everywhere = ArrayD::<f64>::zeros(self.cotangent.shape());
            value = summed_to(value + everywhere, gradient.shape());
        }
        value.shape() == gradient.shape()
            && value.iter().zip(gradient).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()))
    }
}

/// The operand's name in what flows to it: x of `dx = g`, `d x = ...`, `dxᵢ = ...` and `dx[r] = ...`.
fn operand_of(flow: &str) -> Option<&str> {
    let left = flow.split_once(" = ")?.0;
    left.strip_prefix('d').map(|name| name.trim_start().split(['[', 'ᵢ']).next().unwrap_or_default())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before).and_then(|text| text.strip_suffix(after))
}

/// The sum over the axes that a shape lacks or has with length 1.
fn summed_to(mut x: ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    while x.ndim() > shape.len() {
        x = x.sum_axis(Axis(0));
    }
    for (axis, &length) in shape.iter().enumerate() {
        if length == 1 {
            x = x.sum_axis(Axis(axis)).insert_axis(Axis(axis));
        }
    }
    x
}

/// For each element, the product of all others along some axes.
fn products_of_others(x: &ArrayD<f64>, axes: &[usize]) -> ArrayD<f64> {
    let along = |i: &IxDyn, k: &IxDyn| (0..x.ndim()).all(|axis| axes.contains(&axis) || i[axis] == k[axis]);
    let others = |i: IxDyn| x.indexed_iter().filter(|(k, _)| *k != i && along(&i, k)).map(|(_, x)| x).product();
    ArrayD::from_shape_fn(x.raw_dim(), others)
}

fn within(starts: &[usize], lengths: &[usize], axis: Axis) -> Slice {
    Slice::from(starts[axis.index()]..starts[axis.index()] + lengths[axis.index()])
}

fn trials() -> impl Iterator<Item = Trial> {
    TABLE.iter().filter_map(Trial::of)
}

#[test]
fn every_printed_gradient_says_what_the_vjp_computes() {
    let mut compared = 0;
    for trial in trials() {
        for (slot, [flow, slope]) in trial.texts.iter().enumerate() {
            let is_printed = !flow.is_empty();
            assert_eq!(is_printed, trial.gradients[slot].is_some(), "{}, operand {slot}: {flow:?}", trial.op);
            if !is_printed {
                continue;
            }
            assert!(
                trial.agrees(flow, slot),
                "{}: {flow} is {}, the vjp says {:?}",
                trial.op,
                trial.value(flow, slot),
                trial.gradients[slot]
            );
            if !slope.is_empty() {
                let definitions = &flow[formula::definitions(flow).0.len()..];
                let product = format!("dx = h ({slope}){definitions}");
                assert!(trial.agrees(&product, slot), "{}: {slope}, times what arrives, is not {flow}", trial.op);
            }
            compared += 1;
        }
    }
    println!("{compared} printed gradients are those that are computed");
}

/// A comparison that was never seen to fail proves nothing.
#[test]
fn a_printed_gradient_with_a_wrong_sign_or_factor_is_found() {
    let mut wrong = 0;
    for trial in trials() {
        for (slot, [flow, _]) in trial.texts.iter().enumerate().filter(|(_, [flow, _])| !flow.is_empty()) {
            let changes = [
                ("G", "2 G"),
                ("g", "2 g"),
                ("h", "2 h"),
                (" / n", ""),
                (" / N", ""),
                (" - ", " + "),
                ("2", "3"),
                ("= -", "= "),
            ];
            let (left, right) = flow.split_once(" = ").expect("an equation");
            for (from, to) in changes {
                let is_letter = from.len() == 1 && from.chars().all(char::is_alphabetic);
                let letter = right.match_indices(from).map(|(at, _)| at).find(|&at| {
                    let beside = [right[..at].chars().next_back(), right[at + from.len()..].chars().next()];
                    !beside.into_iter().flatten().any(char::is_alphabetic)
                });
                let stands_alone = letter.is_some();
                let changed = match letter.filter(|_| is_letter) {
                    Some(at) => format!("{left} = {}{to}{}", &right[..at], &right[at + from.len()..]),
                    None => format!("{left} = {right}").replacen(from, to, 1),
                };
                if changed == *flow
                    || is_letter && !stands_alone
                    || left.contains(from)
                    || (flow.contains("col") || flow.contains("2d")) && from == "2"
                {
                    continue;
                }
                wrong += 1;
                assert!(!trial.agrees(&changed, slot), "{}: {changed} was taken for {flow}", trial.op);
            }
        }
    }
    println!("{wrong} wrong texts were found");
}
