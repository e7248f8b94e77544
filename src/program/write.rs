//! A program from a tape.

use super::kinds::Kind;
use super::{Operand, Parameter, Program, ProgramError, Step, What};
use crate::inspect::NodeInfo;
use crate::leaf::Leaf;
use crate::param::Param;
use crate::scalar::Scalar;
use crate::tape::Tape;
use crate::trace::readable;
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

impl<F: Scalar> Tape<F> {
    /// What was recorded since the last rewind, as a [program](crate::program) that an engine elsewhere records again.
    ///
    /// # Errors
    /// [`ProgramError::Changed`], if a parameter was changed after the tape had read it, and updates are not [kept](Tape::keep_updates).
    pub fn program(&self) -> Result<Program, ProgramError> {
        let mut writer = Writer {
            tape: self,
            program: Program { number: F::NAME.to_owned(), params: Vec::new(), steps: Vec::new() },
            params: Vec::new(),
            places: HashMap::new(),
        };
        let nodes = self.nodes();
        let mut passes = (1..=self.backward_passes()).peekable();
        for place in 0..=nodes.len() {
            while let Some(pass) = passes.next_if(|&pass| self.passes.borrow().nodes_before(pass) == Some(place)) {
                writer.backward(pass, &nodes);
            }
            if let Some(node) = nodes.get(place).filter(|node| node.pass == 0) {
                writer.node(node, &nodes)?;
            }
        }
        Ok(writer.program)
    }

    /// Whether all ops that were recorded so far can be part of a program.
    pub(crate) fn travels(&self) -> bool {
        let graph = self.graph.borrow();
        let mut nodes = (0..graph.len()).map(NodeIndex::new).filter(|&node| !graph.is_leaf(node));
        nodes.all(|node| Kind::of(&**graph.op(node)).is_some())
    }
}

struct Writer<'a, F: Scalar> {
    tape: &'a Tape<F>,
    program: Program,
    /// The parameters, each with the version that the program begins with.
    params: Vec<(Param<F>, u64)>,
    /// How a node of the tape is called in the program.
    places: HashMap<NodeIndex, Operand>,
}

impl<F: Scalar> Writer<'_, F> {
    fn node(&mut self, node: &NodeInfo, nodes: &[NodeInfo]) -> Result<(), ProgramError> {
        let what = match node.leaf {
            Some(Leaf::Param) => self.param(node)?,
            Some(leaf) => What::Leaf { leaf, numbers: numbers(&self.tape.value(node.index)) },
            None => self.op(node),
        };
        let could = match &what {
            What::Param { .. } | What::Leaf { leaf: Leaf::Var, .. } => true,
            _ => node.operands.iter().any(|operand| nodes[operand.index()].needs_grad),
        };
        if !matches!(what, What::Stays { .. }) {
            self.places.insert(node.index, Operand::Result(self.program.steps.len()));
        }
        self.program.steps.push(Step {
            what,
            node: node.index.index(),
            shape: node.shape,
            no_grad: could && !node.needs_grad,
            name: node.name.clone(),
            scope: node.scope.clone(),
            file: node.source.file().replace('\\', "/"),
            line: node.source.line(),
        });
        Ok(())
    }

    fn param(&mut self, node: &NodeInfo) -> Result<What, ProgramError> {
        let (param, version) = {
            let graph = self.tape.graph.borrow();
            let leaf = graph.param_leaf(node.index).expect("the leaf of a parameter");
            (leaf.param.clone(), leaf.version)
        };
        if let Some(place) = self.params.iter().position(|(known, _)| known.is(&param)) {
            return Ok(match self.params[place].1 == version {
                true => What::Param { param: place },
                false => stays(node, "the parameter was updated by the program before it was read".to_owned()),
            });
        }
        let Some(value) = self.tape.value_then(node.index) else {
            return Err(ProgramError::Changed { name: param.name().to_owned() });
        };
        let (name, shape) = (param.name().to_owned(), param.shape());
        self.program.params.push(Parameter { name, shape, numbers: numbers(&value) });
        self.params.push((param, version));
        Ok(What::Param { param: self.params.len() - 1 })
    }

    fn op(&self, node: &NodeInfo) -> What {
        let mut of = Vec::new();
        for operand in &node.operands {
            match self.places.get(operand) {
                Some(&place) => of.push(place),
                None => return stays(node, format!("it depends on node {}, which stays", operand.index())),
            }
        }
        let op = self.tape.graph.borrow().op(node.index).clone();
        match Kind::of(&*op) {
            Some((kind, with)) => What::Op { op: kind.name.to_owned(), with, of },
            None => stays(node, format!("{} is an op of the program's own, whose code does not travel", node.op)),
        }
    }

    /// A backward pass that the learner's code started. (Others are part of such a pass, or are no walk but a list of gradients.)
    fn backward(&mut self, pass: u32, nodes: &[NodeInfo]) {
        let Some(loss) = self.tape.loss_of(pass) else { return };
        let Some(seed) = self.tape.gradient_of(loss, pass) else { return };
        let start = self.tape.passes.borrow().nodes_before(pass).unwrap_or_default();
        let own = nodes[start..].iter().take_while(|node| node.pass == pass);
        let names = own.clone().enumerate().filter(|(_, node)| !node.name.is_empty());
        let names = names.map(|(place, node)| (place, node.name.clone())).collect();
        let is_seed = nodes[seed.index()].leaf == Some(Leaf::Seed);
        let cotangent = if is_seed { None } else { self.places.get(&seed).copied() };
        let what = match self.places.get(&loss) {
            Some(&backward) if is_seed || cotangent.is_some() => {
                What::Backward { backward, cotangent, nodes: own.count(), names }
            }
            _ => stays(&nodes[loss.index()], "it begins at a node that stays".to_owned()),
        };
        let travels = !matches!(what, What::Stays { .. });
        let step = self.program.steps.len();
        if travels {
            for (node, gradient) in self.tape.gradients_of_pass(pass) {
                if let Some(&Operand::Result(of)) = self.places.get(&node) {
                    self.places.entry(gradient).or_insert(Operand::Gradient { gradient: step, of });
                }
            }
        }
        let NodeInfo { shape, source, .. } = &nodes[loss.index()];
        self.program.steps.push(Step {
            what,
            node: start,
            shape: *shape,
            no_grad: false,
            name: String::new(),
            scope: String::new(),
            file: source.file().replace('\\', "/"),
            line: source.line(),
        });
    }
}

fn stays(node: &NodeInfo, why: String) -> What {
    What::Stays { stays: node.op.to_owned(), why }
}

fn numbers<F: Scalar>(array: &ndarray::ArrayD<F>) -> Vec<f64> {
    array.iter().map(|&x| shortest(x)).collect()
}

/// The number with the fewest digits that stands for x.
fn shortest<F: Scalar>(x: F) -> f64 {
    let short = readable(x);
    if F::from_f64(short) == x { short } else { x.to_f64() }
}
