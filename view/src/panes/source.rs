//! The learner's program, with the line that the node was recorded at.

use super::Canvas;
use crate::look::Tone;
use crate::session::Session;
use ratatui::layout::Rect;

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    let Some(node) = session.node().map(|node| &session.trace.nodes[node]) else {
        canvas.titled(area, "program");
        return;
    };
    let area = canvas.titled(area, &node.short_source());
    let Some(lines) = session.sources.lines(&node.file) else {
        let where_from = format!("{} cannot be read here.", node.file);
        return canvas.text(area, &where_from, Tone::Faint);
    };
    let room = usize::from(area.height);
    let active = node.line as usize - 1;
    let first = active.saturating_sub(room / 2).min(lines.len().saturating_sub(room));
    let digits = (first + room).to_string().len();
    let pointer = canvas.look.pick('▶', '>');
    // If there is little room, the indent that all shown lines share is left out.
    let indent_of = |line: &String| line.len() - line.trim_start().len();
    let filled = lines.iter().skip(first).take(room).filter(|line| !line.is_empty());
    let indent = filled.map(indent_of).min().unwrap_or(0);
    let dedented = |line: &String| line.get(indent..).unwrap_or_default().to_owned();
    let shown = lines.iter().enumerate().skip(first).take(room).map(|(index, line)| {
        let number = format!("{:digits$} ", index + 1);
        match index == active {
            true => vec![(format!("{pointer}{number}"), Tone::Heading), (dedented(line), Tone::Heading)],
            false => vec![(format!(" {number}"), Tone::Faint), (dedented(line), Tone::Plain)],
        }
    });
    let shown: Vec<_> = shown.collect();
    canvas.lines(area, &shown, 0);
}
