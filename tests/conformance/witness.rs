//! One op at one point, and what different ways of differentiating say about it.

use super::random;
use gradus::derivatives::grad;
use gradus::ops::{Example, Program};
use gradus::{Dual, Scalar, Tape, Var};
use ndarray::{ArrayD, Zip};
use rand::rngs::ChaCha8Rng;

/// An op at a point, with a random cotangent and a random direction.
pub struct Trial {
    example: &'static Example,
    x: Vec<ArrayD<f64>>,
    differentiable: Vec<bool>,
    cotangent: ArrayD<f64>,
    direction: Vec<ArrayD<f64>>,
}

impl Trial {
    pub fn new(example: &'static Example, x: Vec<ArrayD<f64>>, rng: &mut ChaCha8Rng) -> Trial {
        let differentiable: Vec<bool> = example.operands.iter().map(|operand| operand.is_differentiable()).collect();
        let mut direction: Vec<ArrayD<f64>> = x.iter().map(|x| random(x.shape(), rng)).collect();
        direction.iter_mut().zip(&differentiable).filter(|(_, yes)| !**yes).for_each(|(labels, _)| labels.fill(0.0));
        let cotangent = random(run(example.f64, &x).shape(), rng);
        Trial { example, x, differentiable, cotangent, direction }
    }

    /// The gradient of each operand, element by element, is what dual numbers and finite differences say.
    pub fn check_first_order(&self) {
        let gradients = gradients(self.example.f64, &self.x, &self.cotangent);
        for slot in self.slots() {
            for (element, &reverse) in gradients[slot].iter().enumerate() {
                let place = format!("gradient of operand {}, element {element},", slot + 1);
                let mut nudge: Vec<ArrayD<f64>> = self.x.iter().map(|x| x * 0.0).collect();
                *nudge[slot].iter_mut().nth(element).unwrap() = 1.0;
                let dual = (self.slope(&nudge) * &self.cotangent).sum();
                self.agree(&place, "dual numbers", reverse, dual, 1e-12);
                let result = |step| (run(self.example.f64, &self.moved(&nudge, step)) * &self.cotangent).sum();
                self.agree(&place, "finite differences", reverse, (result(1e-5) - result(-1e-5)) / 2e-5, 1e-8);
            }
        }
    }

    /// With s = Σ <gradients, direction>: the gradient of s by a second reverse pass is the change of the gradients along
    /// the direction, by dual numbers and by finite differences; and for the cotangent, the change of the result.
    pub fn check_second_order(&self) {
        let (reverse, for_cotangent) = self.reverse_over_reverse();
        let forward = self.forward_over_reverse();
        let ahead = gradients(self.example.f64, &self.moved(&self.direction, 1e-5), &self.cotangent);
        let behind = gradients(self.example.f64, &self.moved(&self.direction, -1e-5), &self.cotangent);
        for slot in self.slots() {
            let place = format!("second derivative for operand {}", slot + 1);
            for (i, &reverse) in reverse[slot].iter().enumerate() {
                let [forward, ahead, behind] = [&forward, &ahead, &behind].map(|all| *all[slot].iter().nth(i).unwrap());
                self.agree(&place, "forward over reverse", reverse, forward, 1e-11);
                self.agree(&place, "finite differences", reverse, (ahead - behind) / 2e-5, 1e-6);
            }
        }
        for (&reverse, &dual) in for_cotangent.iter().zip(&self.slope(&self.direction)) {
            self.agree("second derivative for the cotangent", "dual numbers", reverse, dual, 1e-12);
        }
    }

