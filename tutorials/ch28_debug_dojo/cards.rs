//! The twelve cards: what the reader is told of each program, where its fault lies, and what there is to learn from it.

use super::suspect::Suspect;
use super::{digits, small};
use gradus::data::Digits;

/// Where the fault lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The gradient is not the slope of the loss.
    Gradient,
    /// The gradient is right, and the step goes elsewhere.
    Step,
    /// Gradient and step are right, but the loss is not what it is said to be.
    Loss,
    /// The program does what it should.
    Nothing,
}

impl Verdict {
    pub const ALL: [Verdict; 4] = [Verdict::Gradient, Verdict::Step, Verdict::Loss, Verdict::Nothing];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Gradient => "the gradient",
            Verdict::Step => "the step",
            Verdict::Loss => "the loss",
            Verdict::Nothing => "nothing",
        }
    }
}

/// A card. Its front is what the reader sees first.
pub struct Card {
    /// The mistake's number in the list of the course; our own have none.
    pub id: &'static str,
    pub front: &'static str,
    pub fault: Verdict,
    pub back: &'static str,
    /// Builds the program, with weights drawn from a seed.
    pub deal: fn(&Digits, u64) -> Suspect,
}

pub const CARDS: [Card; 12] = [
    Card {
        id: "M1",
        front: "XOR, 2-3-1 tanh, a backward pass by hand",
        fault: Verdict::Gradient,
        back: "The slope of tanh is 1 - h². The program writes 1 - tanh(h)², and h is already a tanh. It learns XOR from every start.",
        deal: small::tanh_of_a_tanh,
    },
    Card {
        id: "M2",
        front: "a curve fitted by 1-3-1 tanh, weights that start tiny",
        fault: Verdict::Gradient,
        back: "The same mistake as in the first card. With tiny weights tanh is almost a straight line, h and tanh(h) are nearly the same, and the \
               checker passes. Check where the net is bent: after some training.",
        deal: small::tanh_of_a_tanh_in_a_straight_net,
    },
    Card {
        id: "M3",
        front: "ten digits, 784-20-10, softmax, and a loss of -ln(y + 1e-7)",
        fault: Verdict::Gradient,
        back: "The gradient y - t belongs to -ln y, but the loss has 1e-7 inside the logarithm, so it is another function. The difference is small, \
               but visible from outside. Leave the 1e-7 out, and take log-softmax instead.",
        deal: digits::epsilon_in_the_loss,
    },
    Card {
        id: "M4",
        front: "ten digits, one layer, the same loss, its gradient by tape",
        fault: Verdict::Loss,
        back: "Now the gradient is the loss's own, and the loss is at fault: -ln(y + 1e-7) never exceeds 16.1, so a digit that is wrong by 30 has \
               almost no gradient and is never corrected. The perfect answer has a loss below zero.",
        deal: digits::epsilon_hides_the_surest_mistakes,
    },
    Card {
        id: "M5",
        front: "ten digits, 784-20-10, a gradient by hand that its author has checked",
        fault: Verdict::Gradient,
        back: "W1's gradient is 1.0001 times too large. The author's check, a mean of absolute differences, is about 2e-8 and passes: most elements \
               are zero, the others are small. A relative error for each element shows it.",
        deal: digits::a_factor_that_the_mean_forgives,
    },
    Card {
        id: "M14",
        front: "is it a 1? one sigmoid, cross-entropy clipped at 1e-12, in f32",
        fault: Verdict::Loss,
        back: "In f32, 1 - 1e-12 is 1, so the clip does nothing at the top, and an answer that is sure and right gives 0 x ln 0: not a number. The \
               curve has not reached that point yet. Compute the loss from the logit.",
        deal: digits::a_clip_that_f32_rounds_away,
    },
    Card {
        id: "M18",
        front: "one digit, 784-20-10, its one-hot target a plain list of ten",
        fault: Verdict::Gradient,
        back: "The gradient is divided by the length of the first axis. For a batch that is the number of samples; for one sample as a list it \
               is the number of classes. Ten times too small, and it still learns.",
        deal: digits::ten_classes_taken_for_ten_samples,
    },
    Card {
        id: "M19",
        front: "x² + y² from (3, 4), its slopes by nudging with 1e-4, in f32",
        fault: Verdict::Gradient,
        back: "In f32 a nudge of 1e-4 drowns in rounding: 5.989 instead of 6. With whole numbers it is 25000. Nudge in f64.",
        deal: small::nudges_in_f32,
    },
    Card {
        id: "M20",
        front: "a layer used twice, tanh(tanh(x W) W), by hand",
        fault: Verdict::Gradient,
        back: "Each use of W has a gradient, and they add up. The program assigns the second to the place of the first: dW = where it should \
               say dW +=.",
        deal: small::a_layer_used_twice,
    },
    Card {
        id: "M23",
        front: "XOR, 2-3-1 tanh, \"update along the gradient\"",
        fault: Verdict::Step,
        back: "The gradient points uphill, and the program goes where it points. The gradient is right, but the sign of the step is not. This is the \
               only card whose curve tells the truth.",
        deal: small::along_the_gradient,
    },
    Card {
        id: "own 1",
        front: "a straight line through 20 points, predictions [20], targets [20, 1]",
        fault: Verdict::Loss,
        back: "[20] minus [20, 1] is a table of 20 x 20 by NumPy's rules: each prediction is compared with every target. The best answer to that is \
               the mean of the targets. The curve falls, it flattens, it looks like noisy data. A perfect line has a loss that is not 0.",
        deal: small::every_target_for_every_point,
    },
    Card {
        id: "own 2",
        front: "ten digits, five layers, tanh between them, weights from N(0, 0.01²)",
        fault: Verdict::Nothing,
        back: "Everything is right: gradient, step, loss. The start is bad (chapter 20): through four such layers, almost no gradient reaches the \
               first one, and all you see is a flat line. If you look for a bug here, you look for a long time.",
        deal: digits::a_start_that_starves,
    },
];
