//! What can be set. The one idea to know: the settings are a line of text, `data=spiral&layers=8,8&rate=0.03`, which is what a link holds, what the page
//! sends and what it gets back. What a line leaves out has its default; what cannot be is refused with what was expected.

use crate::choices::choices;
use crate::points::{Feature, Point, Set};
use gradus::nn;
use gradus::optim::{Adam, RmsProp, Sgd, Stateful};
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;

choices! {
    /// The function of each hidden unit.
    Activation {
        /// tanh z
        Tanh = "tanh",
        /// max(z, 0)
        Relu = "relu",
        /// 1 / (1 + e⁻ᶻ)
        Sigmoid = "sigmoid",
        /// z itself
        Linear = "linear",
    }
}

choices! {
    /// What is made small. The output unit is a sigmoid in both cases, the probability p of class 1.
    Loss {
        /// The cross-entropy between p and the class.
        CrossEntropy = "cross-entropy",
        /// The squared difference between p and the class.
        SquaredError = "squared-error",
    }
}

choices! {
    /// How parameters are stepped.
    Optimizer {
        /// [`Sgd`]
        Sgd = "sgd",
        /// [`Sgd`] with a momentum of 0.9
        Momentum = "momentum",
        /// [`RmsProp`]
        RmsProp = "rmsprop",
        /// [`Adam`]
        Adam = "adam",
    }
}

/// Everything that decides how a training goes, and how many steps of it were taken. The same settings give the same training.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Which points (`data`).
    pub set: Set,
    /// The points of [`Set::Drawn`] (`drawn`).
    pub drawn: Vec<Point>,
    /// How many points, in any other set.
    pub points: usize,
    /// How far points are moved from their places: the standard deviation, for [`Set::Spiral`] of the angle.
    pub noise: f64,
    /// The share of points that the network is not trained on.
    pub validation: f64,
    /// What the network sees of a point.
    pub features: Vec<Feature>,
    /// The number of units of each hidden layer (`layers`).
    pub hidden: Vec<usize>,
    /// Of the hidden units.
    pub activation: Activation,
    /// What is made small.
    pub loss: Loss,
    /// How parameters are stepped.
    pub optimizer: Optimizer,
    /// The learning rate.
    pub rate: f64,
    /// The number of points of a step.
    pub batch: usize,
    /// λ in λ Σ |w| over all weights, added to the loss.
    pub l1: f64,
    /// λ in λ/2 Σ w² over all weights, added to the loss.
    pub l2: f64,
    /// Where random numbers start.
    pub seed: u64,
    /// The number of steps.
    pub steps: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            set: Set::Circles,
            drawn: Vec::new(),
            points: 200,
            noise: 0.05,
            validation: 0.2,
            features: vec![Feature::X1, Feature::X2],
            hidden: vec![4, 2],
            activation: Activation::Tanh,
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam,
            rate: 0.03,
            batch: 10,
            l1: 0.0,
            l2: 0.0,
            seed: 1,
            steps: 0,
        }
    }
}

/// The most hidden layers, and the most units of one.
pub const MOST: [usize; 2] = [4, 8];
/// The most points that a reader draws: as many as a link can hold.
pub const MOST_DRAWN: usize = 200;
const POINTS: RangeInclusive<usize> = 10..=1000;
const STEPS: RangeInclusive<usize> = 0..=200_000;

/// A line of settings that cannot be.
#[derive(Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// There is no such setting.
    #[error("there is no setting {0:?}")]
    Unknown(String),
    /// A setting that stands there twice.
    #[error("{0} is set twice")]
    Twice(String),
    /// A value that cannot be.
    #[error("{setting} is {found:?}; it must be {expected}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        expected: String,
    },
}

impl FromStr for Settings {
    type Err = SettingsError;

    fn from_str(line: &str) -> Result<Self, SettingsError> {
        let (mut settings, mut seen) = (Settings::default(), Vec::new());
        for pair in line.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if seen.contains(&name) {
                return Err(SettingsError::Twice(name.into()));
            }
            seen.push(name);
            settings.set(name, value)?;
        }
        Ok(settings)
    }
}

impl Settings {
    fn set(&mut self, name: &str, value: &str) -> Result<(), SettingsError> {
        match name {
            "data" => self.set = one_of("data", value, Set::of, &Set::names())?,
            "drawn" => self.drawn = drawn(value)?,
            "points" => self.points = number("points", value, POINTS)?,
            "noise" => self.noise = number("noise", value, 0.0..=0.5)?,
            "validation" => self.validation = number("validation", value, 0.0..=0.5)?,
            "features" => self.features = features(value)?,
            "layers" => self.hidden = hidden(value)?,
            "activation" => self.activation = one_of("activation", value, Activation::of, &Activation::names())?,
            "loss" => self.loss = one_of("loss", value, Loss::of, &Loss::names())?,
            "optimizer" => self.optimizer = one_of("optimizer", value, Optimizer::of, &Optimizer::names())?,
            "rate" => self.rate = number("rate", value, 1e-6..=10.0)?,
            "batch" => self.batch = number("batch", value, 1..=*POINTS.end())?,
            "l1" => self.l1 = number("l1", value, 0.0..=1.0)?,
            "l2" => self.l2 = number("l2", value, 0.0..=1.0)?,
            "seed" => self.seed = number("seed", value, 0..=u64::from(u32::MAX))?,
            "steps" => self.steps = number("steps", value, STEPS)?,
            _ => return Err(SettingsError::Unknown(name.into())),
        }
        Ok(())
    }

