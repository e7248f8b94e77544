//! A small library with gradients written by hand, and no dependencies: it fits a decay, and has an activation of its own. Its tests check
//! whether its gradients are right.

/// y = amplitude e^(-rate t) + floor: a quantity that decays towards a floor, at time t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    pub amplitude: f64,
    pub rate: f64,
    pub floor: f64,
}

impl Decay {
    pub fn at(&self, time: f64) -> f64 {
        self.amplitude * (-self.rate * time).exp() + self.floor
    }

    /// Half the mean squared error, C = 1/(2n) Σ (y(t) - v)².
    pub fn cost(&self, times: &[f64], values: &[f64]) -> f64 {
        let squares = times.iter().zip(values).map(|(&t, v)| (self.at(t) - v).powi(2));
        squares.sum::<f64>() / (2.0 * times.len() as f64)
    }

    /// The gradient of the cost with respect to amplitude, rate and floor. With the error e = y(t) - v of each sample,
    ///
    /// ```text
    /// dC/da = 1/n Σ e e^(-kt)     dC/dk = 1/n Σ e (-t) a e^(-kt)     dC/dc = 1/n Σ e
    /// ```
    pub fn gradient(&self, times: &[f64], values: &[f64]) -> [f64; 3] {
        let mut gradient = [0.0; 3];
        for (&t, v) in times.iter().zip(values) {
            let (error, left) = (self.at(t) - v, (-self.rate * t).exp());
            gradient[0] += error * left;
            gradient[1] -= error * t * self.amplitude * left;
            gradient[2] += error;
        }
        gradient.map(|sum| sum / times.len() as f64)
    }

    /// Goes down the gradient in `steps` steps.
    pub fn fitted(mut self, times: &[f64], values: &[f64], learning_rate: f64, steps: usize) -> Decay {
        for _ in 0..steps {
            let [amplitude, rate, floor] = self.gradient(times, values);
            self.amplitude -= learning_rate * amplitude;
            self.rate -= learning_rate * rate;
            self.floor -= learning_rate * floor;
        }
        self
    }
}

/// An activation between -1 and 1 that is cheaper than a tanh: x / √(1 + x²).
pub fn soft_clip(x: f64) -> f64 {
    x / (1.0 + x * x).sqrt()
}
