//! The data for the page's scripts: the trace, and what cannot be derived from it in the browser.

use super::PageOptions;
use super::figure::Figure;
use super::formula::mathml;
use super::source::sources;
use crate::draw::printable;
use crate::program::Program;
use crate::reach::Reach;
use crate::scalar::Scalar;
use crate::tape::Tape;
use crate::trace::{Digest, Event, Trace, TraceNode};
use petgraph::graph::NodeIndex;
use serde::Serialize;
use std::collections::BTreeMap;

/// Maximum number of letters that the pictures of a page take. (The weights of 100 neurons that look at digits take a hundred thousand.)
const MOST_LETTERS: usize = 1_200_000;

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct PageData {
    title: String,
    trace: Trace,
    /// One sentence for each event.
    sentences: Vec<String>,
    /// For each node and each of its operands, the elements of the operand that an element of the result needs.
    reach: Vec<Vec<Reach>>,
    /// The markup of each formula in the trace.
    formulas: BTreeMap<String, String>,
    figure: Figure,
    /// The text of each file.
    sources: BTreeMap<String, String>,
}

/// What the engine of a live page cannot run.
#[derive(Serialize)]
pub(super) struct Limits {
    /// The nodes that the program does not record again, each with the reason.
    stays: BTreeMap<usize, String>,
    /// Why there is no program, if there is none.
    refused: Option<String>,
}

impl Limits {
    pub(super) fn of(program: &Program) -> Limits {
        let stays = program.stays().map(|(node, why)| (node, printable(why)));
        Limits { stays: stays.collect(), refused: None }
    }

    pub(super) fn refused(why: &str) -> Limits {
        Limits { stays: BTreeMap::new(), refused: Some(printable(why)) }
    }
}

impl PageData {
    pub(super) fn of<F: Scalar>(tape: &Tape<F>, options: &PageOptions) -> PageData {
        let mut trace = tape.trace();
        leave_out_pictures(&mut trace, MOST_LETTERS);
        let sentences = trace.narration().iter().map(|sentence| printable(sentence)).collect();
        let figure = Figure::of(tape, &trace, options.is_laid_open);
        trace.nodes.iter_mut().for_each(to_print);
        PageData {
            title: printable(&options.title),
            sentences,
            reach: (0..trace.nodes.len()).map(|node| tape.reach(NodeIndex::new(node))).collect(),
            formulas: formulas(&trace),
            figure,
            sources: sources(&trace, options),
            trace,
        }
    }
}

/// Makes what a node is called printable.
pub(super) fn to_print(node: &mut TraceNode) {
    for text in [&mut node.name, &mut node.scope, &mut node.op, &mut node.attributes] {
        *text = printable(text);
    }
    node.fault = node.fault.as_ref().map(|fault| fault.lines().map(printable).collect::<Vec<_>>().join("\n"));
}

/// Leaves out the pictures for which there is no room: such arrays are shown as heat maps.
fn leave_out_pictures(trace: &mut Trace, mut room: usize) {
    let values = trace.nodes.iter_mut().filter_map(|node| node.value.as_mut());
    for digest in values.chain(trace.events.iter_mut().flat_map(arrays)) {
        let letters = digest.tiles.as_ref().map_or(0, |tiles| tiles.pixels.len());
        match room.checked_sub(letters) {
            Some(left) => room = left,
            None => digest.tiles = None,
        }
    }
}

/// The arrays that an event holds besides those of nodes.
fn arrays(event: &mut Event) -> Vec<&mut Digest> {
    match event {
        Event::Update { before, change, after, .. } => vec![before, change, after],
        Event::Contribution { slope: Some(slope), .. } => vec![slope],
        _ => Vec::new(),
    }
}

/// Every formula in the trace, each once.
fn formulas(trace: &Trace) -> BTreeMap<String, String> {
    let texts = |node: &TraceNode| {
        let formula = [node.formula.clone()];
        formula.into_iter().chain(node.slopes.clone()).chain(node.flows.clone()).collect::<Vec<_>>()
    };
    let all = trace.nodes.iter().flat_map(texts).filter(|text| !text.is_empty());
    all.map(|text| (text.clone(), mathml(&text))).collect()
}
