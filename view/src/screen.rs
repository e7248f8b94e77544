//! The places of the panes. Everything fits into 80 by 24; on a larger screen each pane has more room.

use crate::look::Tone;
use crate::panes::{self, Canvas};
use crate::session::{Pane, Session};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// Minimum columns and rows of a screen that shows more than the story.
const SMALLEST: (u16, u16) = (60, 16);

/// Draws everything.
pub(crate) fn draw(session: &mut Session, area: Rect, buffer: &mut Buffer) {
    let mut canvas = Canvas::new(buffer, session.look);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let [story, keys] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        panes::story::draw(session, &mut canvas, story);
        let too_small = canvas.look.say("make the window larger to see the graph; q quits").into_owned();
        canvas.text(keys, &too_small, Tone::Faint);
        return;
    }
    let story_height = (area.height / 6).clamp(4, 9);
    let [header, bands, body, story, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(story_height),
        Constraint::Length(1),
    ])
    .areas(area);
    panes::header::draw(session, &mut canvas, header);
    panes::bands::draw(session, &mut canvas, bands);
    draw_body(session, &mut canvas, body);
    panes::story::draw(session, &mut canvas, story);
    panes::keys::draw(session, &mut canvas, keys);
    if session.help {
        panes::help::draw(&mut canvas, body);
    }
}

fn draw_body(session: &mut Session, canvas: &mut Canvas, body: Rect) {
    match session.large {
        Some(Pane::Graph) => return panes::graph::draw(session, canvas, body),
        Some(Pane::Source) => return panes::source::draw(session, canvas, body),
        Some(Pane::Inspector) => return panes::inspector::draw(session, canvas, body),
        None => {}
    }
    let [left, gap, right] =
        Layout::horizontal([Constraint::Percentage(47), Constraint::Length(1), Constraint::Fill(1)]).areas(body);
    canvas.column(gap);
    let watched = if session.watched.is_empty() { 0 } else { (session.watched.len() as u16 + 1).min(body.height / 3) };
    let [graph, watch] = Layout::vertical([Constraint::Fill(1), Constraint::Length(watched)]).areas(left);
    let [source, inspector] = Layout::vertical([Constraint::Percentage(38), Constraint::Fill(1)]).areas(right);
    panes::graph::draw(session, canvas, graph);
    panes::watch::draw(session, canvas, watch);
    panes::source::draw(session, canvas, source);
    panes::inspector::draw(session, canvas, inspector);
}
