//! The embedding: a row of a table for each symbol.

use super::{Init, Module, Parameters};
use crate::{MAX_RANK, Param, Scalar, Var};
use rand::Rng;

/// A row of numbers for each symbol: symbols `[batch]` or `[batch, places]`, as [`Tape::labels`](crate::Tape::labels) or whole numbers in an input, become
/// `[batch, width]` or `[batch, places, width]`.
#[derive(Debug)]
pub struct Embedding<F: Scalar = f32> {
    /// The table, `[symbols, width]`.
    pub table: Param<F>,
}

impl<F: Scalar> Embedding<F> {
    /// A table called `name/table` of so many symbols, each with a row of `width` numbers.
    ///
    /// # Panics
    /// If there are no symbols, or the rows are empty.
    #[track_caller]
    pub fn new(name: &str, symbols: usize, width: usize, init: Init, rng: &mut impl Rng) -> Self {
        let can_be = symbols > 0 && width > 0;
        assert!(can_be, "{name}: an embedding has symbols and a width, not {symbols} and {width}");
        // Each symbol picks its row: one input is at work at a time.
        Embedding { table: Param::new(format!("{name}/table"), init.draw::<F, _>((symbols, width), 1, width, rng)) }
    }
}

impl<F: Scalar> Parameters<F> for Embedding<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        visit(&self.table);
    }
}

impl<F: Scalar> Module<F> for Embedding<F> {
    #[track_caller]
    fn forward<'t>(&self, symbols: Var<'t, F>) -> Var<'t, F> {
        let (mut shape, table) = (symbols.shape(), symbols.tape().param(&self.table));
        let rows = table.gather_rows(symbols.reshape([shape.size()]));
        let has_room = shape.rank() < MAX_RANK;
        assert!(has_room, "Embedding: {} has no room for one more axis", symbols.describe_shape());
        shape.push(table.shape()[1]);
        rows.reshape(shape)
    }
}
