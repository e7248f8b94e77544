//! The losses so far. The one idea to know: at most [`MOST`] points are kept. When there are more, every other one goes, and from then on losses are measured
//! half as often. So what is measured depends on the steps alone, never on the speed of a machine.

/// The most points of a curve.
const MOST: usize = 300;

/// Losses, measured every so many steps.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    interval: usize,
    points: Vec<CurvePoint>,
}

/// A step, the loss of training after it, and that of validation.
pub(crate) type CurvePoint = (usize, f64, Option<f64>);

impl Curve {
    pub(crate) fn new() -> Self {
        Curve { interval: 1, points: Vec::new() }
    }

    pub(crate) fn is_due(&self, step: usize) -> bool {
        step % self.interval == 0
    }

    pub(crate) fn push(&mut self, point: CurvePoint) {
        self.points.push(point);
        if self.points.len() > MOST {
            self.interval *= 2;
            self.points.retain(|(step, ..)| step % self.interval == 0);
        }
    }

    pub(crate) fn points(&self) -> &[CurvePoint] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::{Curve, MOST};

    #[test]
    fn a_long_curve_is_thinned_evenly_and_keeps_its_start() {
        let mut curve = Curve::new();
        for step in 0..10_000 {
            if curve.is_due(step) {
                curve.push((step, 0.0, None));
            }
        }
        let steps: Vec<usize> = curve.points().iter().map(|point| point.0).collect();
        assert!(steps.len() > MOST / 2 - 1 && steps.len() <= MOST, "{}", steps.len());
        assert!(steps[0] == 0 && steps.windows(2).all(|pair| pair[1] - pair[0] == curve.interval));
    }
}
