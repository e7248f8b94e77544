//! Products of matrices.

use super::rows;
use crate::lines::Value;
use crate::ops::matmul::MatMul;
use crate::shape::Shape;
use std::any::Any;

pub(super) fn lowered<'b>(op: &dyn Any, x: &[Value<'b>], shape: Shape) -> Option<Value<'b>> {
    rows! { op; MatMul: kind => product(*kind, x[0], x[1], shape); }
    None
}

fn product<'b>(kind: MatMul, a: Value<'b>, b: Value<'b>, shape: Shape) -> Value<'b> {
    let [of_a, of_b] = kind.matrices(&[a.shape, b.shape]);
    let (a, b) = (a.reshape(of_a), b.reshape(of_b));
    // The last axis, or the last but one.
    let (first, second) = match kind {
        MatMul::NN => (1, 2),
        MatMul::NT => (1, 1),
        MatMul::TN => (2, 2),
    };
    let over = |value: Value, back: usize| value.shape.rank() - back;
    if of_b.rank() == 2 && kind != MatMul::TN {
        return a.dot(b, 0, [over(a, first), over(b, second)]).reshape(shape);
    }
    let [batch_a, batch_b] = [of_a, of_b].map(|shape| Shape::new(&shape[..shape.rank() - 2]));
    let batch = batch_a.broadcast(batch_b).expect("shapes that the tape has seen");
    let each = |value: Value<'b>| {
        let matrix = &value.shape[value.shape.rank() - 2..];
        value.broadcast_to(Shape::new(&[&batch[..], matrix].concat()))
    };
    let (a, b) = (each(a), each(b));
    a.dot(b, batch.rank(), [over(a, first), over(b, second)]).reshape(shape)
}
