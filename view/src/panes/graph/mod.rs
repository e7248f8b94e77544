//! The graph: every node with a mark for its progress, every edge in the colour of what has flowed along it. It runs from top to bottom. If it is
//! larger than the pane, the node of the step is kept in sight.

mod figure;
mod numbers;
mod wires;

pub(crate) use figure::Figure;

use super::Canvas;
use crate::look::{NodeState, Tone};
use crate::session::Session;
use crate::text::{characters, cut, width};
use figure::{Shown, Wire};
use gradus::draw::Kind;
use gradus::trace::Event;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use wires::{Ink, Sheet};

pub(crate) fn draw(session: &mut Session, canvas: &mut Canvas, area: Rect) {
    if area.height < 2 || session.event().is_none() {
        canvas.titled(area, "graph");
        return;
    }
    let pane = i64::from(area.width);
    let figure = match session.figure.take() {
        Some(figure) if figure.is_for(session, pane) => figure,
        _ => Figure::of(session, pane),
    };
    let title = figure.left_out().map_or("graph".to_owned(), |left_out| format!("graph: {left_out}"));
    let area = canvas.titled(area, &title);
    Painter { session, figure: &figure, area, corner: corner(session, &figure, area) }.paint(canvas);
    session.figure = Some(figure);
}

/// The place of the figure that the upper left corner of the pane shows.
fn corner(session: &Session, figure: &Figure, area: Rect) -> [i64; 2] {
    let focus = session.node().and_then(|node| figure.place_of(node));
    let along = |room: u16, size: i64, middle: i64| {
        let room = i64::from(room);
        // A figure that fits is centred; a larger one is moved so that the node in question is in the middle.
        if size <= room { (size - room) / 2 } else { (middle - room / 2).clamp(0, size - room) }
    };
    let [x, y] = focus.map_or([0, 0], |shown| [shown.area.x + shown.area.width / 2, shown.area.y]);
    [along(area.width, figure.width, x), along(area.height, figure.height, y)]
}

struct Painter<'f, 's, 'a> {
    session: &'s Session<'a>,
    figure: &'f Figure,
    area: Rect,
    corner: [i64; 2],
}

