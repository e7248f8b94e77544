//! The loop around a session, on a real terminal. The terminal is always restored: ratatui does it after the loop and in a panic, and signals from
//! outside end the loop.

use crate::action::Action;
use crate::screen;
use crate::session::{Session, Then};
use ratatui::crossterm::event;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How a reader left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// With `q`: the program goes on.
    Quit,
    /// With Ctrl-C, or by a signal: the program ends.
    Interrupted,
}

/// How long to wait for a key before checking for a signal.
const PATIENCE: Duration = Duration::from_millis(200);

pub(crate) fn run(session: &mut Session) -> io::Result<Left> {
    let signalled = Arc::new(AtomicBool::new(false));
    let signals = [SIGINT, SIGTERM].map(|signal| signal_hook::flag::register(signal, Arc::clone(&signalled)));
    let left = ratatui::run(|terminal| {
        loop {
            terminal.draw(|frame| screen::draw(session, frame.area(), frame.buffer_mut()))?;
            while !event::poll(PATIENCE)? {
                if signalled.load(Ordering::Relaxed) {
                    return Ok(Left::Interrupted);
                }
            }
            // Other events (a resize) only draw the screen again.
            let Some(key) = event::read()?.as_key_press_event() else { continue };
            match Action::of(key, session.is_prompting()).map(|action| session.apply(action)) {
                Some(Then::Leave(left)) => return Ok(left),
                Some(Then::GoOn) | None => {}
            }
        }
    });
    for signal in signals.into_iter().flatten() {
        signal_hook::low_level::unregister(signal);
    }
    left
}
