//! A step from a tape: the backward pass and the update are recorded after the loss, and the whole is written down as a program.

use super::{Constant, Held, Slot, Step, StepError};
use crate::leaf::Leaf;
use crate::nn::Parameters;
use crate::optim::{OptimError, RecordUpdate, Update};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::tape::{Gradients, Tape, Var};
use ndarray::{ArrayD, IxDyn, arr0};
use std::collections::HashSet;
use std::panic::Location;

impl Step {
    /// Records a step of this model: `forward` records the loss on a new tape. A leaf that it gives a name, `tape.input(&x).named("x")`, is an input of
    /// the step; all other numbers become constants. The optimizer's memory is where the step begins; the optimizer itself changes nothing.
    ///
    /// # Errors
    /// As [`of`](Step::of).
    #[track_caller]
    pub fn record<F: Scalar>(
        model: &dyn Parameters<F>,
        optimizer: &impl RecordUpdate<F>,
        forward: impl for<'t> FnOnce(&'t Tape<F>) -> Var<'t, F>,
    ) -> Result<Step, StepError> {
        let tape = Tape::new();
        Step::of(forward(&tape), model, optimizer)
    }

    /// The step to a loss that is on a tape already. It goes on recording there.
    ///
    /// # Errors
    /// If the loss has no gradients, a setting of the optimizer is out of range, a parameter of the model gets no gradient, an op is one of the program's own
    /// ([`StepError::Stays`]), or two arrays have one name.
    #[track_caller]
    pub fn of<F: Scalar>(
        loss: Var<F>,
        model: &dyn Parameters<F>,
        optimizer: &impl RecordUpdate<F>,
    ) -> Result<Step, StepError> {
        let tape = loss.tape();
        let gradients = loss.try_backward()?;
        let update = tape.len();
        let mut held = updates(&gradients, model, optimizer)?;
        let mut program = tape.program()?;
        program.recorded_at(update, Location::caller());
        let nodes = tape.nodes();
        if let Some((node, why)) = program.stays().next() {
            let (op, source_line, why) = (nodes[node].op.to_owned(), nodes[node].short_source(), why.to_owned());
            return Err(StepError::Stays { op, source_line, why });
        }
        let slot =
            |node: &crate::NodeInfo| Slot { name: node.name.clone(), shape: node.shape, node: node.index.index() };
        // Parameters that nobody steps: those that are frozen, and the running averages of layers.
        for node in nodes.iter().filter(|node| node.leaf == Some(Leaf::Param)) {
            if !held.iter().any(|held| held.slot.name == node.name) {
                held.push(Held { slot: slot(node), gradient: None, next: None });
            }
        }
        let is_given = |node: &&crate::NodeInfo| matches!(node.leaf, Some(Leaf::Input | Leaf::Var));
        let (inputs, constants): (Vec<_>, Vec<_>) =
            nodes.iter().filter(is_given).partition(|node| !node.name.is_empty());
        let inputs: Vec<Slot> = inputs.into_iter().map(slot).collect();
        let constants = constants.into_iter().filter(|node| node.shape.size() > 1);
        let constants = constants.map(|node| Constant { shape: node.shape, source: node.short_source() }).collect();
        let mut names = HashSet::new();
        let params = program.param_names();
        for name in params.chain(inputs.iter().map(|input| &input.name[..])) {
            if !names.insert(name) {
                return Err(StepError::Twice { name: name.to_owned() });
            }
        }
        Ok(Step { inputs, held, loss: loss.index().index(), constants, program })
    }
}

