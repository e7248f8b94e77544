//! The order of the course: its chapters, what the learner has done, and what is next.

use crate::command::checkout::Checkout;
use crate::command::progress::Progress;
use crate::{CHAPTERS, Story};
use frame::{Chapter, EXERCISES, Exercise, Result, as_typed, say};

/// The next step of a learner.
pub enum Step {
    Run(&'static Chapter, Story),
    Solve(&'static Exercise),
    /// Everything is done.
    Rest,
}

/// The next step: each chapter is run, then its exercise is solved, then comes the next one.
pub fn next(progress: &Progress) -> Step {
    for (chapter, story) in CHAPTERS {
        if !progress.has_run(chapter.slug) {
            return Step::Run(chapter, story);
        }
        if let Some(exercise) = Exercise::of(chapter.slug).filter(|exercise| !progress.has_solved(exercise)) {
            return Step::Solve(exercise);
        }
    }
    Step::Rest
}

/// The chapters with what was done of them, for `gradus list`.
///
/// # Errors
/// If the progress cannot be read.
pub fn list(checkout: Option<&Checkout>) -> Result<String> {
    let progress = checkout.map(Progress::of).transpose()?;
    let tick = |done: bool| if done { "✓" } else { "·" };
    let widest = CHAPTERS.iter().map(|(chapter, _)| chapter.title.chars().count()).max().unwrap_or(0);
    let row = |run: &str, solved: &str, name: &str, title: &str, times: [&str; 3]| {
        let [reading, running, solving] = times;
        format!("{run:4}  {solved:6}  {name:4}  {title:widest$}  {reading:>7}  {running:>7}  {solving:>8}")
    };
    let mut lines = vec![row("run", "solved", "", "", ["reading", "running", "exercise"])];
    for (chapter, _) in CHAPTERS {
        let exercise = Exercise::of(chapter.slug);
        let run = progress.as_ref().is_some_and(|progress| progress.has_run(chapter.slug));
        let solved = exercise.is_some_and(|exercise| progress.as_ref().is_some_and(|p| p.has_solved(exercise)));
        let reading = checkout.map_or(String::new(), |checkout| reading(checkout, chapter));
        let solving = exercise.map_or(String::new(), |exercise| format!("{} min", exercise.minutes));
        let (run, solved) = (format!(" {}", tick(run)), format!("  {}", tick(solved)));
        lines.push(row(&run, &solved, &chapter.short_name(), chapter.title, [&reading, chapter.time, &solving]));
    }
    lines.push(String::new());
    lines.push(
        progress.as_ref().map_or_else(|| as_typed(&say("Run one with: cargo run --release -- ch02")), what_is_next),
    );
    Ok(lines.join("\n"))
}

/// One or two lines that say what to do.
pub fn what_is_next(progress: &Progress) -> String {
    let text = match next(progress) {
        Step::Run(chapter, _) => format!(
            "Next: {}, {}. Read tutorials/{}/README.md, then\n      cargo run --release -- {}",
            chapter.short_name(),
            chapter.title,
            chapter.binary(),
            chapter.short_name()
        ),
        Step::Solve(exercise) => format!(
            "Next: the exercise of {}, {}. Open {}, and run\n      cargo run --release -- exercises watch {}{}",
            exercise.short_name(),
            exercise.title,
            exercise.file(),
            exercise.short_name(),
            without_it(exercise)
        ),
        Step::Rest => format!("Done: all chapters run, all {} exercises solved.", EXERCISES.len()),
    };
    as_typed(&say(&text))
}

/// How to go on without solving an exercise.
fn without_it(exercise: &Exercise) -> String {
    let after = CHAPTERS.iter().skip_while(|(chapter, _)| chapter.slug != exercise.chapter).nth(1);
    after.map_or(String::new(), |(chapter, _)| {
        let name = chapter.short_name();
        format!(
            "\nStuck? cargo run --release -- exercises hint {}\nOr leave it for later: cargo run --release -- {name}",
            exercise.short_name()
        )
    })
}

/// How long a chapter's text takes to read, at 200 words a minute.
fn reading(checkout: &Checkout, chapter: &Chapter) -> String {
    let text = checkout.root().join("tutorials").join(chapter.binary()).join("README.md");
    let words = checkout.read(&text).map_or(0, |text| text.split_whitespace().count());
    if words == 0 { String::new() } else { format!("{} min", words.div_ceil(200)) }
}
