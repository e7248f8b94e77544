//! Judges an engine in five stages. It stops at the first that is not right: the later stages depend on it.

use super::engine::{Built, Engine, SLIPS, Value};
use super::script::{Kind::*, Script, Step, agree};
use frame::{Judge, Judgement};
use ndarray::{arr0, arr1, arr2};

pub const STAGES: [&str; 5] = ["record", "walk back", "sum what fans out", "broadcast", "rewind"];

/// Judges engines, as `new` makes them, which have recorded nothing yet.
pub fn judge<E: Engine + 'static>(new: fn() -> E) -> Judgement {
    let new = || -> Box<dyn Engine> { Box::new(new()) };
    let stages = [record, walk_back, sum_what_fans_out, broadcast, rewind];
    Judge::examine("29_build_it", |judge| {
        for (stage, try_it) in stages.into_iter().enumerate() {
            try_it(&mut Stage { judge, new: &new, number: stage + 1 });
            if judge.has_failed() {
                break;
            }
        }
    })
}

struct Stage<'j> {
    judge: &'j mut Judge,
    new: &'j dyn Fn() -> Box<dyn Engine>,
    number: usize,
}

impl Stage<'_> {
    fn given(&mut self, input: &str) {
        self.judge.given(format!("stage {} of 5, {}: {input}", self.number, STAGES[self.number - 1]));
    }

    /// The result of `program` on the learner's engine must be that on a right engine, or what gradus says.
    fn case(&mut self, what: &str, said: Option<Value>, program: impl Fn(&mut dyn Engine) -> Value) {
        let expected = said.unwrap_or_else(|| program(&mut Built::default()));
        let got = program(&mut *(self.new)());
        let mut case = self.judge.equal(what, expected, got);
        for &slip in SLIPS[..self.number].iter().rev().copied().flatten() {
            case = case.slip(slip.says(), || program(&mut Built::with(&[slip])));
        }
    }

    /// The gradients of all steps must be what gradus says. The first that is not, from the loss on, is shown.
    fn gradients(&mut self, script: &Script) {
        self.given(&script.to_string());
        self.first_gradient(script, &|engine| script.gradients(engine));
    }

    fn first_gradient(&mut self, script: &Script, program: &dyn Fn(&mut dyn Engine) -> Vec<Option<Value>>) {
        let said = script.gradients_by_gradus();
        let found = program(&mut *(self.new)());
        let place =
            (0..said.len()).rev().find(|&place| !agree(&found[place..=place], &said[place..=place])).unwrap_or(0);
        let gradient = |engine: &mut dyn Engine| shown(program(engine)[place].as_ref());
        self.case(&format!("the gradient of %{place}"), Some(shown(said[place].as_ref())), gradient);
    }
}

/// An absent gradient is shown as an empty list.
fn shown(gradient: Option<&Value>) -> Value {
    gradient.cloned().unwrap_or_else(|| Value::zeros(vec![0]))
}

fn list(numbers: impl IntoIterator<Item = usize>) -> Value {
    numbers.into_iter().map(|number| number as f64).collect::<ndarray::Array1<f64>>().into_dyn()
}

fn number(x: f64) -> Value {
    arr0(x).into_dyn()
}

fn row(x: [f64; 3]) -> Value {
    arr1(&x).into_dyn()
}

fn record(stage: &mut Stage) {
    let quotient = Script::new([number(3.0), number(2.0)], [(Div, &[1, 0])]);
    let square = Script::new([number(3.0)], [(Mul, &[0, 0])]);
    let longer = Script::new(
        [row([1.0, 2.0, 3.0]), row([0.5, -0.5, 0.25])],
        [(Mul, &[0, 1]), (Sub, &[2, 0]), (Tanh, &[3]), (Div, &[4, 0]), (Sum, &[5])],
    );
    for script in [quotient, square, longer] {
        stage.given(&script.to_string());
        let last = script.0.len() - 1;
        stage.case("the node of each step", None, |engine| list(script.record(engine)));
        stage.case("how many nodes there are", None, |engine| {
            script.record(engine);
            list([engine.count()])
        });
        stage.case("the operands of all nodes, one after the other", None, |engine| {
            let nodes = script.record(engine);
            list(nodes.into_iter().flat_map(|node| engine.operands(node).to_vec()))
        });
        stage.case("the value of the last node", None, |engine| {
            script.record(engine);
            engine.value(last).clone()
        });
    }
}

fn walk_back(stage: &mut Stage) {
    stage.gradients(&Script::new([number(0.5)], [(Tanh, &[0]), (Exp, &[1])]));
    let tree = [(Mul, &[0, 1][..]), (Tanh, &[3]), (Sub, &[2, 4]), (Sum, &[5])];
    stage.gradients(&Script::new([row([1.0, 2.0, 3.0]), row([0.5, -0.5, 0.25]), row([2.0, 1.0, 0.0])], tree));
    for _ in 0..4 {
        let script = Script::random(stage.judge.rng(), 2);
        stage.gradients(&script);
    }
}

