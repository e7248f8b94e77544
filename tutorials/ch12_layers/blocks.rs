//! A network of blocks, as the sources build it: each knows how to go forward, and how to hand a slope back. Two of them can be built with the
//! mistakes of D12 and D13, and the update in a tempting version.

use gradus::data::Batch;
use ndarray::{Array2, Axis};
use std::cell::RefCell;
use std::rc::Rc;

/// Weights that the network and a layer hold together.
pub type Shared = Rc<RefCell<Array2<f64>>>;

/// Mistakes, none by default.
#[derive(Clone, Copy, Default)]
pub struct Flaws {
    /// The ReLU writes into the slope that it is handed.
    pub overwrites: bool,
    /// A layer that is used twice keeps the last slope of its weights.
    pub assigns: bool,
    /// An update makes new weights, and the layers go on with the old ones.
    pub renames: bool,
}

// ANCHOR: block
/// A block: one step of a network, in both directions.
pub trait Block {
    /// Computes its output from its input. It remembers what it will need on the way back.
    fn forward(&mut self, x: Array2<f64>) -> Array2<f64>;
    /// Turns the slope by its output into the slope by its input. The slopes of its weights stay with the block.
    fn backward(&mut self, g: &mut Array2<f64>) -> Array2<f64>;
}
// ANCHOR_END: block

/// y = x W + b
pub struct Affine {
    pub w: Shared,
    pub b: Shared,
    pub dw: Array2<f64>,
    pub db: Array2<f64>,
    inputs: Vec<Array2<f64>>,
    assigns: bool,
}

impl Affine {
    pub fn new(w: &Shared, b: &Shared, flaws: Flaws) -> Self {
        let (dw, db) = (Array2::zeros(w.borrow().dim()), Array2::zeros(b.borrow().dim()));
        Affine { w: w.clone(), b: b.clone(), dw, db, inputs: Vec::new(), assigns: flaws.assigns }
    }

    /// Before a step: no slopes yet, and nothing remembered.
    fn forget(&mut self) {
        self.dw.fill(0.0);
        self.db.fill(0.0);
        self.inputs.clear();
    }
}

impl Block for Affine {
    fn forward(&mut self, x: Array2<f64>) -> Array2<f64> {
        let y = x.dot(&*self.w.borrow()) + &*self.b.borrow();
        self.inputs.push(x);
        y
    }
    // ANCHOR: affine
    fn backward(&mut self, g: &mut Array2<f64>) -> Array2<f64> {
        let x = self.inputs.pop().expect("forward comes first");
        let (dw, db) = (x.t().dot(g), g.sum_axis(Axis(0)).insert_axis(Axis(0)));
        if self.assigns {
            (self.dw, self.db) = (dw, db);
        } else {
            self.dw += &dw;
            self.db += &db;
        }
        g.dot(&self.w.borrow().t())
    }
    // ANCHOR_END: affine
}

/// y = max(x, 0)
#[derive(Default)]
pub struct Relu {
    masks: Vec<Array2<bool>>,
    overwrites: bool,
}

impl Relu {
    pub fn new(flaws: Flaws) -> Self {
        Relu { masks: Vec::new(), overwrites: flaws.overwrites }
    }
}

impl Block for Relu {
    fn forward(&mut self, x: Array2<f64>) -> Array2<f64> {
        self.masks.push(x.mapv(|x| x <= 0.0));
        x.mapv(|x| x.max(0.0))
    }
    // ANCHOR: relu
    fn backward(&mut self, g: &mut Array2<f64>) -> Array2<f64> {
        let mask = self.masks.pop().expect("forward comes first");
        let silence = |g: &mut Array2<f64>| g.zip_mut_with(&mask, |g, &off| *g = if off { 0.0 } else { *g });
        if self.overwrites {
            silence(g); // D12: dout[self.mask] = 0; dx = dout
            return g.clone();
        }
        let mut dx = g.clone();
        silence(&mut dx);
        dx
    }
    // ANCHOR_END: relu
}

/// y = x + relu(x W + b): a way through the layer, and one around it.
pub struct Around {
    pub affine: Affine,
    relu: Relu,
}

impl Around {
    pub fn new(affine: Affine, flaws: Flaws) -> Self {
        Around { affine, relu: Relu::new(flaws) }
    }
}

impl Block for Around {
    fn forward(&mut self, x: Array2<f64>) -> Array2<f64> {
        let z = self.affine.forward(x.clone());
        x + self.relu.forward(z)
    }
    // ANCHOR: around
    fn backward(&mut self, g: &mut Array2<f64>) -> Array2<f64> {
        let mut through = self.relu.backward(g);
        self.affine.backward(&mut through) + &*g // through the layer, and around it
    }
    // ANCHOR_END: around
}

