//! `gradus check`: the gradient checker from the command line, on a built-in model, on a file of golden values, or on gradients that another program computed.

use clap::builder::TypedValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use frame::{Document, Error, Result, files};
use gradus::check::foreign::{self, Named};
use gradus::check::{Check, Report};
use gradus::data::seeded;
use gradus::golden::{self, GoldenCase};
use gradus::io::Arrays;
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::program::Program;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit status 0 if every gradient is right, 1 if one is wrong, 2 if nothing could be checked, or nobody can tell.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| {
        let file = |name: &str| matches.get_one::<PathBuf>(name);
        let json = file("json").map(|file| Document::at("--json", file)).transpose()?;
        let outcome = match (file("golden"), file("foreign")) {
            (Some(golden), _) => check_golden(golden),
            (None, Some(function)) => check_foreign(function, file("arrays")),
            (None, None) => check_model(matches),
        }?;
        Ok(match finish(matches, json, outcome)? {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::CannotTell => 2,
        })
    })
}

pub fn command() -> Command {
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("gradus-check")
        .bin_name("gradus check")
        .about("Checks the gradients of a built-in model or of another program, or holds the ops against golden values")
        .arg(value("model", "MODEL", "mlp: and the layer sizes, inputs first").default_value("mlp:784-50-10"))
        .arg(
            value("activation", "NAME", "What follows each hidden layer")
                .default_value("relu")
                .value_parser(["relu", "sigmoid", "tanh"]),
        )
        .arg(value("data", "DATA", "mnist, or a folder with its four files").default_value("mnist"))
        .arg(value("samples", "N", "How many digits").default_value("3").value_parser(count()))
        .arg(
            value("elements", "N", "Check so many elements of each parameter, not all")
                .visible_alias("sample")
                .value_parser(count()),
        )
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["elements", "directions"])
                .help("Check every element, as is done anyway up to 200,000 parameters"),
        )
        .arg(
            value(
                "directions",
                "N",
                "Check the slopes along so many random directions instead (8, if there are more parameters)",
            )
            .conflicts_with("elements")
            .value_parser(value_parser!(u64).range(1..=MOST_DIRECTIONS).map(|directions| directions as usize)),
        )
        .arg(value("seed", "N", "The start of all random numbers").default_value("7").value_parser(value_parser!(u64)))
        .arg(
            value("golden", "FILE", "Run the cases of a file of golden values instead")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["elements", "all", "directions"]),
        )
        .arg(
            value(
                "foreign",
                "FILE",
                "Judge gradients that another program computed, of this function: an ONNX model, or a program in JSON",
            )
            .value_parser(value_parser!(PathBuf))
            .conflicts_with_all(["golden", "elements", "all", "directions"]),
        )
        .arg(
            value(
                "arrays",
                "FILE.npz",
                "Their arrays: inputs by name, and the gradient of x as grad_x; without it, FILE with the ending npz",
            )
            .value_parser(value_parser!(PathBuf))
            .requires("foreign"),
        )
        .arg(
            value("json", "FILE", "Write what was found as JSON; - is standard output")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(Arg::new("no-color").long("no-color").action(ArgAction::SetTrue).help("Print no colours"))
}

/// A number of things, of which there must be one at least: a check of nothing would pass.
fn count() -> impl TypedValueParser<Value = usize> {
    value_parser!(u64).range(1..).map(|count| usize::try_from(count).unwrap_or(usize::MAX))
}

/// The result of a check: for people, for machines, and the verdict.
struct Outcome {
    text: String,
    coloured: Option<String>,
    json: Value,
    verdict: Verdict,
}

#[derive(Clone, Copy)]
enum Verdict {
    Pass,
    Fail,
    CannotTell,
}

/// Maximum number of parameters for a check of every element by default: with more it would take hours, so directions are checked.
const MANY: usize = 200_000;
/// Maximum number of directions: each takes two runs of the network.
const MOST_DIRECTIONS: u64 = 1000;
/// Default number of directions.
const DIRECTIONS: usize = 8;

