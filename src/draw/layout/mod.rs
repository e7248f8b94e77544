//! The places of everything in a [`Picture`]: plain boxes and paths, in the unit of the given sizes. The SVG, the web page and the terminal draw the
//! same layout.
//!
//! The steps, one file each:
//! - `parts`: the parts that have to be placed. A leaf that only one op uses hangs on that op
//! - `columns`: the column of each part; every scope has columns of its own, if possible
//! - `grid`: the contents of each column, with the places where longer edges pass
//! - `order`: the order within each column, chosen so that few edges cross
//! - `ports`: the place on a node's side where each edge ends
//! - `heights`: the height of each part, chosen so that edges are straight
//! - `routes`: the paths of the edges, which run between the parts and never through one
//! - `wrap`: continues a drawing that is too long in the next row
//! - `simplex`: the method by which columns and heights are found
//!
//! The first column is to the left, and the forward pass runs to the right. A layout from top to bottom is the same with x and y
//! exchanged.

mod columns;
mod grid;
mod heights;
mod order;
mod parts;
mod ports;
mod routes;
mod simplex;
mod wrap;

use super::options::Direction;
use super::picture::{Picture, PictureNode};

/// Where everything goes. The lists run parallel to those of the [`Picture`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The width of the drawing, from 0.
    pub width: i64,
    /// The height of the drawing, from 0 at the top.
    pub height: i64,
    /// The boxes of the nodes.
    pub nodes: Vec<Area>,
    /// The boxes of the scopes.
    pub clusters: Vec<Area>,
    /// The paths of the edges.
    pub edges: Vec<Route>,
}

/// A box with its sides along the axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Its left side.
    pub x: i64,
    /// Its upper side.
    pub y: i64,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
}

/// The path of an edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Its start; then, for each cubic Bézier curve, its two control points and its end. The arrow points at the last point.
    pub points: Vec<[i64; 2]>,
    /// The middle of its label.
    pub label: [i64; 2],
    /// The middle of the name of its slot.
    pub slot_name: [i64; 2],
}

/// Sizes and distances, in the unit of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    /// The least distance between columns.
    pub column: i64,
    /// The distance between nodes in a column.
    pub row: i64,
    /// The distance between an op and a leaf that hangs on it.
    pub hang: i64,
    /// The distance between the side of a scope's box and its contents.
    pub margin: i64,
    /// The additional room at the top of a scope's box, for its name.
    pub header: i64,
    /// The distance between edges that end at the same side of a node.
    pub port: i64,
    /// The distance between the two lines of an edge: one for the value, one for its gradient.
    pub pair: i64,
    /// Maximum length of the drawing from left to right. A longer one continues in the next row, if no scope is in the way.
    pub longest: i64,
}

/// Measures the texts of a figure.
pub trait Measure {
    /// The width and height of a node.
    fn node(&self, node: &PictureNode) -> [i64; 2];
    /// The width and height of a text beside an edge.
    fn label(&self, text: &str) -> [i64; 2];
}

impl Layout {
    /// Lays a figure out.
    pub fn of(picture: &Picture, direction: Direction, spacing: &Spacing, measure: &impl Measure) -> Layout {
        let turned = direction == Direction::TopToBottom;
        let turn = |[a, b]: [i64; 2]| if turned { [b, a] } else { [a, b] };
        let mut parts = parts::Parts::of(
            picture,
            spacing,
            |node| turn(measure.node(node)),
            |text| if text.is_empty() { [0, 0] } else { turn(measure.label(text)) },
        );
        // The name of a scope is above what is in it, or, with x and y exchanged, to its left.
        let [header_left, header_above] = turn([0, spacing.header]);
        let columns = columns::assign(&parts);
        let mut grid = grid::Grid::of(&parts, &columns);
        order::arrange(&mut grid, &parts, spacing);
        ports::make_room(&mut parts, &grid, spacing);
        let ports = ports::assign(&parts, &grid, spacing);
        let draw = |row_starts: &[usize]| {
            let heights = heights::assign(&parts, &grid, &ports, spacing, row_starts, header_above);
            routes::Drawing {
                parts: &parts,
                grid: &grid,
                ports: &ports,
                heights: &heights,
                spacing,
                header: header_left,
                row_starts,
            }
            .layout()
        };
        let (layout, columns) = draw(&[]);
        if turned {
            return layout.transposed();
        }
        let row_starts = wrap::row_starts(&layout, &columns, &grid, spacing);
        if row_starts.is_empty() {
            return layout;
        }
        // Links from row to row need not be straight.
        let (layout, columns) = draw(&row_starts);
        wrap::wrap(&layout, &columns, &row_starts, spacing)
    }

    fn transposed(self) -> Layout {
        let area = |area: Area| Area { x: area.y, y: area.x, width: area.height, height: area.width };
        let point = |[x, y]: [i64; 2]| [y, x];
        let route = |route: Route| Route {
            points: route.points.into_iter().map(point).collect(),
            label: point(route.label),
            slot_name: point(route.slot_name),
        };
        Layout {
            width: self.height,
            height: self.width,
            nodes: self.nodes.into_iter().map(area).collect(),
            clusters: self.clusters.into_iter().map(area).collect(),
            edges: self.edges.into_iter().map(route).collect(),
        }
    }
}
