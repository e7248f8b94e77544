//! The lines of the terminal that the view is drawn in.

use super::screen;
use super::training::Training;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Position;
use ratatui::text::Text;
use ratatui::widgets::Widget;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::{Result, Stdout, stdout};

pub(super) struct Live {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    colour: bool,
}

impl Live {
    pub fn open(colour: bool) -> Result<Self> {
        let viewport = Viewport::Inline(screen::HEIGHT);
        let terminal = Terminal::with_options(CrosstermBackend::new(stdout()), TerminalOptions { viewport })?;
        Ok(Live { terminal, colour })
    }

    /// Draws the view. A terminal that cannot be written to is no reason to end the training.
    pub fn draw(&mut self, training: &Training) {
        let colour = self.colour;
        let _ = self.terminal.draw(|frame| {
            let area = frame.area();
            screen::draw(training, colour, area, frame.buffer_mut());
            // Shown, and on the empty last line: whatever happens next, the prompt or a message is printed there.
            frame.set_cursor_position(Position::new(area.x, area.bottom().saturating_sub(1)));
        });
    }

    pub fn say(&mut self, text: &str) {
        let text = Text::from(text);
        let height = text.height() as u16;
        let _ = self.terminal.insert_before(height, |lines| text.render(lines.area, lines));
    }
}