fn check_model(matches: &ArgMatches) -> Result<Outcome> {
    let sizes = sizes(text(matches, "model"))?;
    let activation = match text(matches, "activation") {
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        _ => Activation::Relu,
    };
    let seed = *matches.get_one::<u64>("seed").unwrap_or(&7);
    let samples = *matches.get_one::<usize>("samples").unwrap_or(&3);
    is_small_enough(text(matches, "model"), &sizes, samples)?;
    let folder = Some(Path::new(text(matches, "data"))).filter(|folder| *folder != Path::new("mnist"));
    let digits = frame::mnist(folder)?.train();
    if samples > digits.len() {
        return Err(Error::new(format!("--samples {samples}: there are 1 to {} digits", digits.len())));
    }
    let digits = digits.first(samples);
    let images = digits.images::<f64>();
    let labels: Vec<usize> = digits.labels().iter().copied().map(usize::from).collect();
    let net = Mlp::<f64>::new(&sizes, activation, &mut seeded(seed)).logits();

    let check = Check::new().seed(seed);
    let number = |name: &str| matches.get_one::<usize>(name).copied();
    let check = match (number("elements"), number("directions")) {
        (Some(elements), _) => check.sample(elements),
        (None, Some(directions)) => check.directions(directions),
        (None, None) if net.parameter_count() > MANY && !matches.get_flag("all") => check.directions(DIRECTIONS),
        (None, None) => check,
    };
    let report = check
        .parameters(&net.params(), |tape| net.forward(tape.input(&images)).softmax_cross_entropy(tape.labels(&labels)));
    let (verdict, word) = verdict(&report);
    let details = serde_json::to_value(&report).map_err(|error| Error::new(error.to_string()))?;
    Ok(Outcome {
        text: report.to_string(),
        coloured: Some(report.coloured(true).to_string()),
        json: json!({ "model": text(matches, "model"), "verdict": word, "report": details }),
        verdict,
    })
}

fn verdict(report: &Report) -> (Verdict, &'static str) {
    match () {
        _ if report.passed() => (Verdict::Pass, "pass"),
        _ if report.wrong() => (Verdict::Fail, "fail"),
        _ => (Verdict::CannotTell, "cannot tell"),
    }
}

/// Gradients that another program computed of a function.
fn check_foreign(function: &Path, arrays: Option<&PathBuf>) -> Result<Outcome> {
    let told = |file: &Path, error: &dyn std::fmt::Display| Error::new(format!("{}: {error}", file.display()));
    let path = arrays.cloned().unwrap_or_else(|| function.with_extension("npz"));
    let arrays = Arrays::load_npz(&path).map_err(|error| Error::new(error.to_string()))?;
    let (mut inputs, mut gradients): (Vec<Named>, Vec<Named>) = Default::default();
    for name in arrays.names() {
        let numbers = arrays.get::<f64>(name);
        let numbers = numbers.ok_or_else(|| told(&path, &format!("{name:?} cannot be read as numbers of kind f64")))?;
        match name.strip_prefix("grad_") {
            Some(of) => gradients.push((of.to_owned(), numbers)),
            None => inputs.push((name.to_owned(), numbers)),
        }
    }
    let bytes = files::bytes(function, files::MOST_BYTES).map_err(|error| told(function, &error))?;
    let found = with_panics_unprinted(|| {
        // A program is text that begins with a brace, and no ONNX model does.
        let program = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Program::from_json(&String::from_utf8_lossy(&bytes))?,
            _ => foreign::of_onnx(&bytes, &inputs)?,
        };
        foreign::judge(program, &inputs, &gradients)
    });
    let found = found.map_err(|error| told(function, &error))?;
    let (verdict, word) = verdict(&found.report);
    let mistake = found.mistake.as_ref().map(|mistake| mistake.to_string());
    let coloured = found.report.coloured(true).to_string()
        + &mistake.as_ref().map_or_else(String::new, |text| format!("\n{text}"));
    let report = serde_json::to_value(&found.report).map_err(|error| Error::new(error.to_string()))?;
    Ok(Outcome {
        text: found.to_string(),
        coloured: Some(coloured),
        json: json!({ "function": function.display().to_string(), "verdict": word, "report": report, "mistake": mistake }),
        verdict,
    })
}

