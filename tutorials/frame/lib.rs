//! The frame that all chapters share: flags, the order of what is printed, files, JSON, exit status. A chapter's own
//! program holds only its own idea.

mod chapter;
mod error;
mod flags;
mod judge;
mod output;
mod plot;
mod run;

pub use chapter::{Chapter, Opt, main, run_with};
pub use error::{Error, Result};
pub use judge::Judge;
pub use plot::{Chart, Corner, Curve, Drawing, Figure, Images, Matrix, Panels, Shades, Side, log_log};
pub use run::{Run, default_data};
