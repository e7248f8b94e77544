//! Watch mode: each time an exercise is saved, it is built and judged again; when it is solved, the next one follows.
//!
//! The terminal's settings are not changed: input is whole lines, so there is nothing to restore if the program is interrupted.

use crate::command::checkout::Checkout;
use crate::command::exercises::{hint, next_unsolved};
use crate::command::progress::Progress;
use crate::command::unpack::solution;
use crate::command::{print, workshop};
use frame::{EXERCISES, Exercise, Result};
use std::io::{BufRead, IsTerminal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Interval between two looks at the file. Reading a page of text is cheaper than asking the system for notifications,
/// and it works on every disk and with every editor.
const GLANCE: Duration = Duration::from_millis(100);

/// The event that ends the wait after a judgement.
enum Event {
    Saved,
    Next,
    Quit,
}

/// Watches until everything is solved or the learner quits.
///
/// # Errors
/// If an exercise cannot be read, or cargo cannot be run.
pub fn watch(checkout: &Checkout, first: &'static Exercise) -> Result {
    let keys = lines_of_input();
    let mut exercise = first;
    loop {
        let judged = checkout.read(&checkout.exercise(exercise))?;
        turn_the_page();
        let solved = workshop::judge(checkout, &[exercise], None)?.iter().all(workshop::is_solved);
        let mut progress = Progress::of(checkout)?;
        progress.note_solved(exercise, solved)?;
        let count = EXERCISES.iter().filter(|exercise| progress.has_solved(exercise)).count();
        print(&format!("\n{count} of {} exercises solved. Watching {}", EXERCISES.len(), exercise.file()));
        let next = next_unsolved(&progress, exercise);
        if solved && next.is_none() {
            return Ok(());
        }
        print(&choices(solved, next));
        // If the pipe is closed, nobody would see another judgement.
        if !frame::is_anybody_reading() {
            return Ok(());
        }
        match wait(checkout, exercise, &judged, &keys, solved)? {
            Event::Saved => {}
            Event::Next => exercise = next.unwrap_or(exercise),
            Event::Quit => return Ok(()),
        }
    }
}

fn choices(solved: bool, next: Option<&Exercise>) -> String {
    let next = next.map_or(String::new(), |next| format!("   n: on to {}, {}", next.short_name(), next.title));
    let this = if solved { "s: our solution" } else { "h: a hint" };
    format!("{this}{next}   q: quit   (a letter and Enter)")
}

/// Waits until the exercise is saved with another text than was judged, or a key is pressed.
fn wait(
    checkout: &Checkout,
    exercise: &Exercise,
    judged: &str,
    keys: &Receiver<String>,
    solved: bool,
) -> Result<Event> {
    loop {
        match keys.recv_timeout(GLANCE).as_deref() {
            Ok("q") => return Ok(Event::Quit),
            Ok("n") => return Ok(Event::Next),
            Ok("h") => {
                print(&hint(checkout, exercise)?);
            }
            Ok("s") if solved => {
                print(&solution(checkout, exercise)?);
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            // There is no input: keep watching.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(GLANCE),
        }
        // If it cannot be read, an editor is just replacing it.
        if checkout.read(&checkout.exercise(exercise)).is_ok_and(|text| text != judged) {
            return Ok(Event::Saved);
        }
    }
}

/// Typed lines, in lower case.
fn lines_of_input() -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(std::result::Result::ok) {
            if sender.send(line.trim().to_lowercase()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Clears the screen, if there is a terminal.
fn turn_the_page() {
    if std::io::stdout().is_terminal() {
        print("\x1b[2J\x1b[H");
    }
}
