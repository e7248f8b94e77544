//! The engine behind a live page: the reader changes numbers, and the program runs again with them. The one idea to know: **the page computes nothing**.
//! Whatever moves on it comes from here, by the same ops and vjps as in the learner's program.

use super::mistakes::Changed;
use super::numbering::renumbered;
use crate::draw::printable;
use crate::optim::{Adam, Optimizer, RmsProp, Sgd};
use crate::program::{Interpreter, Program, ProgramError};
use crate::scalar::Scalar;
use crate::tape::{Gradients, Var};
use crate::trace::{Digest, Event, Trace};
use petgraph::graph::NodeIndex;
use serde::{Deserialize, Serialize};

/// Limit of the number of a node: beyond it, a page would be half a gigabyte.
const MOST_NODES: usize = 200_000;

/// A program that a page runs, and what the reader has changed. Nodes have the numbers that they had on the tape that was written down, by which the
/// page knows them.
#[derive(Debug)]
pub struct Session<F: Scalar> {
    pub(super) interpreter: Interpreter<F>,
    /// The number of each node that the program records.
    pub(super) numbers: Vec<usize>,
    /// Whether a vjp is broken.
    pub(super) is_broken: bool,
    /// The program as it was, for [`reset`](Session::reset).
    start: Program,
    /// What the last run did, for [`say`](Session::say).
    last: Option<Trace>,
    training: Option<Training<F>>,
}

/// Why a request of the page was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The program does not run.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The nodes of the program are not numbered as a tape numbers them.
    #[error(
        "the nodes of a program are numbered from below {MOST_NODES}, in the order of its steps; found {found} after {before:?}"
    )]
    Numbering {
        /// A number.
        found: usize,
        /// The number before it.
        before: Option<usize>,
    },
    /// There is no loss whose gradients could be used.
    #[error("the program has no backward pass that can run here, so there is no loss to look at")]
    NoLoss,
    /// A node that is no leaf, or has no such element.
    #[error("node {node} is no leaf that can be given numbers here, or has no element {element}")]
    Leaf {
        /// The node.
        node: usize,
        /// The element, counted from 0, row by row.
        element: usize,
    },
    /// A vjp that cannot be broken in this way.
    #[error("the vjp of node {node} cannot be broken like this: {reason}")]
    Unbreakable {
        /// The node.
        node: usize,
        /// The reason.
        reason: &'static str,
    },
    /// The optimizer refuses the step.
    #[error(transparent)]
    Optimizer(#[from] crate::optim::OptimError),
}

/// What a page shows, as it is after a run. Nodes that stayed (see [`Program::stays`]) have no value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct State {
    /// The loss of the first backward pass, if there is one.
    #[serde(with = "crate::json::floats::maybe_number")]
    pub loss: Option<f64>,
    /// The value of each node.
    pub values: Vec<Option<Digest>>,
    /// The fault of each node: see [`TraceNode::fault`](crate::trace::TraceNode::fault).
    pub faults: Vec<Option<String>>,
    /// What happened.
    pub events: Vec<Event>,
    /// The nodes, if they are others than those of the program: a vjp is [broken](Session::sabotage).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
}

/// The loss as one number of a leaf moves, and its derivatives where that number is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Curve {
    /// The number now.
    #[serde(with = "crate::json::floats::number")]
    pub at: f64,
    /// The loss now.
    #[serde(with = "crate::json::floats::number")]
    pub loss: f64,
    /// The gradient of the loss with respect to the number: the slope of the curve. None if none flows there.
    #[serde(with = "crate::json::floats::maybe_number")]
    pub slope: Option<f64>,
    /// The second derivative: the bend of the curve.
    #[serde(with = "crate::json::floats::maybe_number")]
    pub bend: Option<f64>,
    /// Numbers around it.
    #[serde(with = "crate::json::floats::numbers")]
    pub numbers: Vec<f64>,
    /// The loss at each of them.
    #[serde(with = "crate::json::floats::numbers")]
    pub losses: Vec<f64>,
}

/// The slope of the loss, measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Nudge {
    /// The loss with the number moved up.
    #[serde(with = "crate::json::floats::number")]
    pub above: f64,
    /// The loss with the number moved down.
    #[serde(with = "crate::json::floats::number")]
    pub below: f64,
    /// Their difference, divided by the distance.
    #[serde(with = "crate::json::floats::number")]
    pub slope: f64,
}

/// How the parameters are stepped.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which optimizer.
    pub optimizer: Name,
    /// Its learning rate.
    pub rate: f64,
}

