//! Vjps that the reader of a live page breaks, and the check that notices. The one idea to know: nothing else changes. Values are right, training goes
//! on, perhaps a little worse; only a nudge tells that a gradient is wrong.

use super::data::to_print;
use super::formula::mathml;
use super::session::{Session, SessionError};
use crate::check::sabotage::Sabotage;
use crate::check::{self, NodeElement, Seen, Verdict};
use crate::leaf::Leaf;
use crate::reach::Reach;
use crate::scalar::Scalar;
use crate::trace::TraceNode;
use petgraph::graph::NodeIndex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A mistake in a vjp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mistake {
    /// What flows back has the wrong sign.
    Sign,
    /// What flows back is twice as large.
    Double,
    /// Nothing but zeros flows to the first operand.
    Zero,
    /// The gradient that arrives is taken for 1.
    Ignored,
    /// The sum over the copies of an operand that was broadcast is forgotten.
    Sum,
    /// Where the first operand is meant, the second one is read.
    Swapped,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Findings {
    /// Each leaf that has a gradient.
    pub leaves: Vec<Finding>,
    /// Where the fault is, if a gradient is wrong.
    pub fault: Option<Fault>,
}

/// What a check found of a node: its worst element, by the reverse pass and by nudging.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The node.
    pub node: usize,
    /// `"right"`, `"wrong"` or `"cannot tell"`.
    pub verdict: &'static str,
    /// The indices of the element.
    pub index: Vec<usize>,
    /// Its gradient by the reverse pass.
    #[serde(with = "crate::json::floats::number")]
    pub reverse: f64,
    /// Its gradient by finite differences.
    #[serde(with = "crate::json::floats::number")]
    pub numeric: f64,
}

/// A node whose gradient is wrong, although those of its users are right: one of their vjps is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// The node.
    pub node: usize,
    /// The nodes that use it, through whose vjps its gradient flowed.
    pub users: Vec<usize>,
}

/// The nodes of a run with a broken vjp: its pass records others than that of the program.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// All nodes.
    pub nodes: Vec<TraceNode>,
    /// For each node and each of its operands, the elements of the operand that an element of the result needs.
    pub reach: Vec<Vec<Reach>>,
    /// The markup of each formula.
    pub formulas: BTreeMap<String, String>,
}

impl<F: Scalar> Session<F> {
    /// Breaks the vjp of a node from the next run on, instead of the one that was broken before.
    ///
    /// # Errors
    /// [`SessionError::Unbreakable`], if the node is no op, the mistake makes no difference there, or the program does anything after its backward pass.
    pub fn sabotage(&mut self, node: usize, mistake: Mistake) -> Result<(), SessionError> {
        let refused = |reason| SessionError::Unbreakable { node, reason };
        if !self.interpreter.program().ends_with_its_only_pass()
            || self.numbers.iter().enumerate().any(|(at, &number)| at != number)
        {
            return Err(refused("only a program that ends with its only backward pass can be broken"));
        }
        let nodes = self.interpreter.tape().nodes();
        let found = nodes.get(node).filter(|found| found.pass == 0 && !found.operands.is_empty() && found.needs_grad);
        let found = found.ok_or_else(|| refused("no gradient flows back through it"))?;
        let shapes: Vec<_> = found.operands.iter().map(|operand| nodes[operand.index()].shape).collect();
        let how = match mistake {
            Mistake::Sign => Sabotage::Sign,
            Mistake::Double => Sabotage::Factor(2.0),
            Mistake::Zero => Sabotage::Zero,
            Mistake::Ignored => Sabotage::CotangentIgnored,
            Mistake::Sum
                if shapes
                    .iter()
                    .any(|shape| *shape != found.shape && shape.broadcast(found.shape) == Some(found.shape)) =>
            {
                Sabotage::OneCopy
            }
            Mistake::Sum => return Err(refused("it broadcasts none of its operands, so there is no sum to forget")),
            Mistake::Swapped if matches!(shapes[..], [a, b] if a == b) => {
                Sabotage::WrongValue { used: Seen::Operand(1), meant: Seen::Operand(0) }
            }
            Mistake::Swapped => return Err(refused("it has no two operands of the same shape")),
        };
        self.interpreter.sabotage(Some((NodeIndex::new(node), how)));
        self.is_broken = true;
        Ok(())
    }

