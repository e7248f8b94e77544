//! Where everything in a [`Picture`] goes: plain boxes and paths, in whatever unit the sizes are given. The SVG, the web page and the
//! terminal draw the same layout.
//!
//! The steps, one file each:
//! - `parts`: what has to be placed. A leaf that only one op uses hangs on that op
//! - `columns`: which column each part stands in; every scope has columns of its own where that can be
//! - `grid`: what stands in each column, the places where longer edges pass included
//! - `order`: which of it is above which, so that few edges cross
//! - `ports`: where on a node's side each edge ends
//! - `heights`: how high each part stands, so that edges are straight
//! - `routes`: the paths of the edges, which run between the parts and never through one
//! - `wrap`: what is too long goes on in the next row
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
    /// How wide the drawing is, from 0.
    pub width: i64,
    /// How high it is, from 0 at the top.
    pub height: i64,
    /// The boxes of the nodes.
    pub nodes: Vec<Area>,
    /// The boxes of the scopes.
    pub clusters: Vec<Area>,
    /// The ways of the edges.
    pub edges: Vec<Route>,
}

/// A box with its sides along the axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Its left side.
    pub x: i64,
    /// Its upper side.
    pub y: i64,
    /// How wide it is.
    pub width: i64,
    /// How high it is.
    pub height: i64,
}

/// The way of an edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Its start; then, for each cubic Bézier curve, its two control points and its end. The last point is where the arrow
    /// points.
    pub points: Vec<[i64; 2]>,
    /// The middle of its label.
    pub label: [i64; 2],
    /// The middle of the name of its slot.
    pub slot_name: [i64; 2],
}

/// Sizes and distances, in the unit of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    /// Between columns, at least.
    pub column: i64,
    /// Between nodes in a column.
    pub row: i64,
    /// Between an op and a leaf that hangs on it.
    pub hang: i64,
    /// Between the side of a scope's box and what is inside.
    pub margin: i64,
    /// How much more room there is at the top of a scope's box, for its name.
    pub header: i64,
    /// Between edges that end at the same side of a node.
    pub port: i64,
    /// Between the two lines of an edge on which values go and gradients come back.
    pub pair: i64,
    /// How long the drawing may be from left to right. What is longer goes on in the next row, where no scope is in the way.
    pub longest: i64,
}

/// How much room the texts of a figure take.
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
        let row_starts = wrap::row_starts(&layout, &columns, &grid.spans, spacing);
        if row_starts.is_empty() {
            return layout;
        }
        // What is straight only across rows need not be.
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
