//! The same training as a program of one's own. The one idea to know: it draws its random numbers in the order of [`Session`](crate::Session), so it prints the
//! losses that the page shows. `examples/` holds some of these programs, `tests/programs.rs` runs them.

use crate::Settings;
use crate::points::{CENTERS, CLOUD, Feature, INNER, MIDDLE, Point, Set};
use crate::settings::{Activation, Loss, Optimizer};

/// What stands in the Cargo.toml of the program, under `[dependencies]`.
pub fn dependency() -> &'static str {
    "gradus = { path = \"../gradus\" }"
}

/// The program.
pub fn program(settings: &Settings) -> String {
    let Settings { seed, batch, steps, validation, .. } = settings;
    let is_split = *validation > 0.0;
    let training = if is_split { "training, validation" } else { "training, _" };
    let share = if is_split { format!("1.0 - {validation:?}") } else { "1.0".to_owned() };
    let report = if is_split { "    report(\"validation\", &net, &validation);\n" } else { "" };
    let lines = [
        "//! A network of the playground, as a program of one's own: the same points, weights and batches, so the same losses.\n\n".to_owned(),
        imports(settings),
        features(settings),
        loss(settings),
        REPORT.to_owned(),
        "fn main() -> Result<(), Box<dyn std::error::Error>> {\n".to_owned(),
        "    // Where all random numbers come from: of the points, the split, the weights and the batches, in this order.\n".to_owned(),
        format!("    let mut rng = seeded({seed});\n"),
        points(settings),
        "    let seen = |row: usize| features(points[[row, 0]], points[[row, 1]]);\n".to_owned(),
        format!("    let x = Array2::from_shape_fn((labels.len(), {}), |(row, column)| seen(row)[column]);\n", settings.features.len()),
        "    let y = Array2::from_shape_fn((labels.len(), 1), |(row, _)| labels[row] as f64);\n".to_owned(),
        format!("    let ({training}) = Dataset::new(x, y).split({share}, &mut rng);\n\n"),
        net(settings),
        "    let (mut tape, mut step) = (Tape::new(), 0);\n".to_owned(),
        format!("    while step < {steps} {{\n"),
        format!("        for batch in training.batches({batch}, &mut rng).take({steps} - step) {{\n"),
        "            let (x, y) = (tape.input(&batch.features), tape.input(&batch.targets));\n".to_owned(),
        objective(settings),
        "            tape.rewind();\n            step += 1;\n        }\n    }\n".to_owned(),
        "    report(\"training\", &net, &training);\n".to_owned(),
        report.to_owned(),
        "    Ok(())\n}\n".to_owned(),
    ];
    lines.concat()
}

const REPORT: &str = r#"/// Prints the loss, and the share of points on the right side.
fn report(name: &str, net: &Mlp<f64>, data: &Dataset<f64>) {
    let (tape, all) = (Tape::new(), data.whole());
    tape.no_grad(|| {
        let (z, y) = (net.forward(tape.input(&all.features)), tape.input(&all.targets));
        let right = z.value().iter().zip(&y.value()).filter(|&(&z, &y)| (z > 0.0) == (y > 0.5)).count();
        println!("{name}: loss {:.9}, {:.1}% right", loss(z, y).item(), 100.0 * right as f64 / data.len() as f64);
    });
}

"#;

fn imports(settings: &Settings) -> String {
    let set = match settings.set {
        Set::Drawn => String::new(),
        set => format!(", {}", set.name()),
    };
    let optimizer = match settings.optimizer {
        Optimizer::Sgd | Optimizer::Momentum => "Optimizer, Sgd",
        Optimizer::RmsProp => "Optimizer, RmsProp",
        Optimizer::Adam => "Adam, Optimizer",
    };
    let array = match settings.set {
        Set::Moons | Set::Drawn => "{Array2, array}",
        _ => "Array2",
    };
    let pi = if settings.features.iter().any(|&feature| is_sine(feature)) { "use std::f64::consts::PI;\n" } else { "" };
    let data = if set.is_empty() { "Dataset".to_owned() } else { format!("{{Dataset{set}}}") };
    format!(
        "use gradus::data::{data};\nuse gradus::ndarray::{array};\nuse gradus::nn::{{Activation, Mlp}};\n\
         use gradus::optim::{{{optimizer}}};\nuse gradus::prelude::*;\n{pi}\n"
    )
}

fn is_sine(feature: Feature) -> bool {
    matches!(feature, Feature::SinX1 | Feature::SinX2)
}

