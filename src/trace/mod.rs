//! The record that all views replay: the stepper, the web page, the pictures. The one idea to know: **a trace is plain data**, made once from a tape.
//! A view needs neither the tape nor the program, and computes nothing again.
//!
//! - `event`: the events; `node`: the nodes; `digest`: arrays, large ones reduced; `tiles`: arrays that are pictures
//! - `record`: makes a trace from a tape; `slope`: the numbers of local derivatives
//! - `narrate`, `words`: one plain sentence per event; `worked`: formulas with the numbers put in
//! - `files`: finds the program's source text

mod digest;
mod event;
mod files;
mod narrate;
mod node;
mod record;
mod slope;
mod tiles;
mod words;
mod worked;

#[cfg(feature = "json")]
pub(crate) use digest::readable;
pub use digest::{Digest, Reduced};
pub use event::Event;
pub use files::SourceFolders;
pub use node::{Derivative, TraceNode};
pub use tiles::Tiles;
#[cfg(feature = "html")]
pub(crate) use tiles::base64;

/// A computation and its backward passes, in the order in which they happened.
///
/// ```
/// use gradus::prelude::*;
/// let tape = Tape::new();
/// let x = tape.var(3.0).named("x");
/// (x * x).named("y").backward();
/// let sentences = tape.trace().narration();
/// assert_eq!(
///     sentences[3],
///     "[4/6] backward through mul \"y\": gradient arriving 1, local slope b = 3, so 3 flows into \"x\" (1 of its 2 uses)"
/// );
/// assert_eq!(sentences[5], "[6/6] \"x\" was used 2 times, so its gradient is the sum: 3 + 3 = 6");
/// ```
#[must_use = "a trace is seen only where it is read"]
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Trace {
    /// The kind of number: `"f32"` or `"f64"`.
    pub kind: String,
    /// Everything on the tape, in order; a node's place in this list is its index.
    pub nodes: Vec<TraceNode>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl Trace {
    /// The node that holds the gradient of `node` in a pass, numbered from 1; `None` if the pass computed none.
    pub fn gradient(&self, pass: u32, node: usize) -> Option<usize> {
        let holds = |holder: &TraceNode| holder.holds.iter().any(|held| held.pass == pass && held.by == node);
        self.nodes.iter().position(holds)
    }

    /// The places in [`Trace::events`] of the contributions that add up to the gradient of `node` in a pass.
    pub fn contributions(&self, pass: u32, node: usize) -> Vec<usize> {
        let is_one =
            |event: &Event| matches!(*event, Event::Contribution { pass: p, to, .. } if p == pass && to == node);
        (0..self.events.len()).filter(|&place| is_one(&self.events[place])).collect()
    }

    /// The number of backward passes.
    pub fn passes(&self) -> u32 {
        let pass = |event: &Event| if let Event::Seed { pass, .. } = *event { pass } else { 0 };
        self.events.iter().map(pass).max().unwrap_or(0)
    }
}
