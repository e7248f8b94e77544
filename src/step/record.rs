//! A step from a tape: the backward pass and the update are recorded after the loss, and the whole is written down as a program.

use super::{Role, Step, StepError};
use crate::nn::Parameters;
use crate::optim::{OptimError, RecordUpdate, Update};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::tape::{Gradients, Tape, Var};
use ndarray::{ArrayD, IxDyn, arr0};
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
        let loss = forward(&tape);
        // What follows needs no numbers, unless an op of the learner's own looks at some. With such an op there is no step.
        if tape.travels() {
            tape.leave_out_results();
        }
        Step::of(loss, model, optimizer)
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
        let roles = updates(&gradients, model, optimizer)?;
        let mut program = tape.program()?;
        program.recorded_at(update, Location::caller());
        let nodes = tape.nodes();
        if let Some((node, why)) = program.stays().next() {
            let (op, source_line, why) = (nodes[node].op.to_owned(), nodes[node].short_source(), why.to_owned());
            return Err(StepError::Stays { op, source_line, why });
        }
        Step::of_program(program, roles, loss.index().index())
    }
}

/// Records the update of every parameter, and returns what is handed to the next step.
fn updates<F: Scalar>(
    gradients: &Gradients<F>,
    model: &dyn Parameters<F>,
    optimizer: &impl RecordUpdate<F>,
) -> Result<Vec<Role>, StepError> {
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
    let rate_now = tape.param(&rate);
    let count = count.map(|count| (count.name().to_owned(), tape.param(&count)));
    let steps = count.as_ref().map_or_else(|| tape.constant(1.0), |&(_, count)| count + 1.0);
    let (mut updated, mut memory) = (Vec::new(), Vec::new());
    for param in &params {
        let found = gradients.current_gradient(param)?;
        let found = found.ok_or_else(|| OptimError::NoGradient { name: param.name().to_owned() })?;
        let kept = kept(param, optimizer);
        let update = Update {
            value: tape.var_at(found.leaf),
            gradient: tape.var_at(found.gradient),
            kept: kept.iter().map(|param| tape.param(param)).collect(),
            rate: rate_now,
            steps,
        };
        let next = optimizer.record_update(&update)?;
        let gradient = Some(found.gradient.index());
        updated.push(Role { gradient, ..Role::becomes(param.name(), next.value) });
        memory.extend(kept.iter().zip(next.kept).map(|(param, next)| Role::becomes(param.name(), next)));
    }
    let rate = Role { name: rate.name().to_owned(), gradient: None, next: None };
    let count = count.map(|(name, _)| Role::becomes(&name, steps));
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

impl Role {
    /// A parameter, or what the optimizer keeps for one, and the value that becomes its next.
    fn becomes<F: Scalar>(name: &str, next: Var<F>) -> Role {
        Role { name: name.to_owned(), gradient: None, next: Some(next.index().index()) }
    }
}