    /// Mends what was broken, from the next run on.
    pub fn mend(&mut self) {
        self.interpreter.sabotage(None);
        self.is_broken = false;
    }

    /// Compares the gradients of the last run with finite differences, by the library's [checker](crate::check::node).
    ///
    /// # Errors
    /// If the program has no backward pass.
    pub fn check(&mut self) -> Result<Findings, SessionError> {
        self.interpreter.run()?;
        self.gradients()?;
        let tape = self.interpreter.tape();
        let nodes = tape.nodes();
        let mut verdicts: Vec<Option<Finding>> = Vec::new();
        for node in nodes.iter().filter(|node| node.pass == 0) {
            let found = check::node(tape, node.index, 1).filter(|found| !found.elements.is_empty());
            verdicts
                .push(found.map(|found| Finding::of(self.numbers[node.index.index()], &found.elements, found.verdict)));
        }
        let is_wrong = |node: usize| verdicts[node].as_ref().is_some_and(|found| found.verdict == "wrong");
        let last = (0..verdicts.len()).rev().find(|&node| is_wrong(node));
        let users = |node: usize| {
            let uses =
                |user: &&crate::NodeInfo| user.pass == 0 && user.operands.iter().any(|operand| operand.index() == node);
            let with_gradient = nodes.iter().filter(uses).filter(|user| verdicts[user.index.index()].is_some());
            with_gradient.map(|user| self.numbers[user.index.index()]).collect()
        };
        let fault = last.map(|node| Fault { node: self.numbers[node], users: users(node) });
        let is_leaf =
            |at: usize| nodes[at].leaf.is_some_and(|leaf| matches!(leaf, Leaf::Param | Leaf::Var | Leaf::Input));
        let leaves = verdicts.into_iter().enumerate().filter(|(at, _)| is_leaf(*at)).filter_map(|(_, found)| found);
        Ok(Findings { leaves: leaves.collect(), fault })
    }

    /// The nodes of the last run, if its vjps are not those of the program.
    pub(super) fn changed(&self, nodes: &[TraceNode]) -> Option<Changed> {
        if !self.is_broken {
            return None;
        }
        let tape = self.interpreter.tape();
        let texts = nodes.iter().flat_map(|node| [&node.formula].into_iter().chain(&node.slopes).chain(&node.flows));
        let texts = texts.filter(|text| !text.is_empty());
        let formulas = texts.map(|text| (text.clone(), mathml(text))).collect();
        let mut printed = nodes.to_vec();
        printed.iter_mut().for_each(to_print);
        Some(Changed {
            nodes: printed,
            reach: (0..nodes.len()).map(|node| tape.reach(NodeIndex::new(node))).collect(),
            formulas,
        })
    }
}

impl Finding {
    fn of(node: usize, elements: &[NodeElement], verdict: Verdict) -> Finding {
        let off = |element: &&NodeElement| {
            if element.relative_error.is_nan() { f64::INFINITY } else { element.relative_error }
        };
        let worst =
            elements.iter().filter(|element| element.verdict == verdict).max_by(|a, b| off(a).total_cmp(&off(b)));
        let worst = worst.unwrap_or(&elements[0]);
        let verdict = match verdict {
            Verdict::Wrong => "wrong",
            Verdict::CannotTell => "cannot tell",
            _ => "right",
        };
        Finding { node, verdict, index: worst.index.clone(), reverse: worst.reverse, numeric: worst.numeric }
    }
}
