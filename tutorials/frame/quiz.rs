//! The questions of a quiz: how one is drawn from a seed, and how an answer to it is judged.
//!
//! The one idea to know: a question is a function of drawn numbers. Its answer, and the answers to which typical slips lead, are computed from the same numbers and
//! never written by hand. Numbers at which a slip leads to the right answer too would test nothing: they are drawn again.

use gradus::data::seeded;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// How often numbers are drawn again until no slip leads to the right answer.
const MOST_DRAWS: u64 = 1_000;
/// Two answers differ if they are further apart than so many units of the last decimal: a reader may be off by one, whichever of the two he means.
const APART: f64 = 2.5;

/// A question, before its numbers are drawn.
pub type Ask = fn(&mut Draw) -> Question;

/// Where a question gets its numbers from.
pub struct Draw {
    generator: ChaCha8Rng,
}

impl Draw {
    /// One of these values.
    ///
    /// # Panics
    /// If there are none.
    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.generator.random_range(0..values.len())]
    }

    /// Brings values into a random order.
    fn shuffle<T>(&mut self, values: &mut [T]) {
        for place in (1..values.len()).rev() {
            values.swap(place, self.generator.random_range(0..=place));
        }
    }
}

/// A question with its numbers, and everything that is needed to judge an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub text: String,
    pub kind: Kind,
}

/// The kinds of questions.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One of several options is right.
    Choice(Vec<Choice>),
    Number(Number),
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub text: String,
    pub is_right: bool,
    /// Why it is right, or what somebody has overlooked who falls for it.
    pub why: String,
}

/// The answer of a question that asks for a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub right: f64,
    /// The number of decimals that are asked for.
    pub decimals: usize,
    /// Why it is right.
    pub why: String,
    /// The numbers to which typical slips lead, each with a sentence.
    pub slips: Vec<(f64, String)>,
}

/// What is to be said about an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    pub is_right: bool,
    /// Why it is right or wrong; `None` if it is wrong, and no typical slip leads to it.
    pub why: Option<String>,
}

impl Question {
    /// A choice: an option that is right and the reason, then those that are wrong, each with what is overlooked by who falls for it.
    pub fn choice(text: impl Into<String>, right: [&str; 2], wrong: &[[&str; 2]]) -> Question {
        let option = |is_right: bool, [text, why]: [&str; 2]| Choice { text: text.into(), is_right, why: why.into() };
        let options = [option(true, right)].into_iter().chain(wrong.iter().map(|&wrong| option(false, wrong)));
        Question { text: text.into(), kind: Kind::Choice(options.collect()) }
    }

    /// A number with so many decimals, why it is right, and the numbers to which slips lead, each with a sentence.
    pub fn number(
        text: impl Into<String>,
        right: f64,
        decimals: usize,
        why: impl Into<String>,
        slips: &[(f64, &str)],
    ) -> Question {
        let slips = slips.iter().map(|&(number, why)| (number, why.to_owned())).collect();
        Question { text: text.into(), kind: Kind::Number(Number { right, decimals, why: why.into(), slips }) }
    }

    /// The question with the numbers, or the order of the options, that belong to this seed and name.
    pub fn drawn(ask: Ask, seed: u64, name: &str) -> Question {
        let seed = seed_of(seed, name);
        let attempt = |attempt: u64| {
            let mut draw = Draw { generator: seeded(seed.wrapping_add(attempt)) };
            let mut question = ask(&mut draw);
            if let Kind::Choice(options) = &mut question.kind {
                draw.shuffle(options);
            }
            question
        };
        (1..MOST_DRAWS).map(attempt).find(Question::tells_slips_apart).unwrap_or_else(|| attempt(0))
    }

    /// Whether the right answer and those of all slips differ by more than the tolerance.
    pub fn tells_slips_apart(&self) -> bool {
        let Kind::Number(number) = &self.kind else { return true };
        let all: Vec<f64> = [number.right].into_iter().chain(number.slips.iter().map(|(slip, _)| *slip)).collect();
        let is_apart =
            |place: usize| all[..place].iter().all(|other| (all[place] - other).abs() > APART * number.tolerance());
        all.iter().all(|number| number.is_finite()) && (0..all.len()).all(is_apart)
    }

    /// The right answer, as somebody would write it: a letter or a number.
    pub fn key(&self) -> String {
        match &self.kind {
            Kind::Choice(options) => options
                .iter()
                .zip(LETTERS)
                .find(|(option, _)| option.is_right)
                .map_or(String::new(), |(_, letter)| letter.into()),
            Kind::Number(number) => format!("{:.*}", number.decimals, number.right),
        }
    }

    /// Why the right answer is right.
    pub fn why(&self) -> &str {
        match &self.kind {
            Kind::Choice(options) => options.iter().find(|option| option.is_right).map_or("", |option| &option.why),
            Kind::Number(number) => &number.why,
        }
    }

    /// Judges an answer.
    ///
    /// # Errors
    /// If it is no answer to this question: what was expected.
    pub fn judge(&self, answer: &str) -> Result<Remark, String> {
        match &self.kind {
            Kind::Choice(options) => {
                let letters = &LETTERS[..options.len().min(LETTERS.len())];
                let found = letters.iter().position(|letter| answer.eq_ignore_ascii_case(letter));
                let option = &options[found.ok_or_else(|| {
                    format!("expected a letter from a to {}, found {answer:?}", letters.last().unwrap_or(&"a"))
                })?];
                Ok(Remark { is_right: option.is_right, why: Some(option.why.clone()) })
            }
            Kind::Number(number) => {
                let given = answer.parse().ok().filter(|given: &f64| given.is_finite());
                let given = given.ok_or_else(|| format!("expected a number such as -0.25, found {answer:?}"))?;
                Ok(number.judge(given))
            }
        }
    }
}

/// The names of options.
pub const LETTERS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

impl Number {
    /// How far off an answer may be: a unit of the last decimal, so that it may be rounded or cut; a whole number must be exact.
    fn tolerance(&self) -> f64 {
        // A little more, since 0.1 is no number of the computer's.
        1.000_001 * if self.decimals == 0 { 1e-6 } else { 0.1_f64.powi(self.decimals as i32) }
    }

    fn judge(&self, given: f64) -> Remark {
        let is = |number: f64| (given - number).abs() <= self.tolerance();
        let slip = || self.slips.iter().find(|(slip, _)| is(*slip)).map(|(_, why)| why.clone());
        match is(self.right) {
            true => Remark { is_right: true, why: Some(self.why.clone()) },
            false => Remark { is_right: false, why: slip() },
        }
    }
}

/// The seed of something with a name, which stays the same whatever else is drawn. (FNV-1a, since the standard library does not promise its hash for ever.)
pub fn seed_of(seed: u64, name: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
