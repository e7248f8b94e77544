//! The plain engine: reverse-mode autodiff on one page, without any speed. It is the specification that runs: [`crate::Tape`] must
//! find the same values and gradients, and `tests/random_graphs` holds it to that. Read this page first, from top to bottom.
//!
//! 1. **The recording order is a topological order.** An op can only use nodes that are already there.
//! 2. **An edge knows its slot.** `a / b` is not `b / a`, and `x * x` has two edges from the same node.
//! 3. **Backward walks the recording order in reverse.** When it is a node's turn, everything that uses it has had its turn.
//! 4. **A node that is used twice gets the sum** of what flows back to it, and then passes it on, once.
//! 5. **Copying forward is summing backward.** Broadcasting copies an operand; its gradient is the sum over the copies.
//!
//! ```
//! use gradus::plain::{Op, Tape};
//! use ndarray::arr0;
//! let mut tape = Tape::default();
//! let a = tape.leaf(arr0(1.0));
//! let b = tape.record(Op::add(), &[a, a]);
//! let c = tape.record(Op::add(), &[b, b]);
//! assert_eq!(tape.backward(c)[a.index()], Some(arr0(4.0).into_dyn()));
//! ```

use ndarray::{Array, Array2, ArrayD, ArrayViewD, Dimension};
use petgraph::prelude::{DiGraph, EdgeRef, Incoming, NodeIndex};

type Value = ArrayD<f64>;
/// The result for these operands, or `None` if their shapes do not fit.
type Forward = dyn Fn(&[&Value]) -> Option<Value>;
/// Given `g`, the gradient of the result `y`: what flows to each operand `x`, which is `g` times the slope of `y` in that operand.
type Vjp = fn(x: &[&Value], y: &Value, g: &Value) -> Vec<Value>;

/// An op: its name, how many operands it takes, how its result is computed from them, and how a gradient flows back to them.
#[allow(missing_docs)]
pub struct Op {
    pub name: &'static str,
    pub operands: usize,
    pub forward: Box<Forward>,
    pub vjp: Vjp,
}

/// The ops: what each computes, and how its gradient flows. `sum_to` sums over the axes along which `shape` would be copied; if it is empty, over all.
#[rustfmt::skip]
#[allow(missing_docs)]
impl Op {
    pub fn add() -> Op { op("add", 2, |x| fit(x).then(|| x[0] + x[1]), |_, _, g| vec![g.clone(), g.clone()]) }
    pub fn sub() -> Op { op("sub", 2, |x| fit(x).then(|| x[0] - x[1]), |_, _, g| vec![g.clone(), -g]) }
    pub fn mul() -> Op { op("mul", 2, |x| fit(x).then(|| x[0] * x[1]), |x, _, g| vec![g * x[1], g * x[0]]) }
    pub fn div() -> Op { op("div", 2, |x| fit(x).then(|| x[0] / x[1]), |x, y, g| vec![g / x[1], -(g * y) / x[1]]) }
    pub fn neg() -> Op { op("neg", 1, |x| Some(-x[0]), |_, _, g| vec![-g]) }
    pub fn exp() -> Op { op("exp", 1, |x| Some(x[0].exp()), |_, y, g| vec![g * y]) }
    pub fn ln() -> Op { op("ln", 1, |x| Some(x[0].ln()), |x, _, g| vec![g / x[0]]) }
    pub fn sin() -> Op { op("sin", 1, |x| Some(x[0].sin()), |x, _, g| vec![g * x[0].cos()]) }
    pub fn cos() -> Op { op("cos", 1, |x| Some(x[0].cos()), |x, _, g| vec![-g * x[0].sin()]) }
    pub fn tanh() -> Op { op("tanh", 1, |x| Some(x[0].tanh()), |_, y, g| vec![g * (1.0 - y * y)]) }
    pub fn sigmoid() -> Op { op("sigmoid", 1, |x| Some(1.0 / (1.0 + (-x[0]).exp())), |_, y, g| vec![g * y * (1.0 - y)]) }
    pub fn relu() -> Op { op("relu", 1, |x| Some(x[0].mapv(|a| if a < 0.0 { 0.0 } else { a })),
        |x, _, g| vec![g * x[0].mapv(|a| f64::from(a > 0.0))]) }
    pub fn matmul() -> Op { op("matmul", 2, |x| product(x[0].view(), x[1].view()),
        |x, _, g| vec![product(g.view(), x[1].t()).unwrap(), product(x[0].t(), g.view()).unwrap()]) }
    pub fn transpose() -> Op { op("transpose", 1, |x| Some(x[0].t().to_owned()), |_, _, g| vec![g.t().to_owned()]) }
    pub fn reshape(shape: Vec<usize>) -> Op { op("reshape", 1, move |x| reshape(x[0], &shape),
        |x, _, g| vec![reshape(g, x[0].shape()).unwrap()]) }
    pub fn sum_to(shape: Vec<usize>) -> Op { op("sum_to", 1, move |x| sum_to(x[0], &shape),
        |x, _, g| vec![g.broadcast(x[0].shape()).unwrap().to_owned()]) }
}