/// The optimizers that a page offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Name {
    /// [`Sgd`]
    Sgd,
    /// [`Sgd`] with a momentum of 0.9
    Momentum,
    /// [`RmsProp`]
    RmsProp,
    /// [`Adam`]
    Adam,
}

struct Training<F: Scalar> {
    name: Name,
    optimizer: Box<dyn Optimizer<F>>,
}

impl<F: Scalar> std::fmt::Debug for Training<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

impl<F: Scalar> Session<F> {
    /// Takes a program and runs it.
    ///
    /// # Errors
    /// If it does not run.
    pub fn open(program: Program) -> Result<Self, SessionError> {
        let mut numbers: Vec<usize> = Vec::new();
        for found in program.nodes() {
            let before = numbers.last().copied();
            if found >= MOST_NODES || before.is_some_and(|before| before >= found) {
                return Err(SessionError::Numbering { found, before });
            }
            numbers.push(found);
        }
        let mut interpreter = Interpreter::new(program.clone())?;
        interpreter.run()?;
        Ok(Session { interpreter, numbers, is_broken: false, start: program, last: None, training: None })
    }

    /// Runs the program with the numbers that the leaves have now.
    ///
    /// # Errors
    /// If the program does not run.
    pub fn run(&mut self) -> Result<State, SessionError> {
        self.interpreter.run()?;
        let trace = renumbered(self.interpreter.trace(), &self.numbers);
        let changed = self.changed(&trace.nodes);
        let (values, faults) = trace.nodes.iter().map(|node| (node.value.clone(), node.fault.clone())).unzip();
        let events = trace.events.clone();
        self.last = Some(trace);
        Ok(State { loss: self.loss().ok(), values, faults, events, changed })
    }

    /// One event of the last [`run`](Session::run) as a sentence; `None` if there is no such event. Sentences take longer than the run of a small program,
    /// and a reader who drags a number sees one.
    pub fn say(&self, event: usize) -> Option<String> {
        let trace = self.last.as_ref().filter(|trace| event < trace.events.len())?;
        Some(printable(&trace.narrate(event)))
    }

    /// Gives one number of a leaf another value, for the next run.
    ///
    /// # Errors
    /// [`SessionError::Leaf`], if there is no such number.
    pub fn set(&mut self, node: usize, element: usize, x: f64) -> Result<(), SessionError> {
        let (step, _, mut numbers) = self.leaf(node, element)?;
        numbers[element] = x;
        Ok(self.interpreter.set(step, &numbers)?)
    }

    /// Takes all numbers back to those that the program came with, mends what was broken, and forgets what the optimizer remembers.
    ///
    /// # Errors
    /// If the program does not run.
    pub fn reset(&mut self) -> Result<(), SessionError> {
        *self = Session::open(self.start.clone())?;
        Ok(())
    }

    /// Takes steps against the gradients of the first backward pass: of the parameters or, if the program has none, of its variables, by plain descent.
    /// Returns the loss before each step.
    ///
    /// # Errors
    /// If the program has no backward pass, or the optimizer refuses the step.
    pub fn train(&mut self, steps: usize, rule: Rule) -> Result<Vec<f64>, SessionError> {
        let mut losses = Vec::new();
        for _ in 0..steps {
            self.interpreter.run()?;
            losses.push(self.loss()?);
            match self.interpreter.params().is_empty() {
                true => self.step_variables(rule.rate)?,
                false => self.step_params(rule)?,
            }
        }
        Ok(losses)
    }

    /// The loss at `points` numbers from `from` to `to` in place of one number of a leaf; and the loss, its slope and its bend where that number is now.
    ///
    /// # Errors
    /// If there is no such number, no loss, or the program does not run.
    pub fn curve(
        &mut self,
        node: usize,
        element: usize,
        [from, to]: [f64; 2],
        points: usize,
    ) -> Result<Curve, SessionError> {
        let (step, leaf, own) = self.leaf(node, element)?;
        let along = |point: usize| from + (to - from) * point as f64 / (points.max(2) - 1) as f64;
        let numbers: Vec<f64> = (0..points).map(along).collect();
        let losses = numbers.iter().map(|&x| self.loss_at(step, &own, element, x)).collect::<Result<Vec<_>, _>>();
        // Back to the reader's own numbers, whatever happened.
        let loss = self.loss_at(step, &own, element, own[element])?;
        let [slope, bend] = self.derivatives(leaf, element)?;
        Ok(Curve { at: own[element], loss, slope, bend, numbers, losses: losses? })
    }

