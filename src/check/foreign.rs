//! Gradients that another program computed. (Feature `onnx`.)
//!
//! The one idea to know: **a mistake is found by making it.** Whether the gradients are right is judged by nudging the function. If they are not, each op of
//! the function is broken in each way known here ([`Sabotage`]); the mistake that gives exactly their gradients is theirs.

mod mistake;

pub use mistake::Mistake;

use self::mistake::SAME;
use super::one_op::Seen;
use super::report::Report;
use super::sabotage::Sabotage;
use super::settings::Check;
use crate::inspect::NodeInfo;
use crate::onnx::{Model, OnnxError};
use crate::program::{Interpreter, Program, ProgramError};
use crate::tape::{Tape, Var};
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;
use std::cell::RefCell;
use std::fmt;
use thiserror::Error;

/// Up to so many numbers, each is nudged; of more, so many of each array.
const MANY: usize = 2_000;

/// Why gradients could not be judged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ForeignError {
    /// The function is no program, or does not run.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The function is no ONNX model, or does not run.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// There is nothing to judge.
    #[error("there are no gradients to judge; call the gradient of x \"grad_x\"")]
    Nothing,
    /// An array for which the function has no input.
    #[error("the function has no input {name:?}; its inputs are {known}")]
    Name {
        /// The name of the array.
        name: String,
        /// The inputs that there are.
        known: String,
    },
    /// An array of another shape than its input.
    #[error("{name:?} has the shape {found:?}, and its input {expected:?}")]
    Shape {
        /// The name of the array.
        name: String,
        /// The shape of the input.
        expected: Vec<usize>,
        /// The shape of the array.
        found: Vec<usize>,
    },
    /// The function does not run where a number of an input is moved a little, so that its gradient cannot be judged by moving it.
    #[error("the function cannot be computed where {name} is moved a little, so it has no gradient there: {why}")]
    Moved {
        /// The array that was moved.
        name: String,
        /// What went wrong there.
        why: ProgramError,
    },
    /// The function does not end in a single number.
    #[error("the last result of the function has the shape {found:?}, and a gradient is of a loss, a single number")]
    NoLoss {
        /// The shape of what it ends in.
        found: Vec<usize>,
    },
}

/// A named array.
pub type Named = (String, ArrayD<f64>);

/// What was found.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Whether each gradient is right, and by how much it is off.
    pub report: Report,
    /// The mistake that gives exactly these gradients, if one was found.
    pub mistake: Option<Mistake>,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.report)?;
        match &self.mistake {
            Some(mistake) => write!(f, "\n{mistake}"),
            None => Ok(()),
        }
    }
}

/// An ONNX model as a program, whose inputs are these. Those that are not given are parameters of the model.
///
/// # Errors
/// If it is no model, an input is missing or does not fit, or a node cannot be recorded.
pub fn of_onnx(bytes: &[u8], inputs: &[Named]) -> Result<Program, ForeignError> {
    let model = Model::<f64>::read(bytes)?;
    let tape = Tape::new();
    let mut given = Vec::new();
    for port in model.inputs() {
        let found = inputs.iter().find(|(name, _)| *name == port.name);
        let missing = || OnnxError::Inputs { expected: port.to_string(), found: "no array of this name".to_owned() };
        let (name, array) = found.ok_or_else(missing)?;
        given.push(tape.input(array).named(name));
    }
    model.record(&tape, &given)?;
    Ok(tape.program()?)
}