/// A computation as a graph: a node for each result, and an edge from each operand to what uses it, whose weight is the slot.
#[derive(Default)]
pub struct Tape {
    graph: DiGraph<(Op, Value), usize>,
}

impl Tape {
    /// Records a value from outside.
    pub fn leaf<D: Dimension>(&mut self, value: Array<f64, D>) -> NodeIndex {
        self.graph.add_node((op("leaf", 0, |_| None, |_, _, _| vec![]), value.into_dyn()))
    }

    /// Computes an op and records it. Panics if the operands do not fit.
    #[track_caller]
    pub fn record(&mut self, op: Op, operands: &[NodeIndex]) -> NodeIndex {
        assert_eq!(operands.len(), op.operands, "the number of operands of {}", op.name);
        let x: Vec<&Value> = operands.iter().map(|&operand| self.value(operand)).collect();
        let shapes: Vec<&[usize]> = x.iter().map(|x| x.shape()).collect();
        let Some(y) = (op.forward)(&x) else { panic!("{} cannot be applied to shapes {shapes:?}", op.name) };
        let node = self.graph.add_node((op, y));
        for (slot, &operand) in operands.iter().enumerate() {
            self.graph.add_edge(operand, node, slot);
        }
        node
    }

    /// What a node has computed.
    pub fn value(&self, node: NodeIndex) -> &Value {
        &self.graph[node].1
    }

    /// The gradient of a single number with respect to each node, by the index of the node; `None` where it does not depend on that node.
    #[track_caller]
    pub fn backward(&self, loss: NodeIndex) -> Vec<Option<Value>> {
        assert_eq!(self.value(loss).len(), 1, "only a single number has a gradient");
        let mut gradients = vec![None; self.graph.node_count()];
        gradients[loss.index()] = Some(ArrayD::ones(self.value(loss).shape()));
        for node in (0..=loss.index()).rev() {
            let Some(g) = &gradients[node] else { continue };
            let (node, (op, y)) = (NodeIndex::new(node), &self.graph[NodeIndex::new(node)]);
            let mut edges: Vec<_> = self.graph.edges_directed(node, Incoming).collect();
            edges.sort_by_key(|edge| *edge.weight()); // petgraph lists the newest edge first
            let x: Vec<&Value> = edges.iter().map(|edge| self.value(edge.source())).collect();
            for ((edge, x), flow) in edges.iter().zip(&x).zip((op.vjp)(&x, y, g)) {
                let flow = sum_to(&flow, x.shape()).expect("the shape of the operand, or of its copies");
                let gradient = &mut gradients[edge.source().index()];
                match gradient {
                    Some(sum) => *sum += &flow,
                    None => *gradient = Some(flow),
                }
            }
        }
        gradients
    }
}

fn op<F: Fn(&[&Value]) -> Option<Value> + 'static>(name: &'static str, operands: usize, forward: F, vjp: Vjp) -> Op {
    Op { name, operands, forward: Box::new(forward), vjp }
}

/// NumPy's rule: from the last axis on, two lengths are equal, or one of them is 1 and its only element is copied.
fn fit(x: &[&Value]) -> bool {
    x[0].shape().iter().rev().zip(x[1].shape().iter().rev()).all(|(&a, &b)| a == b || a == 1 || b == 1)
}

/// C = A B, element by element: `c[i, j]` is the sum over k of `a[i, k] b[k, j]`.
fn product(a: ArrayViewD<f64>, b: ArrayViewD<f64>) -> Option<Value> {
    let (&[rows, terms], &[also_terms, columns]) = (a.shape(), b.shape()) else { return None };
    let sum = |(i, j)| (0..terms).fold(0.0, |sum, k| sum + a[[i, k]] * b[[k, j]]);
    (terms == also_terms).then(|| Array2::from_shape_fn((rows, columns), sum).into_dyn())
}

fn reshape(x: &Value, shape: &[usize]) -> Option<Value> {
    x.to_shape(shape).ok().map(|x| x.into_owned())
}

/// Each element of the result is the sum of those elements of `x` to which broadcasting would copy it.
fn sum_to(x: &Value, shape: &[usize]) -> Option<Value> {
    let mut sums = Value::zeros(shape);
    sums.broadcast(x.shape())?;
    for (index, element) in x.indexed_iter() {
        // The axes that broadcasting put in front are gone, and along an axis of length 1 all copies have the index 0.
        let index = index.slice()[x.ndim() - shape.len()..].iter().zip(shape).map(|(&i, &length)| i.min(length - 1));
        sums[&index.collect::<Vec<_>>()[..]] += element;
    }
    Some(sums)
}
