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
        Step::recorded(model, optimizer, Together::Alone, forward)
    }

    /// The same for several devices that train together, each on a batch of its own: `forward` records the loss of one device's batch. The mean of the gradients
    /// over all devices goes into the update, and the mean of the losses is the loss: recorded as [`all_reduce`](Var::all_reduce), so every sum over devices is
    /// there to be seen. (Where nothing of this is recorded, XLA can add it: [`to_stablehlo_on`](Step::to_stablehlo_on).) Here, on one device, it is the step
    /// of its batch.
    ///
    /// A loss that is a mean over its batch has the mean over devices of one batch of them all. What `forward` computes over a batch beside that, as batch
    /// normalization does, is of each device's own.
    ///
    /// # Errors
    /// As [`of`](Step::of).
    #[track_caller]
    pub fn record_parallel<F: Scalar>(
        model: &dyn Parameters<F>,
        optimizer: &impl RecordUpdate<F>,
        forward: impl for<'t> FnOnce(&'t Tape<F>) -> Var<'t, F>,
    ) -> Result<Step, StepError> {
        Step::recorded(model, optimizer, Together::InParallel, forward)
    }

    #[track_caller]
    fn recorded<F: Scalar>(
        model: &dyn Parameters<F>,
        optimizer: &impl RecordUpdate<F>,
        together: Together,
        forward: impl for<'t> FnOnce(&'t Tape<F>) -> Var<'t, F>,
    ) -> Result<Step, StepError> {
        let tape = Tape::new();
        let loss = forward(&tape);
        // What follows needs no numbers, unless an op of the learner's own looks at some. With such an op there is no step.
        if tape.travels() {
            tape.leave_out_results();
        }
        Step::after(loss, model, optimizer, together)
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
        Step::after(loss, model, optimizer, Together::Alone)
    }

    #[track_caller]
    fn after<F: Scalar>(
        loss: Var<F>,
        model: &dyn Parameters<F>,
        optimizer: &impl RecordUpdate<F>,
        together: Together,
    ) -> Result<Step, StepError> {
        let tape = loss.tape();
        let gradients = loss.try_backward()?;
        let update = tape.len();
        let mean = Mean::over(together, tape);
        let loss = mean.of(loss);
        let roles = updates(&gradients, model, optimizer, mean)?;
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

/// Whether several devices train together.
#[derive(Clone, Copy)]
enum Together {
    Alone,
    InParallel,
}

/// The mean of what devices have, given how many there are; `None` where a device trains alone.
#[derive(Clone, Copy)]
struct Mean<'t, F: Scalar>(Option<Var<'t, F>>);

impl<'t, F: Scalar> Mean<'t, F> {
    fn over(together: Together, tape: &'t Tape<F>) -> Self {
        let _off = tape.gradients_off();
        let _scope = tape.scope(DEVICES);
        Mean(matches!(together, Together::InParallel).then(|| tape.constant(1.0).all_reduce()))
    }

    fn of(self, x: Var<'t, F>) -> Var<'t, F> {
        let Mean(Some(devices)) = self else { return x };
        let _off = x.tape().gradients_off();
        let _scope = x.tape().scope(DEVICES);
        x.all_reduce() / devices
    }
}

/// The scope of the sums over devices.
const DEVICES: &str = "devices";

/// Records the update of every parameter, and returns what is handed to the next step.
fn updates<F: Scalar>(
    gradients: &Gradients<F>,
    model: &dyn Parameters<F>,
    optimizer: &impl RecordUpdate<F>,
    mean: Mean<F>,
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
        let gradient = mean.of(tape.var_at(found.gradient));
        let update = Update {
            value: tape.var_at(found.leaf),
            gradient,
            kept: kept.iter().map(|param| tape.param(param)).collect(),
            rate: rate_now,
            steps,
        };
        let next = optimizer.record_update(&update)?;
        let gradient = Some(gradient.index().index());
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
