//! The lines of the terminal that the view is drawn in.

use super::screen;
use super::training::Training;
use gradus_view::text::wrapped_line;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Position;
use ratatui::text::Text;
use ratatui::widgets::Widget;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::{Result, Stdout, stdout};

pub(super) struct Live<B: Backend = CrosstermBackend<Stdout>> {
    pub(super) terminal: Terminal<B>,
    colour: bool,
}

impl Live {
    pub fn open(colour: bool) -> Result<Self> {
        let viewport = Viewport::Inline(screen::HEIGHT);
        Live::on(CrosstermBackend::new(stdout()), TerminalOptions { viewport }, colour)
    }
}

impl<B: Backend> Live<B> {
    pub fn on(backend: B, options: TerminalOptions, colour: bool) -> std::result::Result<Self, B::Error> {
        Ok(Live { terminal: Terminal::with_options(backend, options)?, colour })
    }

    /// Draws the view. An error of the terminal does not end the training.
    pub fn draw(&mut self, training: &Training) {
        let colour = self.colour;
        let _ = self.terminal.draw(|frame| {
            let area = frame.area();
            screen::draw(training, colour, area, frame.buffer_mut());
            // The cursor is shown, on the empty last line, so that the prompt or a message is printed there.
            frame.set_cursor_position(Position::new(area.x, area.bottom().saturating_sub(1)));
        });
    }

    pub fn say(&mut self, text: &str) {
        let width = usize::from(self.terminal.get_frame().area().width);
        let text = Text::from(text.lines().flat_map(|line| wrapped_line(line, width)).collect::<Vec<_>>().join("\n"));
        let height = text.height() as u16;
        let _ = self.terminal.insert_before(height, |lines| text.render(lines.area, lines));
    }
}
