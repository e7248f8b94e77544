//! Live pages, and beside each what a native program computes with the same numbers, as JSON: the page has to show the same.

use gradus::nn::{Activation, Init, Mlp, Parameters};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::page::PageOptions;
use gradus::petgraph::graph::NodeIndex;
use gradus::prelude::*;
use gradus::{Real, Unary};
use rand::RngExt;
use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;

type Written = Result<(), Box<dyn Error>>;

pub fn write_all(folder: &Path) -> Written {
    std::fs::create_dir_all(folder)?;
    let pages = Pages { folder };
    pages.neuron()?;
    pages.fan_out()?;
    pages.two_rows()?;
    pages.digits()?;
    pages.own_op()?;
    pages.hostile()
}

struct Pages<'a> {
    folder: &'a Path,
}

impl Pages<'_> {
    fn write<F: Scalar>(&self, name: &str, title: &str, tape: &Tape<F>, expected: &Value) -> Written {
        let options = PageOptions::new().title(title);
        std::fs::write(self.folder.join(format!("{name}.html")), tape.to_html(&options))?;
        Ok(std::fs::write(self.folder.join(format!("{name}.json")), serde_json::to_string(expected)?)?)
    }

    /// Chapter 8's neuron, with twenty numbers for `w1` that a drag leads to.
    fn neuron(&self) -> Written {
        let mut rng = seeded(11);
        let settings = (0..20).map(|_| {
            // A pixel is a hundredth.
            let pixels: i32 = rng.random_range(-150..=150);
            let w1 = f64::from(80 + pixels) / 100.0;
            let tape = Tape::new();
            neuron(&tape, w1).backward();
            json!({"pixels": pixels, "to": w1, "nodes": nodes(&tape)})
        });
        let expected = json!({"settings": settings.collect::<Vec<_>>()});
        let tape = Tape::new();
        neuron(&tape, 0.8).backward();
        self.write("neuron", "A neuron and its loss", &tape, &expected)
    }

    /// Chapter 8's b = a + a, c = b + b.
    fn fan_out(&self) -> Written {
        let record = |tape: &Tape<f64>, a: f64| {
            let a = tape.var(a).named("a");
            let b = (a + a).named("b");
            (b + b).named("c").backward();
        };
        let (before, after) = (Tape::new(), Tape::new());
        record(&before, 1.0);
        record(&after, -2.5);
        self.write("fan_out", "What fans out adds up", &before, &json!({"to": -2.5, "nodes": nodes(&after)}))
    }

    /// Chapter 10's two rows of XOR, and its net after a hundred steps.
    fn two_rows(&self) -> Written {
        let trained = |optimizer: &mut dyn Optimizer<f64>| -> Result<Value, Box<dyn Error>> {
            let (net, mut tape, mut losses) = (xor_net(), Tape::new(), Vec::new());
            for _ in 0..100 {
                let cost = two_rows(&tape, &net);
                losses.push(cost.item());
                optimizer.step(&net, &cost.backward())?;
                tape.rewind();
            }
            two_rows(&tape, &net).backward();
            Ok(json!({"losses": losses, "nodes": nodes(&tape)}))
        };
        let expected = json!({"sgd": trained(&mut Sgd::new(0.1))?, "adam": trained(&mut Adam::new(0.02))?});
        let (net, tape) = (xor_net(), Tape::new());
        tape.keep_updates(true);
        let gradients = two_rows(&tape, &net).backward();
        Sgd::new(0.1).step(&net, &gradients)?;
        self.write("two_rows", "Two rows of XOR", &tape, &expected)
    }

    /// Ten digits through 784-30-10.
    fn digits(&self) -> Written {
        let train = Mnist::open("data/mnist")?.train();
        let batch = train.batches(10, &mut seeded(7)).next().ok_or("no batch")?;
        let net = || Mlp::<f32>::new(&[784, 30, 10], Activation::Sigmoid, &mut seeded(7));
        let record = |tape: &Tape<f32>, net: &Mlp<f32>| {
            let (x, y) = (tape.input(&batch.images).named("images"), tape.input(&batch.one_hot).named("targets"));
            net.forward(x).quadratic_cost(y).named("cost").backward();
        };
        let (tape, changed, other) = (Tape::new(), Tape::new(), net());
        record(&tape, &net());
        other.params()[1].update(|bias| bias[3] = 0.75);
        record(&changed, &other);
        self.write("digits", "Ten digits", &tape, &json!({"to": 0.75, "nodes": nodes(&changed)}))
    }

    /// An op of the program's own, which does not travel.
    fn own_op(&self) -> Written {
        let tape = Tape::<f64>::new();
        let x = tape.var(0.5).named("x");
        let y = (x * 2.0).named("y");
        (y.map(Cube).named("cubed") + x).named("sum").backward();
        self.write("own_op", "An op of one's own", &tape, &json!({}))
    }

    /// Names that would run if they were markup, or ended the element that holds the program.
    fn hostile(&self) -> Written {
        let tape = Tape::<f64>::new();
        let script = "</script><script>window.harmed = 1</script>";
        let x = tape.var(2.0).named(script);
        let scope = tape.scope("<img src=x onerror=\"window.harmed = 2\">");
        let y = (x * x).named("quotes \" ' and\na line & <b>bold</b>");
        drop(scope);
        let w = tape.param(&Param::new("<svg onload=window.harmed=3>", ndarray::arr1(&[1.0, f64::NAN])));
        (y + w.sum()).named("javascript:window.harmed = 4").backward();
        self.write("hostile", script, &tape, &json!({}))
    }
}

