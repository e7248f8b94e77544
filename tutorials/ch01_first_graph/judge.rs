//! Judges a drawing of a neuron: how many nodes it has, and what it computes for random numbers, small and large.

use frame::{Judge, Judgement};
use gradus::prelude::*;

/// A node: a leaf, or an operation on earlier nodes.
enum Node {
    Leaf(String),
    Multiply(usize, usize),
    Add(usize, usize),
}

/// Nodes in the order in which they were drawn. Each can use only those before it.
pub struct Drawing {
    nodes: Vec<Node>,
}

impl Drawing {
    /// b, x1, w1, x2, w2, ...
    fn with_leaves(n: usize) -> Drawing {
        let mut nodes = vec![Node::Leaf("b".to_owned())];
        for i in 1..=n {
            nodes.extend([Node::Leaf(format!("x{i}")), Node::Leaf(format!("w{i}"))]);
        }
        Drawing { nodes }
    }

    /// Draws the product of two nodes, and returns its number.
    pub fn multiply(&mut self, i: usize, j: usize) -> usize {
        self.draw(Node::Multiply(i, j))
    }

    /// Draws the sum of two nodes, and returns its number.
    pub fn add(&mut self, i: usize, j: usize) -> usize {
        self.draw(Node::Add(i, j))
    }

    fn draw(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The first node that uses one that is not there yet.
    fn first_mistake(&self) -> Option<String> {
        let used = |node: &Node| match *node {
            Node::Leaf(_) => vec![],
            Node::Multiply(i, j) | Node::Add(i, j) => vec![i, j],
        };
        let mut nodes = self.nodes.iter().enumerate();
        nodes.find_map(|(here, node)| {
            let missing = used(node).into_iter().find(|&operand| operand >= here)?;
            Some(format!("node {here} uses node {missing}, which does not exist yet"))
        })
    }

    /// Runs the drawing on a real tape. The leaves are filled in order.
    fn run(&self, leaves: &[f64]) -> f64 {
        let tape = Tape::<f64>::new();
        let mut vars: Vec<Var<f64>> = Vec::new();
        for node in &self.nodes {
            vars.push(match *node {
                Node::Leaf(_) => tape.var(leaves[vars.len()]),
                Node::Multiply(i, j) => vars[i] * vars[j],
                Node::Add(i, j) => vars[i] + vars[j],
            });
        }
        vars.last().map_or(f64::NAN, |z| z.item())
    }

    /// The drawing as a listing.
    fn text(&self) -> String {
        let line = |(number, node): (usize, &Node)| match node {
            Node::Leaf(name) => format!("%{number} {name}"),
            Node::Multiply(i, j) => format!("%{number} = %{i} * %{j}"),
            Node::Add(i, j) => format!("%{number} = %{i} + %{j}"),
        };
        self.nodes.iter().enumerate().map(line).collect::<Vec<_>>().join(",  ")
    }
}

pub fn judge(draw: fn(&mut Drawing, usize)) -> Judgement {
    Judge::examine("01_first_graph", |judge| {
        for (n, size) in [(1, 1.0), (2, 1.0), (3, 1.0), (8, 1.0), (1, 1e6), (20, 1e6)] {
            let leaves: Vec<f64> = judge.draw(2 * n + 1, size).to_vec();
            let mut drawing = Drawing::with_leaves(n);
            judge.given(format!("n = {n}, with b, x1, w1, ... = {leaves:.3?}"));
            draw(&mut drawing, n);
            look_at(judge, &drawing, n, &leaves);
        }
    })
}

fn look_at(judge: &mut Judge, drawing: &Drawing, n: usize, leaves: &[f64]) {
    let text = drawing.text();
    if let Some(mistake) = drawing.first_mistake() {
        return judge.holds(&format!("the drawing {text}"), "nodes that use earlier ones only", mistake, false);
    }
    judge
        .equal(&format!("how many nodes the drawing has: {text}"), 4 * n + 1, drawing.nodes.len())
        .slip("nothing was drawn: the nodes are the leaves that were there before", || 2 * n + 1)
        .slip("one sum is missing: n products and b take n sums", || 4 * n);
    let (b, pairs) = (leaves[0], || leaves[1..].chunks(2));
    let products = || pairs().map(|pair| pair[0] * pair[1]);
    let z = b + products().sum::<f64>();
    judge
        .equal(&format!("z, the last node of the drawing {text}"), z, drawing.run(leaves))
        .slip("b is missing from the sum", || z - b)
        .slip("only the last product is in it: each sum has to start from the one before", || {
            b + products().next_back().unwrap_or(0.0)
        })
        .slip("weights and inputs are added where they should be multiplied", || b + leaves[1..].iter().sum::<f64>())
        .slip("b is added once for each input", || z + b * (n as f64 - 1.0));
}