    /// The sizes of the network's layers, from the features to the one output.
    pub fn sizes(&self) -> Vec<usize> {
        [&[self.features.len()], &self.hidden[..], &[1]].concat()
    }
}

impl Display for Settings {
    /// As a line, with all settings.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let features: Vec<&str> = self.features.iter().map(|feature| feature.name()).collect();
        let hidden: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        write!(f, "data={}&points={}&noise={}", self.set.name(), self.points, self.noise)?;
        write!(f, "&validation={}&features={}", self.validation, features.join(","))?;
        write!(f, "&layers={}&activation={}", hidden.join(","), self.activation.name())?;
        write!(f, "&loss={}&optimizer={}&rate={}", self.loss.name(), self.optimizer.name(), self.rate)?;
        write!(f, "&batch={}&l1={}&l2={}&seed={}&steps={}", self.batch, self.l1, self.l2, self.seed, self.steps)?;
        if !self.drawn.is_empty() {
            let drawn: Vec<String> = self.drawn.iter().map(Point::to_string).collect();
            write!(f, "&drawn={}", drawn.join(";"))?;
        }
        Ok(())
    }
}

impl Activation {
    /// As layers have it.
    pub fn layer(self) -> nn::Activation {
        match self {
            Activation::Tanh => nn::Activation::Tanh,
            Activation::Relu => nn::Activation::Relu,
            Activation::Sigmoid => nn::Activation::Sigmoid,
            Activation::Linear => nn::Activation::Identity,
        }
    }
}

impl Optimizer {
    /// The optimizer itself.
    pub fn made(self, rate: f64) -> Box<dyn Stateful<f64>> {
        match self {
            Optimizer::Sgd => Box::new(Sgd::new(rate)),
            Optimizer::Momentum => Box::new(Sgd::new(rate).momentum(0.9)),
            Optimizer::RmsProp => Box::new(RmsProp::new(rate)),
            Optimizer::Adam => Box::new(Adam::new(rate)),
        }
    }
}

fn refused(setting: &'static str, found: &str, expected: impl Into<String>) -> SettingsError {
    SettingsError::Value { setting, found: found.into(), expected: expected.into() }
}

fn one_of<T>(setting: &'static str, value: &str, of: fn(&str) -> Option<T>, names: &str) -> Result<T, SettingsError> {
    of(value).ok_or_else(|| refused(setting, value, format!("one of {names}")))
}

/// A number of this range; NaN is in none.
fn number<T: FromStr + PartialOrd + Display>(
    setting: &'static str,
    value: &str,
    range: RangeInclusive<T>,
) -> Result<T, SettingsError> {
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| refused(setting, value, format!("a number from {} to {}", range.start(), range.end())))
}

fn features(value: &str) -> Result<Vec<Feature>, SettingsError> {
    let wanted: Option<Vec<Feature>> = value.split(',').map(Feature::of).collect();
    // Whatever their order in the link, a network sees them in that of the list.
    let chosen =
        |wanted: Vec<Feature>| Feature::ALL.iter().copied().filter(|feature| wanted.contains(feature)).collect();
    wanted.map(chosen).ok_or_else(|| refused("features", value, format!("a list of {}", Feature::names())))
}

fn hidden(value: &str) -> Result<Vec<usize>, SettingsError> {
    let [layers, units] = MOST;
    let sizes: Option<Vec<usize>> = match value {
        "" => Some(Vec::new()),
        _ => value.split(',').map(|size| size.parse().ok().filter(|size| (1..=units).contains(size))).collect(),
    };
    let expected = || refused("layers", value, format!("at most {layers} numbers of units from 1 to {units}"));
    sizes.filter(|sizes| sizes.len() <= layers).ok_or_else(expected)
}

fn drawn(value: &str) -> Result<Vec<Point>, SettingsError> {
    let points: Option<Vec<Point>> = match value {
        "" => Some(Vec::new()),
        _ => value.split(';').map(Point::of).collect(),
    };
    let expected = || {
        let what = "points as x1,x2,class, in hundredths and within the plane";
        refused("drawn", &value.chars().take(60).collect::<String>(), format!("at most {MOST_DRAWN} {what}"))
    };
    points.filter(|points| points.len() <= MOST_DRAWN).ok_or_else(expected)
}