/// Judges gradients that another program computed: those of the function's last result with respect to the inputs and parameters of these names, at
/// `inputs`. What `inputs` does not name has the numbers that the program has.
///
/// ```
/// use gradus::check::foreign::{Mistake, judge};
/// use gradus::prelude::*;
/// use ndarray::arr1;
/// let tape = Tape::<f64>::new();
/// let x = tape.input([0.5, -1.0]).named("x");
/// (x.tanh() * 2.0).sum();
/// let h = arr1(&[0.5_f64, -1.0]).mapv(f64::tanh);
/// let theirs = h.mapv(|h| 2.0 * (1.0 - h.tanh().powi(2))).into_dyn();
/// let found = judge(tape.program()?, &[], &[("x".to_owned(), theirs)])?;
/// assert!(found.report.wrong() && found.to_string().contains("tanh is applied twice"));
/// # Ok::<(), gradus::check::foreign::ForeignError>(())
/// ```
///
/// # Errors
/// If the function does not run, does not end in a single number, or an array does not fit it.
pub fn judge(program: Program, inputs: &[Named], gradients: &[Named]) -> Result<Foreign, ForeignError> {
    if gradients.iter().all(|(_, gradient)| gradient.is_empty()) {
        return Err(ForeignError::Nothing);
    }
    let names: Vec<&str> = gradients.iter().map(|(name, _)| &name[..]).collect();
    let program = program.in_f64(&names);
    let place = |(name, array): &Named| -> Result<usize, ForeignError> {
        let known = || ForeignError::Name { name: name.clone(), known: program.leaf_names().join(", ") };
        let (place, shape) = program.leaf_named(name).ok_or_else(known)?;
        match array.shape() == &shape[..] {
            true => Ok(place),
            false => {
                Err(ForeignError::Shape { name: name.clone(), expected: shape.to_vec(), found: array.shape().to_vec() })
            }
        }
    };
    let of_inputs = inputs.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let of_gradients = gradients.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let mut interpreter = Interpreter::<f64>::new(program.clone())?;
    for (&place, (_, array)) in of_inputs.iter().zip(inputs) {
        interpreter.set(place, &array.iter().copied().collect::<Vec<_>>())?;
    }
    interpreter.run()?;
    let loss = loss(interpreter.tape())?;
    let point = |&place: &usize| {
        let (_, node) = interpreter.leaves().find(|(step, _)| *step == place).expect("a leaf");
        (node, interpreter.tape().value(node))
    };
    let (nodes, points): (Vec<NodeIndex>, Vec<ArrayD<f64>>) = of_gradients.iter().map(point).unzip();
    let claimed: Vec<ArrayD<f64>> = gradients.iter().map(|(_, gradient)| gradient.clone()).collect();

    let check = Check::new().names(names);
    let count: usize = claimed.iter().map(ArrayD::len).sum();
    let check = if count > MANY { check.sample(MANY / claimed.len().max(1) + 1) } else { check };
    let running = RefCell::new((interpreter, Ok(())));
    let function = |x: &[ArrayD<f64>]| {
        let (interpreter, moved) = &mut *running.borrow_mut();
        let place = |(&place, array): (&usize, &ArrayD<f64>)| {
            interpreter.set(place, &array.iter().copied().collect::<Vec<_>>())
        };
        // A label that is moved is no class.
        match of_gradients.iter().zip(x).try_for_each(place).and_then(|()| interpreter.run()) {
            Ok(()) => interpreter.tape().value(loss).sum(),
            Err(why) => {
                let place = x.iter().zip(&points).position(|(moved, point)| moved != point).unwrap_or(0);
                *moved = std::mem::replace(moved, Ok(()))
                    .and(Err(ForeignError::Moved { name: gradients[place].0.clone(), why }));
                f64::NAN
            }
        }
    };
    let report = check.by_hand(function, &points, &claimed);
    // The last nudge is still in place.
    function(&points);
    let (interpreter, moved) = running.into_inner();
    moved?;
    let mistake = match report.wrong() {
        true => Experiments { interpreter, loss, nodes, gradients }.mistake(),
        false => None,
    };
    Ok(Foreign { report, mistake })
}

/// The last result.
fn loss(tape: &Tape<f64>) -> Result<NodeIndex, ForeignError> {
    let last = tape.len().checked_sub(1).map(|last| tape.var_at(NodeIndex::new(last)));
    let shape = last.map(|last| last.shape().to_vec()).unwrap_or_default();
    match last.filter(|last| last.shape().size() == 1) {
        Some(last) => Ok(last.index()),
        None => Err(ForeignError::NoLoss { found: shape }),
    }
}

/// Mistakes that are made on purpose.
struct Experiments<'a> {
    interpreter: Interpreter<f64>,
    loss: NodeIndex,
    /// The leaves whose gradients are judged.
    nodes: Vec<NodeIndex>,
    gradients: &'a [Named],
}

