//! Where the first NaN comes from. The one idea to know: NaN spreads to everything that is computed from it. So among a thousand NaNs only
//! the first one, in order of recording, shows the mistake: its operands are still numbers. Gradients are recorded like everything
//! else, so they are found in the same way.

use crate::faults::{BackwardError, Culprit, FEW, NonFinite};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Tape;
use crate::view::View;
use petgraph::graph::NodeIndex;

/// Most infinite elements of one node that are traced back to its operands.
const LOOKED_AT: usize = 64;

impl<F: Scalar> Tape<F> {
    /// The first element on the tape, in order of recording, that is NaN, or that is infinite although everything it was computed from is
    /// finite; with its op, the op's operands, and the line of the program. Forward and backward passes are searched alike. An infinity
    /// that enters from outside is not reported, since masks are made of infinities, and neither is one that comes from an infinite operand.
    /// NaN is always reported. (An infinity that an op made may be intended, too, as in ln 0 = -∞.)
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let p = tape.var([0.5, -0.1]).named("p");
    /// let loss = p.ln().mean();
    /// assert!(loss.item().is_nan());
    /// let found = tape.first_non_finite().expect("a NaN");
    /// assert_eq!((found.op, &found.element[..], found.source.line()), ("ln", &[1][..], line!() - 3));
    /// assert!(found.to_string().ends_with("\n  operand 1: \"p\" (%0 = var) is -0.1 at [1]"));
    /// ```
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        (0..self.len()).find_map(|index| self.non_finite_at(NodeIndex::new(index)))
    }

    /// Stops the program where the first number goes wrong, as [`first_non_finite`](Tape::first_non_finite) finds it: recording panics at
    /// the line of the program, and so does [`backward`](crate::Var::backward), while [`try_backward`](crate::Var::try_backward) returns
    /// [`BackwardError::NonFinite`]. Every number is looked at, so switch it on to find a fault and not to train.
    ///
    /// ```should_panic
    /// use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// tape.stop_at_non_finite(true);
    /// let x = tape.var(0.0);
    /// let y = 1.0 / x; // panics here: the first number that is not finite is inf, the value of %2 = div ...
    /// # let _ = y;
    /// ```
    pub fn stop_at_non_finite(&self, stop: bool) {
        self.stops_at_non_finite.set(stop);
    }

    /// Checks a node that the program has just recorded. The nodes that a vjp records are checked when the vjp has ended.
    #[cold]
    #[track_caller]
    pub(crate) fn stop_if_not_finite(&self, node: NodeIndex) {
        if self.graph.borrow().differentiating.is_some() {
            return;
        }
        if let Some(found) = self.non_finite_at(node) {
            panic!("{found}");
        }
    }

    /// Checks the nodes that a backward pass has recorded, from index `nodes` on.
    #[cold]
    pub(crate) fn expect_finite_since(&self, nodes: usize) -> Result<(), BackwardError> {
        let found = (nodes..self.len()).find_map(|index| self.non_finite_at(NodeIndex::new(index)));
        found.map_or(Ok(()), |found| Err(BackwardError::NonFinite(Box::new(found))))
    }

    /// What went wrong in this node, if its operands were still right.
    fn non_finite_at(&self, node: NodeIndex) -> Option<NonFinite> {
        let operands = self.operands(node);
        let look = |views: &[View<F>]| {
            let (value, operands) = views.split_first()?;
            let has = |is_bad: fn(F) -> bool| operands.iter().any(|operand| operand.data.iter().any(|&x| is_bad(x)));
            let nan = value.data.iter().position(|x| x.is_nan()).filter(|_| !has(F::is_nan));
            // An infinite element here need not come from an infinite element of an operand.
            let infinite = (0..value.data.len()).filter(|&element| !value.data[element].is_finite());
            let infinite: Vec<usize> = infinite.take(if operands.is_empty() { 0 } else { LOOKED_AT }).collect();
            Some(match nan {
                Some(nan) => (vec![nan], true),
                None => (infinite, !has(|x| !x.is_finite())),
            })
        };
        let mut all = vec![node];
        all.extend(&operands);
        let (suspects, is_sure) = self.graph.borrow().with_views(&all, look)?;
        if suspects.is_empty() {
            return None;
        }
        let info = self.info(node);
        let reach = if operands.is_empty() { Vec::new() } else { self.reach(node) };
        let graph = self.graph.borrow();
        let given_finite = |&element: &usize| {
            operands.iter().zip(&reach).all(|(&operand, reach)| {
                let cells = reach.cells(element, graph.shape(operand), info.shape);
                graph.with_views(&[operand], |views| cells.iter().all(|&cell| views[0].data[cell].is_finite()))
            })
        };
        let element = suspects.into_iter().find(|element| is_sure || given_finite(element))?;
        let value = graph.with_views(&[node], |views| views[0].data[element].to_f64());
        let culprits = operands.iter().zip(&reach).map(|(&operand, reach)| {
            let shape = graph.shape(operand);
            let cells = reach.cells(element, shape, info.shape);
            let numbers = graph.with_views(&[operand], |views| telling(&cells, views[0].data, shape));
            Culprit { node: operand, description: graph.describe(operand), numbers, count: cells.len() }
        });
        Some(NonFinite {
            node,
            op: info.op,
            formula: info.formula,
            description: graph.describe(node),
            element: place(element, info.shape),
            value,
            operands: culprits.collect(),
            pass: info.pass,
            origin: info.origin,
            through: (info.pass > 0 && info.origin != node).then(|| graph.describe(info.origin)),
            source: info.source,
            line: info.short_source(),
        })
    }
}

/// A few numbers of an operand with their indices: all of them, or the first that is not finite and the least and the greatest of the finite ones.
fn telling<F: Scalar>(cells: &[usize], numbers: &[F], shape: Shape) -> Vec<(Vec<usize>, f64)> {
    let with_place = |&cell: &usize| (place(cell, shape), numbers[cell].to_f64());
    if cells.len() <= FEW {
        return cells.iter().map(with_place).collect();
    }
    let value = |cell: &&usize| numbers[**cell].to_f64();
    let by_value = |a: &&usize, b: &&usize| value(a).total_cmp(&value(b));
    let not_finite = cells.iter().find(|cell| !value(cell).is_finite());
    let finite = || cells.iter().filter(|cell| value(cell).is_finite());
    let chosen = [not_finite, finite().min_by(by_value), finite().max_by(by_value)];
    chosen.into_iter().flatten().map(with_place).collect()
}

/// The index of an element along each axis.
fn place(mut element: usize, shape: Shape) -> Vec<usize> {
    let mut place = vec![0; shape.rank()];
    for (index, &length) in place.iter_mut().zip(shape.iter()).rev() {
        *index = element % length;
        element /= length;
    }
    place
}
