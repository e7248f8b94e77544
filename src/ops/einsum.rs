//! Sums of products over axes that have names, as NumPy's einsum. It is a composition of other ops, so it can be differentiated to any order: the product
//! of two operands is a product of matrices, their axes brought into an order that allows it; or, if no axis is summed, a product of elements.

use super::equation::Equation;
use crate::{Axes, MAX_RANK, Scalar, Shape, Var};
use std::iter::repeat_n;

/// An array whose axes have names.
struct Named<'t, F: Scalar> {
    array: Var<'t, F>,
    axes: Vec<char>,
}

impl<'t, F: Scalar> Named<'t, F> {
    fn length(&self, index: char) -> usize {
        let axis = self.axes.iter().position(|&axis| axis == index).expect("an axis of this array");
        self.array.shape()[axis]
    }

    fn lengths(&self, axes: &[char]) -> Vec<usize> {
        axes.iter().map(|&index| self.length(index)).collect()
    }

    /// Its axes that `others` have, too; and those that they do not have.
    fn shared_with(&self, others: &[char]) -> (Vec<char>, Vec<char>) {
        self.axes.iter().copied().partition(|index| others.contains(index))
    }

    /// An axis that has the same name as an earlier one, with that one.
    fn repeated(&self) -> Option<(usize, usize)> {
        let earlier = |axis: usize| self.axes[..axis].iter().position(|&index| index == self.axes[axis]);
        (1..self.axes.len()).find_map(|axis| earlier(axis).map(|first| (first, axis)))
    }

    /// Of axes with the same name, the elements whose indices along them are equal.
    #[track_caller]
    fn on_its_diagonals(mut self) -> Self {
        while let Some((first, second)) = self.repeated() {
            let shape = self.array.shape();
            let others: Vec<usize> = (0..shape.rank()).filter(|axis| ![first, second].contains(axis)).collect();
            let order = [&others[..], &[first, second]].concat();
            // The diagonal of a matrix [n, n] is every (n + 1)th of its numbers.
            let n = shape[first];
            let lengths: Vec<usize> = others.iter().map(|&axis| shape[axis]).chain([n * n]).collect();
            let matrices = if order.is_sorted() { self.array } else { self.array.permute(&order) };
            self.array = matrices.reshape(Shape::new(&lengths)).along(others.len(), 0, n * n, n as isize + 1);
            self.axes = order[..=others.len()].iter().map(|&axis| self.axes[axis]).collect();
        }
        self
    }

    /// Summed over the axes that are not needed.
    #[track_caller]
    fn summed_but(self, needed: &[char]) -> Self {
        let (axes, _) = self.shared_with(needed);
        if axes.len() == self.axes.len() {
            return self;
        }
        let summed: Axes = (0..self.axes.len()).filter(|&axis| !needed.contains(&self.axes[axis])).collect();
        Named { array: self.array.sum_axes(summed), axes }
    }

    /// The array with its axes in this order.
    #[track_caller]
    fn ordered(&self, axes: &[char]) -> Var<'t, F> {
        if self.axes == axes {
            return self.array;
        }
        let place = |index| self.axes.iter().position(|axis| axis == index).expect("an axis of this array");
        let order: Vec<usize> = axes.iter().map(place).collect();
        self.array.permute(&order)
    }

    /// The product with `other`, summed over the axes that are not needed.
    #[track_caller]
    fn times(&self, other: &Self, needed: &[char]) -> Self {
        let (common, rows) = self.shared_with(&other.axes);
        let columns = other.shared_with(&self.axes).1;
        let (batch, summed): (Vec<char>, Vec<char>) = common.into_iter().partition(|index| needed.contains(index));
        let product = match summed.is_empty() {
            true => self.times_each(other, &batch, &rows, &columns),
            false => self.times_matrix(other, &batch, &rows, &columns, &summed),
        };
        let axes = [batch, rows, columns].concat();
        let lengths: Vec<usize> =
            axes.iter().map(|&axis| if self.axes.contains(&axis) { self } else { other }.length(axis)).collect();
        Named { array: product.reshape(Shape::new(&lengths)), axes }
    }

    /// Each element of one with each of the other, for each index of the batch.
    #[track_caller]
    fn times_each(&self, other: &Self, batch: &[char], rows: &[char], columns: &[char]) -> Var<'t, F> {
        let before = self.lengths(&[batch, rows].concat()).into_iter().chain(repeat_n(1, columns.len()));
        let across = self.lengths(batch).into_iter().chain(repeat_n(1, rows.len())).chain(other.lengths(columns));
        let (a, b) = (self.ordered(&[batch, rows].concat()), other.ordered(&[batch, columns].concat()));
        let [before, across] = [before.collect::<Vec<_>>(), across.collect()].map(|lengths| Shape::new(&lengths));
        a.reshape(before) * b.reshape(across)
    }

    /// A product of matrices for each index of the batch.
    #[track_caller]
    fn times_matrix(
        &self,
        other: &Self,
        batch: &[char],
        rows: &[char],
        columns: &[char],
        summed: &[char],
    ) -> Var<'t, F> {
        let b_is_transposed = other.axes != [batch, summed, columns].concat();
        let is = |axes: [&[char]; 3]| self.axes == axes.concat();
        let a_is_transposed = !b_is_transposed && is([batch, summed, rows]) && !is([batch, rows, summed]);
        let (mut of_a, mut of_b) = ([rows, summed], [summed, columns]);
        if a_is_transposed {
            of_a.reverse();
        }
        if b_is_transposed {
            of_b.reverse();
        }
        let are_matrices = [rows, columns, summed].iter().all(|group| group.len() == 1);
        let a = self.as_matrices(batch, of_a, are_matrices);
        let b = other.as_matrices(batch, of_b, are_matrices);
        match (a_is_transposed, b_is_transposed) {
            (true, _) => a.matmul_tn(b),
            (false, true) => a.matmul_nt(b),
            (false, false) => a.matmul(b),
        }
    }

    /// The array with its axes in the order of a batch of matrices; and, unless `are_matrices`, each of the groups of axes made one.
    #[track_caller]
    fn as_matrices(&self, batch: &[char], matrix: [&[char]; 2], are_matrices: bool) -> Var<'t, F> {
        let array = self.ordered(&[batch, matrix[0], matrix[1]].concat());
        if are_matrices {
            return array;
        }
        let groups = [batch, matrix[0], matrix[1]].into_iter().skip(usize::from(batch.is_empty()));
        let lengths: Vec<usize> = groups.map(|group| self.lengths(group).iter().product()).collect();
        array.reshape(Shape::new(&lengths))
    }
}

