//! The state of a source of random numbers, which is not one itself: it can be copied and kept.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use serde_json::{Value, json};

/// The state that a source of random numbers had at some moment.
///
/// ```
/// use gradus::io::RngState;
/// use gradus::prelude::*;
/// use gradus::data::shuffled;
/// let mut rng = seeded(7);
/// let before = RngState::of(&rng);
/// let order = shuffled(10, &mut rng);
/// assert_eq!(shuffled(10, &mut before.rng()), order);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RngState {
    seed: [u8; 32],
    stream: u64,
    word: u128,
}

impl RngState {
    /// The state of `rng` now.
    pub fn of(rng: &ChaCha8Rng) -> Self {
        RngState { seed: rng.get_seed(), stream: rng.get_stream(), word: rng.get_word_pos() }
    }

    /// A source of random numbers in this state.
    pub fn rng(&self) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.seed);
        // The stream first: setting it goes back to the first word.
        rng.set_stream(self.stream);
        rng.set_word_pos(self.word);
        rng
    }

    /// Numbers of more than 53 bits are text, since many readers of JSON would round them.
    pub(super) fn to_json(&self) -> Value {
        let seed: String = self.seed.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"chacha8": seed, "stream": self.stream.to_string(), "word": self.word.to_string()})
    }

    pub(super) fn from_json(state: &Value) -> Option<Self> {
        let text = |name: &str| state[name].as_str();
        let digits = text("chacha8").filter(|digits| digits.len() == 64 && digits.is_ascii())?;
        let mut seed = [0; 32];
        for (byte, start) in seed.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&digits[start..start + 2], 16).ok()?;
        }
        Some(RngState { seed, stream: text("stream")?.parse().ok()?, word: text("word")?.parse().ok()? })
    }
}

impl From<&ChaCha8Rng> for RngState {
    fn from(rng: &ChaCha8Rng) -> Self {
        RngState::of(rng)
    }
}

impl From<&RngState> for RngState {
    fn from(state: &RngState) -> Self {
        state.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn a_generator_goes_on_from_any_word() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        rng.set_stream(u64::MAX);
        for words in 0..200 {
            let state = RngState::of(&rng);
            let kept = RngState::from_json(&state.to_json());
            assert_eq!(kept, Some(state.clone()));
            let mut same = state.rng();
            assert!(same == rng, "{words} words");
            let mut undisturbed = ChaCha8Rng::seed_from_u64(7);
            undisturbed.set_stream(u64::MAX);
            for _ in 0..words {
                undisturbed.next_u32();
            }
            let ahead = |rng: &mut ChaCha8Rng| (0..100).map(|_| rng.next_u64()).collect::<Vec<_>>();
            assert_eq!(ahead(&mut same), ahead(&mut undisturbed), "{words} words");
            rng.next_u32();
        }
    }
}
