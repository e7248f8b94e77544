use super::Canvas;
use crate::session::Session;
use ratatui::layout::Rect;
pub(crate) fn draw(_session: &Session, canvas: &mut Canvas, area: Rect) {
    canvas.titled(area, "graph");
}