fn features(settings: &Settings) -> String {
    let terms: Vec<&str> = settings.features.iter().map(|&feature| term(feature)).collect();
    let uses = |x: &str| terms.iter().any(|term| term.contains(x));
    let [x1, x2] = ["x1", "x2"].map(|x| if uses(x) { x.to_owned() } else { format!("_{x}") });
    format!(
        "/// What the network sees of a point.\nfn features({x1}: f64, {x2}: f64) -> [f64; {}] {{\n    [{}]\n}}\n\n",
        terms.len(),
        terms.join(", ")
    )
}

/// The formula of [`Feature::at`].
fn term(feature: Feature) -> &'static str {
    match feature {
        Feature::X1 => "x1",
        Feature::X2 => "x2",
        Feature::X1Squared => "x1 * x1",
        Feature::X2Squared => "x2 * x2",
        Feature::Product => "x1 * x2",
        Feature::SinX1 => "Scalar::sin(PI * x1)",
        Feature::SinX2 => "Scalar::sin(PI * x2)",
    }
}

fn loss(settings: &Settings) -> String {
    let (what, formula) = match settings.loss {
        Loss::CrossEntropy => {
            ("The cross-entropy between the classes y and the sigmoid of z.", "z.binary_cross_entropy_with_logits(y)")
        }
        Loss::SquaredError => {
            ("The squared difference between the classes y and the sigmoid of z.", "z.sigmoid().mean_squared_error(y)")
        }
    };
    format!("/// {what}\nfn loss<'t>(z: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {{\n    {formula}\n}}\n\n")
}

fn points(settings: &Settings) -> String {
    let Settings { points, noise, .. } = settings;
    let call = match settings.set {
        Set::Blobs => format!("blobs::<f64>({points}, &{CENTERS:?}, {:?}, &mut rng)", CLOUD + noise),
        Set::Circles => format!("circles::<f64>({points}, {noise:?}, {INNER:?}, &mut rng)"),
        Set::Moons => format!("moons::<f64>({points}, {noise:?}, &mut rng)"),
        Set::Spiral => format!("spiral::<f64>({points}, 2, {noise:?}, &mut rng)"),
        Set::Xor => format!("xor::<f64>({points}, {noise:?}, &mut rng)"),
        Set::Drawn => return drawn(&settings.drawn),
    };
    let moved = match settings.set {
        Set::Moons => format!("    let points = points - array!{MIDDLE:?}; // to the middle of the plane\n"),
        _ => String::new(),
    };
    format!("    let (points, labels) = {call};\n{moved}")
}

fn drawn(points: &[Point]) -> String {
    let rows: String = points.iter().map(|point| format!("        {:?},\n", point.coordinates())).collect();
    let classes: Vec<String> = points.iter().map(|point| point.class.to_string()).collect();
    format!(
        "    #[rustfmt::skip]\n    let points = array![\n{rows}    ];\n    #[rustfmt::skip]\n    let labels = [{}];\n",
        classes.join(", ")
    )
}

fn net(settings: &Settings) -> String {
    let activation = match settings.activation {
        Activation::Tanh => "Tanh",
        Activation::Relu => "Relu",
        Activation::Sigmoid => "Sigmoid",
        Activation::Linear => "Identity",
    };
    let rate = settings.rate;
    let optimizer = match settings.optimizer {
        Optimizer::Sgd => format!("Sgd::new({rate:?})"),
        Optimizer::Momentum => format!("Sgd::new({rate:?}).momentum(0.9)"),
        Optimizer::RmsProp => format!("RmsProp::new({rate:?})"),
        Optimizer::Adam => format!("Adam::new({rate:?})"),
    };
    format!(
        "    let net = Mlp::<f64>::new(&{:?}, Activation::{activation}, &mut rng).logits();\n    let mut optimizer = {optimizer};\n",
        settings.sizes()
    )
}

/// What is made small, and the step.
fn objective(settings: &Settings) -> String {
    let Settings { l1, l2, .. } = *settings;
    let weights = "tape.param(&layer.weights)";
    let mut added = String::new();
    if l1 > 0.0 {
        added += &format!("                objective += {weights}.abs().sum() * {l1:?};\n");
    }
    if l2 > 0.0 {
        added += &format!("                objective += {weights}.square().sum() * ({l2:?} / 2.0);\n");
    }
    let (mutable, added) = match added.is_empty() {
        true => ("", String::new()),
        false => ("mut ", format!("            for layer in net.layers() {{\n{added}            }}\n")),
    };
    format!(
        "            let {mutable}objective = loss(net.forward(x), y);\n{added}            optimizer.step(&net, &objective.backward())?;\n"
    )
}