impl Experiments<'_> {
    fn mistake(mut self) -> Option<Mistake> {
        let right = self.gradients_with(None)?;
        if let Some(mistake) = self.scaled(&right).or_else(|| self.one_use(&right)) {
            return Some(mistake);
        }
        let forward = self.interpreter.tape().nodes();
        let loss = self.loss;
        let ops = forward.iter().filter(|node| node.leaf.is_none() && node.index <= loss);
        for node in ops {
            for how in ways(node, &forward) {
                if self.gradients_with(Some((node.index, how))).is_some_and(|found| self.are(&found)) {
                    let at = match node.name.is_empty() {
                        true => format!("node {} of the function", node.index.index()),
                        false => format!("node {} of the function, {}", node.index.index(), node.name),
                    };
                    return Some(Mistake::Vjp { at, op: node.op.to_owned(), how });
                }
            }
        }
        None
    }

    /// The gradients, with the vjp of a node broken; `None` if it panics.
    fn gradients_with(&mut self, broken: Option<(NodeIndex, Sabotage)>) -> Option<Vec<ArrayD<f64>>> {
        self.interpreter.sabotage(broken);
        self.interpreter.run().ok()?;
        let tape = self.interpreter.tape();
        let backward = || tape.var_at(self.loss).try_backward().ok();
        let gradients = std::panic::catch_unwind(std::panic::AssertUnwindSafe(backward)).ok()??;
        let gradient = |&node: &NodeIndex| {
            let leaf: Var<f64> = tape.var_at(node);
            gradients.get(leaf).map_or_else(|| ArrayD::zeros(&leaf.shape()[..]), |gradient| gradient.value())
        };
        Some(self.nodes.iter().map(gradient).collect())
    }

    /// Whether these are the gradients that are judged.
    fn are(&self, found: &[ArrayD<f64>]) -> bool {
        found.iter().zip(self.gradients).all(|(found, (_, theirs))| is_same(found, theirs, 1.0))
    }

    fn scaled(&self, right: &[ArrayD<f64>]) -> Option<Mistake> {
        let pairs = right.iter().zip(self.gradients).flat_map(|(right, (_, theirs))| right.iter().zip(theirs));
        let (right_one, their_one) = pairs.max_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()))?;
        let factor = their_one / right_one;
        if !factor.is_finite() || factor == 0.0 || (factor - 1.0).abs() < SAME {
            return None;
        }
        let scaled = right.iter().zip(self.gradients).all(|(right, (_, theirs))| is_same(right, theirs, factor));
        scaled.then(|| Mistake::Scaled { factor, length: self.length(factor) })
    }

    /// A length, among those of what the last ops read, that is this factor or one over it.
    fn length(&self, factor: f64) -> Option<(usize, String)> {
        let nodes = self.interpreter.tape().nodes();
        let operands = nodes.iter().rev().skip_while(|node| node.index > self.loss).flat_map(|node| &node.operands);
        for operand in operands.map(|operand| &nodes[operand.index()]) {
            for (axis, &length) in operand.shape.iter().enumerate().filter(|(_, length)| **length > 1) {
                let is_it = |ratio: f64| (ratio / length as f64 - 1.0).abs() < SAME;
                if is_it(factor.abs()) || is_it(1.0 / factor.abs()) {
                    let name = if operand.name.is_empty() { operand.op } else { &operand.name };
                    return Some((length, format!("axis {axis} of {name} {}", operand.shape)));
                }
            }
        }
        None
    }

    /// Whether the gradient of an input is that of one of its uses, and the others are right.
    fn one_use(&self, right: &[ArrayD<f64>]) -> Option<Mistake> {
        let wrong: Vec<usize> =
            (0..right.len()).filter(|&place| !is_same(&right[place], &self.gradients[place].1, 1.0)).collect();
        let tape = self.interpreter.tape();
        let mut mistakes = wrong.iter().map(|&place| {
            let sent = tape.contributions(tape.backward_passes());
            let mut uses: Vec<_> = sent.into_iter().filter(|sent| sent.to == self.nodes[place]).collect();
            uses.sort_by_key(|sent| (sent.from, sent.slot));
            let is_it = |sent: &crate::inspect::Contribution| {
                is_same(&tape.value(sent.cotangent), &self.gradients[place].1, 1.0)
            };
            let used = uses.iter().position(is_it).filter(|_| uses.len() > 1)?;
            Some(Mistake::OneUse { input: self.gradients[place].0.clone(), used: used + 1, uses: uses.len() })
        });
        let first = mistakes.next()??;
        mistakes.all(|other| other.is_some()).then_some(first)
    }
}

/// Whether `found`, times a factor, is `theirs`.
fn is_same(found: &ArrayD<f64>, theirs: &ArrayD<f64>, factor: f64) -> bool {
    let largest = theirs.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    found.iter().zip(theirs).all(|(found, theirs)| (factor * found - theirs).abs() <= SAME * largest)
}

/// The ways in which a node can be broken, those that are seen most often first.
fn ways(node: &NodeInfo, nodes: &[NodeInfo]) -> Vec<Sabotage> {
    let mut ways = vec![Sabotage::Twice, Sabotage::CotangentIgnored, Sabotage::OneCopy, Sabotage::NoBatchMean];
    ways.extend([Sabotage::Sign, Sabotage::Zero, Sabotage::Transposed, Sabotage::LastElementZero]);
    ways.extend([2.0, 0.5].map(Sabotage::Factor));
    let is_relu = |&slot: &usize| node.op == "add" && nodes[node.operands[slot].index()].op == "relu";
    ways.extend((0..node.operands.len()).filter(is_relu).map(Sabotage::MaskedBy));
    for used in 0..node.operands.len() {
        for meant in (0..node.operands.len()).filter(|&meant| meant != used) {
            if nodes[node.operands[used].index()].shape == nodes[node.operands[meant].index()].shape {
                ways.push(Sabotage::WrongValue { used: Seen::Operand(used), meant: Seen::Operand(meant) });
            }
        }
    }
    ways
}