/// L = -1/N Σ t ln softmax(x)
#[derive(Default)]
pub struct SoftmaxWithLoss {
    pub y: Array2<f64>,
    pub t: Array2<f64>,
}

impl SoftmaxWithLoss {
    pub fn forward(&mut self, x: &Array2<f64>, t: Array2<f64>) -> f64 {
        let mut loss = 0.0;
        let mut y = x.clone();
        for (mut row, t) in y.outer_iter_mut().zip(t.outer_iter()) {
            let largest = row.fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
            let log_sum = row.mapv(|x| (x - largest).exp()).sum().ln() + largest;
            loss += t.iter().zip(&row).map(|(t, x)| t * (log_sum - x)).sum::<f64>();
            row.mapv_inplace(|x| (x - log_sum).exp());
        }
        (self.y, self.t) = (y, t);
        loss / x.nrows() as f64
    }
    // ANCHOR: softmax
    pub fn backward(&self) -> Array2<f64> {
        (&self.y - &self.t) / self.t.nrows() as f64
    }
    // ANCHOR_END: softmax
}

/// 784-50, then the same 50-50 layer twice with a way around it, then 50-10.
pub struct Net {
    /// What the network calls its parameters: W and b of the first, the middle and the last layer.
    pub params: Vec<Shared>,
    first: (Affine, Relu),
    middle: Around,
    last: Affine,
    pub loss: SoftmaxWithLoss,
    flaws: Flaws,
}

impl Net {
    /// A network that starts with these parameters.
    pub fn new(start: &[Array2<f64>], flaws: Flaws) -> Self {
        let params: Vec<Shared> = start.iter().map(|array| Rc::new(RefCell::new(array.clone()))).collect();
        let affine = |layer: usize| Affine::new(&params[2 * layer], &params[2 * layer + 1], flaws);
        let (first, middle, last) = ((affine(0), Relu::new(flaws)), Around::new(affine(1), flaws), affine(2));
        Net { first, middle, last, loss: SoftmaxWithLoss::default(), flaws, params }
    }

    /// What blocks remember is of one batch.
    fn forget(&mut self) {
        [&mut self.first.0, &mut self.middle.affine, &mut self.last].into_iter().for_each(Affine::forget);
        [&mut self.first.1, &mut self.middle.relu].into_iter().for_each(|relu| relu.masks.clear());
    }

    // ANCHOR: order
    /// The blocks in order. The one in the middle runs twice.
    fn run(&mut self, visit: &mut dyn FnMut(&mut dyn Block), reversed: bool) {
        let Net { first: (affine, relu), middle, last, .. } = self;
        let order = if reversed { [4, 3, 2, 1, 0] } else { [0, 1, 2, 3, 4] };
        for place in order {
            match place {
                0 => visit(affine),
                1 => visit(relu),
                2 | 3 => visit(middle),
                _ => visit(last),
            }
        }
    }

    /// The scores of a batch.
    pub fn scores(&mut self, x: Array2<f64>) -> Array2<f64> {
        self.forget();
        let mut a = x;
        self.run(&mut |block| a = block.forward(std::mem::take(&mut a)), false);
        a
    }

    /// The loss of a batch, and the slopes of all parameters.
    pub fn slopes(&mut self, batch: &Batch) -> (f64, Vec<Array2<f64>>) {
        let scores = self.scores(rows(&batch.images));
        let loss = self.loss.forward(&scores, rows(&batch.one_hot));
        let mut g = self.loss.backward();
        self.run(&mut |block| g = block.backward(&mut g), true);
        let layers = [&self.first.0, &self.middle.affine, &self.last];
        (loss, layers.iter().flat_map(|layer| [layer.dw.clone(), layer.db.clone()]).collect())
    }
    // ANCHOR_END: order

    // ANCHOR: update
    /// One step against the slopes.
    pub fn step(&mut self, slopes: &[Array2<f64>], rate: f64) {
        for (param, slope) in self.params.iter_mut().zip(slopes) {
            let moved = &*param.borrow() - &(slope * rate);
            match self.flaws.renames {
                true => *param = Rc::new(RefCell::new(moved)), // p = p - ...: a new array under the old name
                false => *param.borrow_mut() = moved,          // p -= ...: the array itself
            }
        }
    }
    // ANCHOR_END: update
}

/// What a batch writes into an array of its own.
pub fn rows(input: &impl gradus::Input<f64>) -> Array2<f64> {
    let mut array = Array2::zeros((input.shape()[0], input.shape()[1]));
    input.write(array.as_slice_mut().expect("a new array lies in one piece"));
    array
}