impl Painter<'_, '_, '_> {
    fn paint(&self, canvas: &mut Canvas) {
        let mut sheet = Sheet::new(self.figure.width + 1, self.figure.height + 1);
        for (_, area) in &self.figure.scopes {
            let [left, top, right, bottom] = [area.x, area.y, area.x + area.width - 1, area.y + area.height - 1];
            let corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
            corners.windows(2).for_each(|side| sheet.line(side[0], side[1], Ink::Frame));
        }
        // The most important lines are drawn last, on top.
        let mut wires: Vec<(Ink, &Wire)> = self.figure.wires.iter().map(|wire| (self.ink(wire), wire)).collect();
        wires.sort_by_key(|(ink, _)| *ink);
        for (ink, wire) in wires {
            draw_wire(&mut sheet, wire, ink);
        }
        for y in 0..=self.figure.height {
            for x in 0..=self.figure.width {
                if let (Some((c, tone)), Some([column, row])) =
                    (sheet.character([x, y], canvas.look), self.on_screen([x, y]))
                {
                    canvas.put(column, row, c, tone.style());
                }
            }
        }
        for (name, area) in &self.figure.scopes {
            // The name stands in the upper side of its box, between two blanks, and leaves the corners.
            let room = (area.width - 4).max(0) as usize;
            let (name, ellipsis) = (canvas.look.text(name), canvas.look.ellipsis());
            let name = match room {
                0..4 => cut(&name, room, ellipsis),
                _ => format!(" {} ", cut(&name, room - 2, ellipsis)),
            };
            self.text(canvas, [area.x + 2, area.y], &name, Tone::Faint, Modifier::BOLD);
        }
        for shown in &self.figure.nodes {
            self.node(canvas, shown);
        }
    }

    /// The place on the screen of a place in the figure, if it is in the pane.
    fn on_screen(&self, [x, y]: [i64; 2]) -> Option<[u16; 2]> {
        let column = u16::try_from(x - self.corner[0]).ok().filter(|&column| column < self.area.width)?;
        let row = u16::try_from(y - self.corner[1]).ok().filter(|&row| row < self.area.height)?;
        Some([self.area.x + column, self.area.y + row])
    }

    /// The state of a line: that of its edge with the most progress.
    fn ink(&self, wire: &Wire) -> Ink {
        wire.edges.iter().map(|&edge| self.ink_of_edge(edge)).max().unwrap_or_default()
    }

    fn ink_of_edge(&self, (operand, node, slot): (usize, usize, usize)) -> Ink {
        let session = self.session;
        let is_this = |event: &Event| {
            matches!(*event, Event::Contribution { from, slot: s, to, pass, .. }
                if from == node && s == slot && to == operand && pass == session.pass())
        };
        let arrived = || {
            let gradient = session.timeline.gradient(session.pass(), operand);
            gradient.is_some_and(|gradient| {
                let mut here = gradient.contributions.iter().filter(|&&place| place <= session.place);
                here.any(|&place| is_this(&session.trace.events[place]))
            })
        };
        match session.event() {
            Some(&Event::Forward { node: computed }) if computed == node => Ink::FlowingForward,
            Some(event) if is_this(event) => Ink::FlowingBackward,
            _ if arrived() => Ink::Backward,
            _ if session.is_computed(node) => Ink::Forward,
            _ => Ink::Waiting,
        }
    }

    fn node(&self, canvas: &mut Canvas, shown: &Shown) {
        let session = self.session;
        let state = self.state(shown);
        let [open, close] = match shown.kind {
            Kind::Op => ['[', ']'],
            Kind::Param | Kind::Var => ['(', ')'],
            Kind::Scope => ['{', '}'],
            _ => ['<', '>'],
        };
        let is_in = |node: Option<usize>| node.is_some_and(|node| shown.members.contains(&node));
        let mut modifier = Modifier::empty();
        if is_in(session.active()) {
            modifier |= Modifier::REVERSED | Modifier::BOLD;
        }
        if session.is_pinned() && is_in(session.node()) {
            modifier |= Modifier::UNDERLINED | Modifier::BOLD;
        }
        let mark = canvas.look.mark(state);
        let number = match shown.members[..] {
            [node] if shown.room > 0 => numbers::now(session, node).unwrap_or_default(),
            _ => String::new(),
        };
        // What is not known yet leaves its room empty, so that nothing moves when it is.
        let label = format!("{} {number}", shown.label);
        let cells = width(&shown.label) + shown.room;
        let text = format!("{mark}{open}{}{close}", filled(label.trim_end(), cells));
        let is_faulty = shown.members.iter().any(|&node| session.trace.nodes[node].fault.is_some());
        let tone = if is_faulty { Tone::Bad } else { state.tone() };
        self.text(canvas, [shown.area.x, shown.area.y], &text, tone, modifier);
    }

    /// The progress of a node; for a folded scope, that of its last node in the direction of the phase.
    fn state(&self, shown: &Shown) -> NodeState {
        let states: Vec<NodeState> = shown.members.iter().map(|&node| self.session.state(node)).collect();
        let all = |state: NodeState| states.iter().all(|&other| other == state);
        match &states[..] {
            [state] => *state,
            _ if all(NodeState::Waiting) => NodeState::Waiting,
            states if states.contains(&NodeState::Partly) => NodeState::Partly,
            states if states.contains(&NodeState::Wholly) => {
                let differentiated = |&node: &usize| {
                    self.session.timeline.gradient(self.session.pass(), node).is_none()
                        || self.session.state(node) == NodeState::Wholly
                };
                if shown.members.iter().all(differentiated) { NodeState::Wholly } else { NodeState::Partly }
            }
            _ => NodeState::Computed,
        }
    }

    /// A text that begins at a place of the figure; what is outside the pane is cut.
    fn text(&self, canvas: &mut Canvas, [x, y]: [i64; 2], text: &str, tone: Tone, modifier: Modifier) {
        let style = tone.style().add_modifier(modifier);
        let mut x = x;
        for (character, cells) in characters(&canvas.look.text(text)) {
            let (begin, end) = (self.on_screen([x, y]), self.on_screen([x + cells as i64 - 1, y]));
            match (begin, end) {
                (Some([column, row]), Some(_)) => canvas.put_wide(column, row, character, cells as u16, style),
                // Only half of a wide character fits at the edge of the pane: a blank replaces it.
                (Some([column, row]), None) | (None, Some([column, row])) => canvas.put(column, row, ' ', style),
                (None, None) => {}
            }
            x += cells as i64;
        }
    }
}

/// Draws a line along its route: down (or up), across, and on, from each point that the layout gives to the next.
fn draw_wire(sheet: &mut Sheet, wire: &Wire, ink: Ink) {
    let mut points: Vec<[i64; 2]> = wire.route.points.iter().copied().step_by(3).collect();
    let [first, .., last] = points[..] else { return };
    let [right, down] = [(last[0] - first[0]).signum(), (last[1] - first[1]).signum()];
    // A box begins in the cell of its first point and ends in the one before its last: so the line has its ends in the cells between.
    let (start, end, before, behind) = match down {
        0 => (first, [last[0] - right, last[1]], [first[0] - right, first[1]], last),
        1 => (first, [last[0], last[1] - 1], [first[0], first[1] - 1], last),
        _ => ([first[0], first[1] - 1], last, first, [last[0], last[1] - 1]),
    };
    let count = points.len();
    (points[0], points[count - 1]) = (start, end);
    for (place, pair) in points.windows(2).enumerate() {
        let [at, next] = [pair[0], pair[1]];
        // Across in the row above the lower of the two: there is no node.
        let corner = match down {
            0 => at[1],
            1 if place + 2 == count => next[1].max(at[1]) - i64::from(next[1] > at[1]),
            1 => (next[1] - 1).max(at[1]),
            _ if place == 0 => at[1],
            _ => (at[1] - 1).max(next[1]),
        };
        sheet.line(at, [at[0], corner], ink);
        sheet.line([at[0], corner], [next[0], corner], ink);
        sheet.line([next[0], corner], next, ink);
    }
    sheet.open(start, before, ink);
    sheet.open(end, behind, ink);
    match ink {
        Ink::FlowingForward => sheet.arrow(end, behind),
        Ink::FlowingBackward => sheet.arrow(start, before),
        _ => {}
    }
}

/// A text with blanks behind it, up to this number of cells.
fn filled(text: &str, cells: usize) -> String {
    text.to_owned() + &" ".repeat(cells.saturating_sub(width(text)))
}