    /// The slope of the loss by one number of a leaf, measured: the loss with the number moved by `step` up and down, and the quotient of the differences.
    ///
    /// # Errors
    /// As [`curve`](Session::curve).
    pub fn nudge(&mut self, node: usize, element: usize, step: f64) -> Result<Nudge, SessionError> {
        let (leaf, _, own) = self.leaf(node, element)?;
        let at = own[element];
        let ends = [at + step, at - step].map(|x| self.loss_at(leaf, &own, element, x));
        self.loss_at(leaf, &own, element, at)?;
        let [above, below] = ends;
        let (above, below) = (above?, below?);
        Ok(Nudge { above, below, slope: (above - below) / (2.0 * step) })
    }

    fn loss_at(&mut self, step: usize, own: &[f64], element: usize, x: f64) -> Result<f64, SessionError> {
        let mut numbers = own.to_vec();
        numbers[element] = x;
        self.interpreter.set(step, &numbers)?;
        self.interpreter.run()?;
        self.loss()
    }

    /// The step of a leaf, its node on the interpreter's tape, and its numbers.
    fn leaf(&self, node: usize, element: usize) -> Result<(usize, NodeIndex, Vec<f64>), SessionError> {
        let missing = || SessionError::Leaf { node, element };
        let found = self.interpreter.leaves().find(|(_, leaf)| self.numbers[leaf.index()] == node);
        let (step, leaf) = found.ok_or_else(missing)?;
        let numbers = self.interpreter.numbers(step);
        if element < numbers.len() { Ok((step, leaf, numbers)) } else { Err(missing()) }
    }

    fn loss(&self) -> Result<f64, SessionError> {
        let tape = self.interpreter.tape();
        let loss = tape.loss_of(1).filter(|&loss| tape.graph.borrow().shape(loss).size() == 1);
        let loss = loss.ok_or(SessionError::NoLoss)?;
        Ok(tape.var_at(loss).item().to_f64())
    }

    pub(super) fn gradients(&self) -> Result<Gradients<'_, F>, SessionError> {
        let tape = self.interpreter.tape();
        if tape.backward_passes() > 0 { Ok(Gradients { tape, pass: 1 }) } else { Err(SessionError::NoLoss) }
    }

    /// The first and the second derivative of the loss by one number of a leaf, where they exist. The second is the gradient of that gradient: a further
    /// pass, which the next run records over.
    fn derivatives(&self, leaf: NodeIndex, element: usize) -> Result<[Option<f64>; 2], SessionError> {
        let (gradients, tape) = (self.gradients()?, self.interpreter.tape());
        let leaf = tape.var_at(leaf);
        let of = |x: Var<F>| x.value().iter().nth(element).map(|x| x.to_f64());
        let Some(gradient) = gradients.get(leaf) else { return Ok([None, None]) };
        let mut chosen = vec![F::ZERO; leaf.shape().size()];
        chosen[element] = F::ONE;
        let chosen = tape.input(chosen).reshape(leaf.shape());
        let bend = (gradient * chosen).sum().try_backward().ok().and_then(|second| second.get(leaf));
        Ok([of(gradient), Some(bend.and_then(of).unwrap_or(0.0))])
    }

    fn step_params(&mut self, rule: Rule) -> Result<(), SessionError> {
        let mut training = match self.training.take() {
            Some(training) if training.name == rule.optimizer => training,
            _ => Training { name: rule.optimizer, optimizer: rule.optimizer.made() },
        };
        *training.optimizer.learning_rate() = rule.rate;
        let outcome = training.optimizer.step(&self.interpreter.params().to_vec(), &self.gradients()?);
        self.training = Some(training);
        Ok(outcome?)
    }

    fn step_variables(&mut self, rate: f64) -> Result<(), SessionError> {
        let tape = self.interpreter.tape();
        let mut stepped = Vec::new();
        for (step, leaf) in self.interpreter.leaves() {
            let Some(gradient) = self.gradients()?.get(tape.var_at(leaf)) else { continue };
            let (numbers, gradient) = (self.interpreter.numbers(step), gradient.value());
            let moved = numbers.iter().zip(&gradient).map(|(x, g)| x - rate * g.to_f64());
            stepped.push((step, moved.collect::<Vec<f64>>()));
        }
        for (step, numbers) in stepped {
            self.interpreter.set(step, &numbers)?;
        }
        Ok(())
    }
}

impl Name {
    fn made<F: Scalar>(self) -> Box<dyn Optimizer<F>> {
        match self {
            Name::Sgd => Box::new(Sgd::new(0.0)),
            Name::Momentum => Box::new(Sgd::new(0.0).momentum(0.9)),
            Name::RmsProp => Box::new(RmsProp::new(0.0)),
            Name::Adam => Box::new(Adam::new(0.0)),
        }
    }
}