fn sum_what_fans_out(stage: &mut Stage) {
    let twice = Script::new([number(1.0)], [(Add, &[0, 0]), (Add, &[1, 1])]);
    stage.gradients(&twice);
    // A short way and a long way from the loss to b.
    let short_and_long = Script::new([number(1.0)], [(Add, &[0, 0]), (Add, &[1, 1]), (Mul, &[1, 2])]);
    stage.gradients(&short_and_long);
    stage.gradients(&Script::new([row([1.0, -2.0, 0.5])], [(Mul, &[0, 0]), (Mul, &[1, 0]), (Sum, &[2])]));
    stage.given(&format!("{twice}; and the pass is run twice"));
    stage.case("the gradient of %0 after the second pass", Some(number(4.0)), |engine| {
        twice.gradients(engine);
        engine.backward(2);
        shown(engine.gradient(0))
    });
    for _ in 0..4 {
        let script = Script::random(stage.judge.rng(), 3);
        stage.gradients(&script);
    }
}

fn broadcast(stage: &mut Stage) {
    let table = arr2(&[[1.0, 2.0, 3.0], [-1.0, 0.5, 4.0]]).into_dyn();
    let column = arr2(&[[2.0], [-1.0]]).into_dyn();
    let square = arr2(&[[1.0, 2.0, 3.0], [-1.0, 0.5, 4.0], [0.5, 0.0, -2.0]]).into_dyn();
    let weighted: [(_, &[usize]); 3] = [(Add, &[0, 1]), (Mul, &[2, 0]), (Sum, &[3])];
    for operand in [row([0.5, -0.5, 0.25]), column, number(2.0), table.clone()] {
        stage.gradients(&Script::new([table.clone(), operand], weighted));
    }
    stage.gradients(&Script::new([square, row([0.5, -0.5, 0.25])], weighted));
    let layer = [(MatMul, &[0, 1][..]), (Add, &[3, 2]), (Tanh, &[4]), (Sum, &[5])];
    let weights = arr2(&[[0.5, -1.0], [0.25, 0.5], [-0.5, 0.1]]).into_dyn();
    stage.gradients(&Script::new([table, weights, arr1(&[0.1, -0.1]).into_dyn()], layer));
    for _ in 0..4 {
        let script = Script::random(stage.judge.rng(), 4);
        stage.gradients(&script);
    }
}

fn rewind(stage: &mut Stage) {
    let first = Script::new([number(3.0), number(2.0)], [(Div, &[0, 1]), (Tanh, &[2]), (Mul, &[3, 0])]);
    let other_numbers = Script::new([number(-1.0), number(4.0)], [(Div, &[0, 1]), (Tanh, &[2]), (Mul, &[3, 0])]);
    stage.after(&first, &other_numbers);
    // The same ops with other operands, another op on the way, and an end that comes earlier.
    stage.after(&first, &Script::new([number(3.0), number(2.0)], [(Div, &[1, 0]), (Tanh, &[2]), (Mul, &[3, 1])]));
    stage.after(&first, &Script::new([number(3.0), number(2.0)], [(Div, &[0, 1]), (Exp, &[2])]));
    stage.after(&first, &Script::new([row([1.0, 2.0, 3.0])], [(Sum, &[0])]));
    let mut before = first;
    for round in 0..8 {
        let rng = stage.judge.rng();
        let script = if round % 2 == 0 { Script::random(rng, 4) } else { before.with_other_numbers(rng) };
        stage.after(&before, &script);
        before = script;
    }
    stage.many_rounds();
}

impl Stage<'_> {
    /// A program is recorded and walked back over, the tape is rewound, and another program is recorded on it.
    fn after(&mut self, before: &Script, script: &Script) {
        self.given(&format!("{before}; then the tape is rewound; then {script}"));
        let again = |engine: &mut dyn Engine| {
            before.gradients(engine);
            engine.rewind();
            script.record(engine)
        };
        self.case("how many nodes there are after the rewind", None, |engine| {
            before.gradients(engine);
            engine.rewind();
            list([engine.count()])
        });
        self.case("the node of each step", None, |engine| list(again(engine)));
        self.case("how many nodes there are", None, |engine| {
            again(engine);
            list([engine.count()])
        });
        self.case("how many nodes have a gradient before the new pass", None, |engine| {
            let nodes = again(engine);
            list([nodes.into_iter().filter(|&node| engine.gradient(node).is_some()).count()])
        });
        self.case("the value of the loss", None, |engine| {
            let nodes = again(engine);
            engine.value(nodes[nodes.len() - 1]).clone()
        });
        self.first_gradient(script, &|engine| {
            before.gradients(engine);
            engine.rewind();
            script.gradients(engine)
        });
    }

    /// One tape for 200 random programs, each held against gradus.
    fn many_rounds(&mut self) {
        let scripts: Vec<Script> = (0..200).map(|_| Script::random(self.judge.rng(), 4)).collect();
        let leaves = |script: &Script| script.0.iter().filter(|step| matches!(step, Step::Leaf(_))).count();
        self.given("200 random programs on one tape, rewound after each; the leaves' gradients, one after the other");
        let flat = |script: &Script, gradients: Vec<Option<Value>>| -> Vec<f64> {
            gradients[..leaves(script)].iter().flat_map(|gradient| shown(gradient.as_ref()).into_iter()).collect()
        };
        let expected: Vec<f64> = scripts.iter().flat_map(|script| flat(script, script.gradients_by_gradus())).collect();
        self.case("what gradus says", Some(arr1(&expected).into_dyn()), |engine| {
            let mut found = Vec::new();
            for script in &scripts {
                found.extend(flat(script, script.gradients(engine)));
                engine.rewind();
            }
            arr1(&found).into_dyn()
        });
    }
}
