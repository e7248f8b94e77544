//! Lines made of characters. The one idea to know: **every cell notes in which directions lines leave it**, and the character follows
//! from that, so lines that meet or cross join by themselves.

use crate::look::{Look, Tone};

const UP: u8 = 1;
const RIGHT: u8 = 2;
const DOWN: u8 = 4;
const LEFT: u8 = 8;

/// The kind of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Ink {
    #[default]
    None,
    /// A scope's box.
    Frame,
    /// An edge along which nothing has flowed yet.
    Waiting,
    /// An edge along which a value has flowed.
    Forward,
    /// An edge along which a gradient has flowed.
    Backward,
    /// An edge along which a value flows in this step.
    FlowingForward,
    FlowingBackward,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    directions: u8,
    ink: Ink,
    arrow: Option<(char, char)>,
}

/// A sheet to draw lines on.
pub(super) struct Sheet {
    width: i64,
    height: i64,
    cells: Vec<Cell>,
}

impl Sheet {
    pub(super) fn new(width: i64, height: i64) -> Self {
        Sheet { width, height, cells: vec![Cell::default(); (width * height).max(0) as usize] }
    }

    fn cell(&mut self, [x, y]: [i64; 2]) -> Option<&mut Cell> {
        let is_inside = (0..self.width).contains(&x) && (0..self.height).contains(&y);
        is_inside.then(|| &mut self.cells[(y * self.width + x) as usize])
    }

    fn mark(&mut self, at: [i64; 2], direction: u8, ink: Ink) {
        if let Some(cell) = self.cell(at) {
            // A line on top of a frame hides it, so that a box is not mistaken for a connection.
            cell.directions =
                if cell.ink == Ink::Frame && ink != Ink::Frame { direction } else { cell.directions | direction };
            cell.ink = cell.ink.max(ink);
        }
    }

    /// Draws from point to point, across or down.
    pub(super) fn line(&mut self, from: [i64; 2], to: [i64; 2], ink: Ink) {
        let [mut x, mut y] = from;
        let (dx, dy) = ((to[0] - x).signum(), (to[1] - y).signum());
        while [x, y] != to {
            let (leaving, entering, next) = match (x != to[0], dx, dy) {
                (true, 1, _) => (RIGHT, LEFT, [x + 1, y]),
                (true, _, _) => (LEFT, RIGHT, [x - 1, y]),
                (false, _, 1) => (DOWN, UP, [x, y + 1]),
                (false, _, _) => (UP, DOWN, [x, y - 1]),
            };
            self.mark([x, y], leaving, ink);
            self.mark(next, entering, ink);
            [x, y] = next;
        }
    }

    /// Opens a cell to a node above or below it, or beside it.
    pub(super) fn open(&mut self, at: [i64; 2], towards: [i64; 2], ink: Ink) {
        let direction = match [(towards[0] - at[0]).signum(), (towards[1] - at[1]).signum()] {
            [0, -1] => UP,
            [1, _] => RIGHT,
            [-1, _] => LEFT,
            _ => DOWN,
        };
        self.mark(at, direction, ink);
    }

    /// Puts an arrow into a cell that points towards a node beside it.
    pub(super) fn arrow(&mut self, at: [i64; 2], towards: [i64; 2]) {
        let arrow = match [(towards[0] - at[0]).signum(), (towards[1] - at[1]).signum()] {
            [0, -1] => ('▲', '^'),
            [1, _] => ('▶', '>'),
            [-1, _] => ('◀', '<'),
            _ => ('▼', 'v'),
        };
        if let Some(cell) = self.cell(at) {
            cell.arrow = Some(arrow);
        }
    }

    /// The character at a place, and its style.
    pub(super) fn character(&self, [x, y]: [i64; 2], look: Look) -> Option<(char, Tone)> {
        let cell = self.cells.get((y * self.width + x) as usize).filter(|_| x < self.width)?;
        let tone = match cell.ink {
            Ink::None => return None,
            Ink::Frame | Ink::Waiting => Tone::Faint,
            Ink::Forward | Ink::FlowingForward => Tone::Forward,
            Ink::Backward | Ink::FlowingBackward => Tone::Backward,
        };
        if let Some((unicode, ascii)) = cell.arrow {
            return Some((look.pick(unicode, ascii), tone));
        }
        Some((if look.ascii { in_ascii(*cell) } else { in_unicode(*cell) }, tone))
    }
}

fn in_unicode(cell: Cell) -> char {
    const LIGHT: [char; 16] = [' ', '╵', '╶', '└', '╷', '│', '┌', '├', '╴', '┘', '─', '┴', '┐', '┤', '┬', '┼'];
    const HEAVY: [char; 16] = [' ', '╹', '╺', '┗', '╻', '┃', '┏', '┣', '╸', '┛', '━', '┻', '┓', '┫', '┳', '╋'];
    let is_upright = cell.directions == UP | DOWN;
    let is_level = cell.directions == LEFT | RIGHT;
    match cell.ink {
        Ink::FlowingForward => HEAVY[usize::from(cell.directions)],
        Ink::FlowingBackward if is_upright => '┇',
        Ink::FlowingBackward if is_level => '┅',
        Ink::FlowingBackward => HEAVY[usize::from(cell.directions)],
        Ink::Backward if is_upright => '┆',
        Ink::Backward if is_level => '┄',
        _ => LIGHT[usize::from(cell.directions)],
    }
}

fn in_ascii(cell: Cell) -> char {
    let is_upright = cell.directions & !(UP | DOWN) == 0;
    let is_level = cell.directions & !(LEFT | RIGHT) == 0;
    match cell.ink {
        Ink::Frame if is_upright => ':',
        Ink::Frame => '.',
        Ink::FlowingForward | Ink::FlowingBackward if is_level => '=',
        Ink::FlowingForward | Ink::FlowingBackward if is_upright => '#',
        Ink::Backward if is_upright => '!',
        Ink::Backward if is_level => '~',
        _ if is_upright => '|',
        _ if is_level => '-',
        _ => '+',
    }
}
