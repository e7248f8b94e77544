//! The frame that all chapters share: flags, the order of the output, files, JSON, exit status; and the judge that all
//! exercises share. A chapter's own program holds only its own idea.
#![deny(unsafe_code)]

mod allocations;
mod chapter;
mod comparison;
mod digits;
mod error;
mod exercises;
pub mod files;
mod flags;
mod form;
mod guess;
mod judge;
mod keep;
mod language;
mod output;
mod place;
mod plot;
mod quiz;
mod run;
mod source;
mod watch;
mod whereabouts;

pub use allocations::{Allocations, count_allocations};
pub use chapter::{Chapter, Opt, compare_with, main, run_with};
pub use comparison::{Comparison, Origin};
pub use digits::{Carried, carried_digits, carry_digits, default_data, mnist};
pub use error::{Error, Result};
pub use exercises::{EXERCISES, Exercise};
pub use flags::{chapter_command, obey, parsed};
pub use guess::ask;
pub use judge::{Case, JSON_VARIABLE, Judge, Judgement, Numbers, SEED_VARIABLE, breach, essence};
pub use keep::Kept;
pub use language::{arguments, catalog, pass_on, say};
pub use output::{WIDEST, complain, ended, is_anybody_reading, is_prose_on_stderr, note, print, print_after};
pub use place::Document;
pub use plot::{Chart, Corner, Drawing, Figure, Images, Matrix, Panels, Shades, Side};
pub use quiz::{Ask, Choice, Draw, Kind, LETTERS, Number, Question, Remark, seed_of};
pub use run::Run;
pub use source::Source;
pub use watch::Watch;
pub use whereabouts::{EXERCISES_PACKAGE, as_installed, as_typed, course_around};