/// L = (w2 sigmoid(w1 x + b1) + b2 - t)² / 2.
fn neuron(tape: &Tape<f64>, w1: f64) -> Var<'_, f64> {
    let (x, t) = (tape.input(1.5).named("x"), tape.input(1.0).named("t"));
    let (w1, b1) = (tape.var(w1).named("w1"), tape.var(-0.2).named("b1"));
    let (w2, b2) = (tape.var(-1.2).named("w2"), tape.var(0.5).named("b2"));
    let z = (w1 * x + b1).named("z");
    let h = z.sigmoid().named("h");
    let y = (w2 * h + b2).named("y");
    ((y - t).pow(2.0) * 0.5).named("L")
}

fn xor_net() -> Mlp<f64> {
    Mlp::with_init(&[2, 3, 1], Activation::Tanh, Init::Normal(1.0), Init::Normal(0.5), &mut seeded(10))
        .with_output(Activation::Identity)
}

fn two_rows<'t>(tape: &'t Tape<f64>, net: &Mlp<f64>) -> Var<'t, f64> {
    let row = |x: [f64; 2], t: f64| {
        let y = net.forward(tape.input([x]).named("x"));
        y.quadratic_cost(tape.input([[t]]).named("t")).named("L")
    };
    (row([0.0, 1.0], 1.0) + row([1.0, 1.0], 0.0)).named("cost")
}

/// The value of each node that the program recorded, and its gradient in the first pass.
fn nodes<F: Scalar>(tape: &Tape<F>) -> Vec<Value> {
    let numbers = |node: NodeIndex| tape.value(node).iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
    let own = tape.nodes().into_iter().filter(|node| node.pass == 0);
    let told = own.map(|node| {
        let gradient = tape.gradient_of(node.index, 1).map(numbers);
        json!({"index": node.index.index(), "value": numbers(node.index), "gradient": gradient})
    });
    told.collect()
}

/// y = x³
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cube;

impl Unary for Cube {
    const NAME: &'static str = "cube";
    fn value<R: Real>(self, x: R) -> R {
        x * x * x
    }
    fn flow<R: Real>(self, g: R, x: R, _y: R) -> R {
        g * R::number(3.0) * x * x
    }
}