/// The two operands whose product takes the fewest multiplications: their places. `None` if each product would have too many axes.
fn next_pair<F: Scalar>(operands: &[Named<F>], result: &[char]) -> Option<(usize, usize)> {
    let pairs = (0..operands.len()).flat_map(|i| (i + 1..operands.len()).map(move |j| (i, j)));
    let costs = pairs.filter_map(|(i, j)| {
        let (a, b) = (&operands[i], &operands[j]);
        let only_b = b.shared_with(&a.axes).1;
        let lengths = [a.lengths(&a.axes), b.lengths(&only_b)].concat();
        let needed = needed_besides(operands, &[i, j], result);
        let axes = a.axes.iter().chain(&only_b).filter(|index| needed.contains(index)).count();
        (axes <= MAX_RANK).then_some((lengths.into_iter().fold(1_usize, usize::saturating_mul), (i, j)))
    });
    costs.min().map(|(_, pair)| pair)
}

/// The axes of the result, and of all operands but these.
fn needed_besides<F: Scalar>(operands: &[Named<F>], places: &[usize], result: &[char]) -> Vec<char> {
    let others = operands.iter().enumerate().filter(|(place, _)| !places.contains(place));
    result.iter().chain(others.flat_map(|(_, other)| &other.axes)).copied().collect()
}

impl<'t, F: Scalar> Var<'t, F> {
    /// A sum of products, as NumPy's `einsum`. The equation has a letter for each axis. Axes with the same letter go together, and the result is summed over
    /// letters that it lacks: `"ij,jk->ik"` is the product of matrices, `"ij->i"` the sum of each row, `"ii->i"` the diagonal, `"i,j->ij"` each number of
    /// one vector times each of the other. `...` stands for axes without letters. Without `->`, the result has the letters that occur once, by the alphabet.
    ///
    /// Two operands at a time are multiplied; those come first whose product takes the fewest multiplications.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let (queries, keys) = (tape.full([8, 4, 10, 16], 1.0), tape.full([8, 4, 20, 16], 1.0));
    /// let scores = Var::einsum("bhid,bhjd->bhij", &[queries, keys]);
    /// assert_eq!(scores.shape(), Shape::from([8, 4, 10, 20]));
    /// ```
    ///
    /// # Panics
    /// If the equation cannot be read or does not fit the operands, if axes with the same letter differ in length (nothing is broadcast), or if a product
    /// would have more than [`MAX_RANK`] axes.
    #[track_caller]
    pub fn einsum(equation: &str, operands: &[Self]) -> Self {
        assert!(!operands.is_empty(), "einsum: there is nothing to multiply");
        let shapes: Vec<Shape> = operands.iter().map(|operand| operand.shape()).collect();
        let Equation { operands: names, result } =
            Self::unless_all_refused(equation, operands, Equation::read(equation, &shapes));
        let mut rest = Vec::with_capacity(operands.len());
        for (&array, axes) in operands.iter().zip(names) {
            rest.push(Named { array, axes }.on_its_diagonals());
        }
        for place in 0..rest.len() {
            let needed = needed_besides(&rest, &[place], &result);
            let operand = rest.remove(place);
            rest.insert(place, operand.summed_but(&needed));
        }
        while rest.len() > 1 {
            let pair =
                next_pair(&rest, &result).ok_or_else(|| format!("a product would have more than {MAX_RANK} axes"));
            let (i, j) = Self::unless_all_refused(equation, operands, pair);
            let needed = needed_besides(&rest, &[i, j], &result);
            let b = rest.remove(j);
            let a = rest.remove(i);
            rest.push(a.times(&b, &needed));
        }
        let array = rest[0].ordered(&result);
        array.reshape(array.shape())
    }

    /// What was found; or a panic that says why these operands are refused.
    #[track_caller]
    fn unless_all_refused<T, E: ToString>(equation: &str, operands: &[Self], found: Result<T, E>) -> T {
        let tape = operands[0].tape;
        let mut nodes = Vec::with_capacity(operands.len());
        for operand in operands {
            operand.expect_on(tape, "einsum");
            nodes.push(operand.index);
        }
        match found {
            Ok(found) => found,
            Err(reason) => {
                let (op, reason) = (format!("einsum {equation:?}"), reason.to_string());
                panic!("{}", tape.graph.borrow().shape_mistake(&op, &nodes, &reason))
            }
        }
    }
}
