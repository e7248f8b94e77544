//! What ops write out for one element, with blanks for its numbers (`⟨0⟩ · ⟨1⟩`), is what they compute: the blanks are filled, and the text is evaluated.

use super::formula::{self, Meaning};
use gradus::data::seeded;
use gradus::petgraph::graph::NodeIndex;
use gradus::table::{Example, TABLE};
use gradus::trace::{Event, Trace};
use gradus::{Reach, Shape, Tape};
use ndarray::arr0;

/// Letters for the blanks: more than an op has.
const LETTERS: [&str; 13] = ["α", "β", "γ", "δ", "ε", "ζ", "η", "θ", "κ", "λ", "μ", "ν", "ξ"];

/// The value of a text whose blanks stand for numbers; `None` if there is no text, or if a number is not one of the element's.
fn evaluated(template: &str, number: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let (mut text, mut meaning, mut letters) = (template.replace(" · ", " "), Meaning::default(), LETTERS.iter());
    while let Some((start, end)) = text.find('⟨').zip(text.find('⟩')) {
        let (blank, letter) = (text[start..end + '⟩'.len_utf8()].to_owned(), letters.next().expect("a letter"));
        let x = number(blank.trim_matches(['⟨', '⟩']))?;
        meaning.arrays.insert((*letter).to_owned(), arr0(x).into_dyn());
        text = text.replace(&blank, letter);
    }
    (!text.is_empty()).then(|| formula::value(&text, &meaning).sum())
}

/// The number of a blank of a node, for an element of its result.
fn in_value(trace: &Trace, reach: &[Reach], node: usize, element: usize, blank: &str) -> Option<f64> {
    let info = &trace.nodes[node];
    let (slot, term) = blank.split_once(':').unwrap_or((blank, "0"));
    let (slot, term): (usize, usize) = (slot.parse().ok()?, term.parse().ok()?);
    let operand = &trace.nodes[info.operands[slot]];
    let shape = |shape: &[usize]| Shape::from(shape);
    let place = reach[slot].cells(element, shape(&operand.shape), shape(&info.shape)).get(term).copied()?;
    operand.value.as_ref()?.elements.as_ref().map(|elements| elements[place])
}

/// The number of a blank in what flows back to an operand, for an element of that operand; `None` if it was broadcast.
fn in_flow(trace: &Trace, event: &Event, element: usize, blank: &str) -> Option<f64> {
    let &Event::Contribution { from, to, incoming, .. } = event else { return None };
    let holder = match blank {
        "g" => incoming,
        "y" => from,
        slot => trace.nodes[from].operands[slot.parse::<usize>().ok()?],
    };
    let digest = trace.nodes[holder].value.as_ref()?;
    let elements = digest.elements.as_ref()?;
    match digest.size() {
        1 => Some(elements[0]),
        _ => (digest.shape == trace.nodes[to].shape).then(|| elements[element]),
    }
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

/// Compares every element of the nodes of a row's program, and of what flows back through them. Returns how many there were.
fn compared(example: &Example) -> usize {
    let (mut rng, tape) = (seeded(5), Tape::new());
    let operands: Vec<_> = example.operands.iter().map(|operand| tape.var(operand.sample(&mut rng))).collect();
    let y = (example.f64)(&operands);
    y.backward_with(tape.full(y.shape(), 0.7));
    let trace = tape.trace();
    let mut count = 0;
    for info in &trace.nodes {
        let reach = tape.reach(NodeIndex::new(info.index));
        let value = info.value.as_ref().and_then(|value| value.elements.clone()).unwrap_or_default();
        for (element, &x) in value.iter().enumerate() {
            let number = |blank: &str| in_value(&trace, &reach, info.index, element, blank);
            if let Some(written) = evaluated(&info.worked.value, number) {
                assert!(is_near(written, x), "{}, {:?} [{element}]: {written}, not {x}", info.op, info.worked);
                count += 1;
            }
        }
    }
    for event in &trace.events {
        let &Event::Contribution { from, slot, sent, .. } = event else { continue };
        let Some(template) = trace.nodes[from].worked.flows.get(slot) else { continue };
        let sent = trace.nodes[sent].value.as_ref().and_then(|value| value.elements.clone()).unwrap_or_default();
        for (element, &x) in sent.iter().enumerate() {
            if let Some(written) = evaluated(template, |blank| in_flow(&trace, event, element, blank)) {
                let op = &trace.nodes[from].op;
                assert!(is_near(written, x), "what flows through {op}, {template} [{element}]: {written}, not {x}");
                count += 1;
            }
        }
    }
    count
}

#[test]
fn what_is_written_out_for_an_element_is_what_is_computed() {
    let written: usize = TABLE.iter().map(compared).sum();
    assert!(written > 1000, "{written}");
}
