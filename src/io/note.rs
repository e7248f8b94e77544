//! What a checkpoint has besides arrays, as JSON.

use super::checkpoint::Progress;
use super::rng::RngState;
use serde_json::{Value, json};

/// The version of the format. A file of a later one is refused.
const VERSION: u64 = 1;

#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    pub(super) progress: Progress,
    pub(super) rngs: Vec<RngState>,
    /// The names of the optimizer's arrays, if there is one.
    pub(super) optimizer: Option<Vec<String>>,
    /// A text of the program that saved it.
    pub(super) text: Option<String>,
}

impl Note {
    pub(super) fn to_json(&self) -> String {
        let Progress { epoch, batch, step } = self.progress;
        json!({
            "checkpoint": VERSION,
            "progress": {"epoch": epoch, "batch": batch, "step": step},
            "rngs": self.rngs.iter().map(RngState::to_json).collect::<Vec<_>>(),
            "optimizer": self.optimizer,
            "text": self.text,
        })
        .to_string()
    }

    /// Reads it; an error says what was found instead.
    pub(super) fn from_json(text: &str) -> Result<Note, String> {
        let note: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match note["checkpoint"].as_u64() {
            Some(VERSION) => Note::read(&note).ok_or_else(|| format!("the metadata {text}")),
            Some(later) => {
                Err(format!("a checkpoint of format {later}; this version of gradus reads format {VERSION}"))
            }
            None => Err("metadata of something else".into()),
        }
    }

    fn read(note: &Value) -> Option<Note> {
        let count = |name: &str| note["progress"][name].as_u64()?.try_into().ok();
        let progress = Progress { epoch: count("epoch")?, batch: count("batch")?, step: count("step")? };
        let rngs = note["rngs"].as_array()?.iter().map(RngState::from_json).collect::<Option<_>>()?;
        let name = |name: &Value| Some(name.as_str()?.to_owned());
        let optimizer = match &note["optimizer"] {
            Value::Null => None,
            names => Some(names.as_array()?.iter().map(name).collect::<Option<_>>()?),
        };
        let text = note["text"].as_str().map(str::to_owned);
        Some(Note { progress, rngs, optimizer, text })
    }
}