/// Records the update of every parameter, and returns what is handed to the next step.
fn updates<F: Scalar>(
    gradients: &Gradients<F>,
    model: &dyn Parameters<F>,
    optimizer: &impl RecordUpdate<F>,
) -> Result<Vec<Held>, StepError> {
    let mut params: Vec<Param<F>> = Vec::new();
    model.each_param(&mut |param| {
        if !param.is_frozen() && !params.iter().any(|known| known.is(param)) {
            params.push(param.clone());
        }
    });
    if params.is_empty() {
        return Err(OptimError::NoParameters.into());
    }
    let tape = gradients.tape;
    let _off = tape.gradients_off();
    let _scope = tape.scope("update");
    let number = |name: &str, x: f64| Param::new(name, arr0(F::from_f64(x)));
    let rate = number("learning_rate", optimizer.rate());
    let taken = steps_taken(&params, optimizer)?;
    let count = optimizer.counts_steps().then(|| number("steps", f64::from(taken)));
    let read = |param: &Param<F>| (Slot::of(param, tape), tape.param(param));
    let (rate_slot, rate) = read(&rate);
    let count = count.map(|count| read(&count));
    let steps = count.as_ref().map_or_else(|| tape.constant(1.0), |&(_, count)| count + 1.0);
    let (mut updated, mut memory) = (Vec::new(), Vec::new());
    for param in &params {
        let found = gradients.current_gradient(param)?;
        let found = found.ok_or_else(|| OptimError::NoGradient { name: param.name().to_owned() })?;
        let kept = kept(param, optimizer);
        let leaves: Vec<(Slot, Var<F>)> = kept.iter().map(read).collect();
        let update = Update {
            value: tape.var_at(found.leaf),
            gradient: tape.var_at(found.gradient),
            kept: leaves.iter().map(|&(_, leaf)| leaf).collect(),
            rate,
            steps,
        };
        let next = optimizer.record_update(&update)?;
        let slot = Slot { node: found.leaf.index(), ..Slot::of(param, tape) };
        let gradient = Some(found.gradient.index());
        updated.push(Held { slot, gradient, next: Some(next.value.index().index()) });
        memory.extend(leaves.into_iter().zip(next.kept).map(|((slot, _), next)| Held::kept(slot, next)));
    }
    let rate = Held { slot: rate_slot, gradient: None, next: None };
    let count = count.map(|(slot, _)| Held::kept(slot, steps));
    Ok(updated.into_iter().chain(memory).chain([rate]).chain(count).collect())
}

/// What the optimizer keeps for a parameter, as parameters of their own: what it has kept so far, or zeros.
fn kept<F: Scalar>(param: &Param<F>, optimizer: &impl RecordUpdate<F>) -> Vec<Param<F>> {
    let before = optimizer.state().into_iter().find(|state| state.param.is(param));
    let before = before.map_or_else(Vec::new, |state| state.arrays);
    let array = |(place, name): (usize, &&str)| {
        let shape = IxDyn(&param.shape());
        let zeros = || ArrayD::from_elem(shape.clone(), F::ZERO);
        let numbers = before.get(place).and_then(|array| ArrayD::from_shape_vec(shape.clone(), array.clone()).ok());
        Param::new(format!("{}/{name}", param.name()), numbers.unwrap_or_else(zeros))
    };
    optimizer.arrays().iter().enumerate().map(array).collect()
}

/// How often the optimizer has stepped these parameters.
fn steps_taken<F: Scalar>(params: &[Param<F>], optimizer: &impl RecordUpdate<F>) -> Result<i32, StepError> {
    let state = optimizer.state();
    let taken = |param: &Param<F>| state.iter().find(|state| state.param.is(param)).map_or(0, |state| state.steps);
    let expected = taken(&params[0]);
    match params.iter().find(|param| optimizer.counts_steps() && taken(param) != expected) {
        Some(param) => Err(StepError::Steps { name: param.name().to_owned(), expected, found: taken(param) }),
        None => Ok(expected),
    }
}

impl Slot {
    /// A parameter that the next node reads.
    fn of<F: Scalar>(param: &Param<F>, tape: &Tape<F>) -> Slot {
        Slot { name: param.name().to_owned(), shape: param.shape(), node: tape.len() }
    }
}

impl Held {
    /// What the optimizer keeps, and what becomes of it.
    fn kept<F: Scalar>(slot: Slot, next: Var<F>) -> Held {
        Held { slot, gradient: None, next: Some(next.index().index()) }
    }
}