fn check_golden(file: &Path) -> Result<Outcome> {
    let named = |error: &dyn std::fmt::Display| Error::new(format!("{}: {error}", file.display()));
    let contents = files::text(file, golden::MAX_BYTES).map_err(|error| match error.kind() {
        std::io::ErrorKind::FileTooLarge => named(&format!("{error}; split it, case by case")),
        _ => named(&error),
    })?;
    let report = with_panics_unprinted(|| golden::run(&contents)).map_err(|error| named(&error))?;
    let worst = report.cases.iter().map(worst_error).fold(0.0, f64::max);
    let (cases, passed) = (report.cases.len(), report.cases.iter().filter(|case| case.passed()).count());
    Ok(Outcome {
        text: format!("{report}\n{cases} cases, {passed} passed; worst error {worst:.1e}"),
        coloured: None,
        json: json!({ "cases": cases, "passed": passed, "worst_error": worst }),
        verdict: if report.passed() { Verdict::Pass } else { Verdict::Fail },
    })
}

/// Runs without printing panics. When an op refuses its operands, the returned error already has the message.
fn with_panics_unprinted<T>(run: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = run();
    std::panic::set_hook(hook);
    outcome
}

fn worst_error(case: &GoldenCase) -> f64 {
    case.output_error.max(case.gradient_error).max(case.second_order_error.unwrap_or(0.0))
}

fn finish(matches: &ArgMatches, json: Option<Document>, outcome: Outcome) -> Result<Verdict> {
    let colour = !matches.get_flag("no-color")
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::io::stdout().is_terminal();
    let text = outcome.coloured.filter(|_| colour).unwrap_or(outcome.text);
    frame::print(&text);
    if let Some(json) = json {
        json.write(&serde_json::to_string_pretty(&outcome.json).map_err(|error| Error::new(error.to_string()))?)?;
    }
    Ok(outcome.verdict)
}

fn text<'m>(matches: &'m ArgMatches, name: &str) -> &'m str {
    matches.get_one::<String>(name).map_or("", |value| value)
}

/// Maximum number of layers of a model.
const MOST_LAYERS: usize = 200;
/// Maximum number of weights and biases of a model.
const MOST_PARAMETERS: usize = 10_000_000;
/// Maximum number of units in all samples together. On a tape, with its gradients, a unit takes some hundred bytes.
const MOST_UNITS: usize = 10_000_000;

/// Whether a model and its samples fit in the memory that a check should take. Nothing has been made of either yet.
fn is_small_enough(model: &str, sizes: &[usize], samples: usize) -> Result {
    let pairs = sizes.windows(2).map(|pair| pair[0].saturating_add(1).saturating_mul(pair[1]));
    let parameters = pairs.fold(0_usize, usize::saturating_add);
    let units = sizes.iter().fold(0_usize, |units, &size| units.saturating_add(size)).saturating_mul(samples);
    let refused = |flag: String, what: &str, found: usize, most: usize| {
        let found = if found == usize::MAX { "more than can be counted".to_owned() } else { found.to_string() };
        Err(Error::new(format!("{flag}: {found} {what}, and {most} are the most that are checked")))
    };
    match () {
        _ if sizes.len() - 1 > MOST_LAYERS => refused("--model".to_owned(), "layers", sizes.len() - 1, MOST_LAYERS),
        _ if parameters > MOST_PARAMETERS => {
            refused(format!("--model {model}"), "weights and biases", parameters, MOST_PARAMETERS)
        }
        _ if units > MOST_UNITS => {
            refused(format!("--model {model} --samples {samples}"), "units in all samples", units, MOST_UNITS)
        }
        _ => Ok(()),
    }
}

/// The layer sizes of `mlp:784-50-10`, for images of 784 pixels and ten digits.
fn sizes(model: &str) -> Result<Vec<usize>> {
    let mistake = || {
        // The argument may be as long as a command line.
        let model: String = model.chars().take(60).collect();
        Error::new(format!(
            "--model {model:?}: expected mlp: and sizes of at least 1, from 784 pixels to 10 digits, such as mlp:784-50-10"
        ))
    };
    let sizes = model.strip_prefix("mlp:").ok_or_else(mistake)?;
    let sizes: Vec<usize> = sizes.split('-').map(|size| size.parse().map_err(|_| mistake())).collect::<Result<_>>()?;
    let fits = sizes.len() >= 2 && sizes[0] == 784 && sizes[sizes.len() - 1] == 10 && !sizes.contains(&0);
    if fits { Ok(sizes) } else { Err(mistake()) }
}