    /// Results and gradients on f32 are those on f64, at the same point.
    pub fn check_f32(&self) {
        let rounded: Vec<ArrayD<f64>> = self.x.iter().map(|x| x.mapv(|x| f64::from(x as f32))).collect();
        let cotangent = self.cotangent.mapv(|c| f64::from(c as f32));
        for (&single, &double) in run(self.example.f32, &rounded).iter().zip(&run(self.example.f64, &rounded)) {
            self.agree("result on f32", "f64", single, double, 1e-5);
        }
        let on_f32 = gradients(self.example.f32, &rounded, &cotangent);
        let on_f64 = gradients(self.example.f64, &rounded, &cotangent);
        for (&single, &double) in on_f32.iter().flatten().zip(on_f64.iter().flatten()) {
            self.agree("gradient on f32", "f64", single, double, 1e-5);
        }
    }

    fn slots(&self) -> impl Iterator<Item = usize> {
        (0..self.x.len()).filter(|&slot| self.differentiable[slot])
    }

    fn moved(&self, direction: &[ArrayD<f64>], step: f64) -> Vec<ArrayD<f64>> {
        self.x.iter().zip(direction).map(|(x, direction)| x + &(direction * step)).collect()
    }

    /// How the result changes along a direction, by dual numbers.
    fn slope(&self, direction: &[ArrayD<f64>]) -> ArrayD<f64> {
        let tape = Tape::new();
        (self.example.dual)(&self.on_duals(&tape, direction)).value().mapv(|y| y.tangent)
    }

    fn on_duals<'t>(&self, tape: &'t Tape<Dual>, direction: &[ArrayD<f64>]) -> Vec<Var<'t, Dual>> {
        let dual = |(x, direction)| tape.var(Zip::from(x).and(direction).map_collect(|&x, &dx| Dual::new(x, dx)));
        self.x.iter().zip(direction).map(dual).collect()
    }

    fn forward_over_reverse(&self) -> Vec<ArrayD<f64>> {
        let tape = Tape::new();
        let x = self.on_duals(&tape, &self.direction);
        let cotangent = tape.input(self.cotangent.mapv(Dual::constant));
        let gradients = grad(((self.example.dual)(&x) * cotangent).sum(), &x);
        gradients.into_iter().map(|gradient| gradient.value().mapv(|g| g.tangent)).collect()
    }

    fn reverse_over_reverse(&self) -> (Vec<ArrayD<f64>>, ArrayD<f64>) {
        let tape = Tape::new();
        let x: Vec<Var<f64>> = self.x.iter().map(|x| tape.var(x)).collect();
        let cotangent = tape.var(&self.cotangent);
        let gradients = grad(((self.example.f64)(&x) * cotangent).sum(), &x);
        let mut sum = tape.constant(0.0);
        for (gradient, direction) in gradients.into_iter().zip(&self.direction) {
            sum = sum + (gradient * tape.input(direction)).sum();
        }
        let second = grad(sum, &x).into_iter().map(Var::value).collect();
        (second, grad(sum, &[cotangent])[0].value())
    }

    fn agree(&self, place: &str, witness: &str, ours: f64, theirs: f64, tolerance: f64) {
        let close = (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0);
        assert!(close, "{}: the {place} is {ours}, but by {witness} {theirs}; operands {:?}", self.example.op, self.x);
    }
}

/// The result of a program on any kind of number.
pub fn run<F: Scalar>(program: Program<F>, x: &[ArrayD<f64>]) -> ArrayD<f64> {
    let tape = Tape::new();
    let x: Vec<Var<F>> = x.iter().map(|x| tape.input(x.mapv(F::from_f64))).collect();
    program(&x).value().mapv(F::to_f64)
}

/// What the cotangent makes flow back to each operand; zeros where nothing does.
pub fn gradients<F: Scalar>(program: Program<F>, x: &[ArrayD<f64>], cotangent: &ArrayD<f64>) -> Vec<ArrayD<f64>> {
    let tape = Tape::new();
    let x: Vec<Var<F>> = x.iter().map(|x| tape.var(x.mapv(F::from_f64))).collect();
    let sum = (program(&x) * tape.input(cotangent.mapv(F::from_f64))).sum();
    grad(sum, &x).into_iter().map(|gradient| gradient.value().mapv(F::to_f64)).collect()
}
