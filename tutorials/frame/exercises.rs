//! All exercises: their titles, their times, and their hints. A chapter's exercise is one row here.
//!
//! Its files are `tutorials/chNN_slug/exercise.rs` (the hole, which learners fill), `judge.rs` and `solution.rs`; `tutorials/frame/shipped/` keeps the hole
//! as it was, so that it can be restored.

/// An exercise.
#[derive(Debug)]
pub struct Exercise {
    /// Its chapter: `"02_perceptron"`.
    pub chapter: &'static str,
    /// The task, in a few words.
    pub title: &'static str,
    /// The time that a learner needs, in minutes.
    pub minutes: u32,
    /// Three hints. Each says more than the one before, and none gives the solution.
    pub hints: [&'static str; 3],
    /// The number of cases that the judge tries. An answer cannot reduce it.
    pub cases: usize,
    /// `exercise.rs` as the repository has it.
    pub shipped: &'static str,
}

impl Exercise {
    /// The exercise of a chapter: `"02_perceptron"`, `"ch02"` or `"02"`.
    pub fn of(chapter: &str) -> Option<&'static Exercise> {
        let chapter = chapter.strip_prefix("ch").unwrap_or(chapter);
        EXERCISES.iter().find(|exercise| [exercise.chapter, exercise.number()].contains(&chapter))
    }

    /// `"02"`.
    pub fn number(&self) -> &'static str {
        self.chapter.split('_').next().unwrap_or_default()
    }

    /// `"ch02"`.
    pub fn short_name(&self) -> String {
        format!("ch{}", self.number())
    }

    /// The file that learners edit, from the root of the repository: `tutorials/ch02_perceptron/exercise.rs`.
    pub fn file(&self) -> String {
        format!("tutorials/ch{}/exercise.rs", self.chapter)
    }
}

/// A row of the table. The shipped text is found by the chapter's name.
macro_rules! exercise {
    (chapter: $chapter:literal, $($field:ident: $value:expr),+ $(,)?) => {
        Exercise { chapter: $chapter, shipped: include_str!(concat!("shipped/ch", $chapter, ".rs")), $($field: $value),+ }
    };
}

/// All exercises, in the order of the chapters.
pub const EXERCISES: &[Exercise] = &[
    exercise! {
        chapter: "01_first_graph",
        title: "draw a neuron",
        minutes: 10,
        cases: 12,
        hints: [
            "With one input: which two nodes does the product need, and which two the sum? Each call draws one node, and gives back its number.",
            "Two of your nodes are products and sums for the first input. A second input needs two more, and the second sum has to start from the first.",
            "Let one variable hold the number of the node that has the sum so far. Which leaf is the sum before anything was multiplied? x1 is node 1, w1 is node 2: what \
             are the numbers of xi and wi?",
        ],
    },
    exercise! {
        chapter: "02_perceptron",
        title: "the nudge",
        minutes: 10,
        cases: 67,
        hints: [
            "A row that should have fired and did not must get a larger z the next time. Which way must a weight move, if its input was 1? If it \
             was 0? If it was negative?",
            "t - y is 1 where the neuron was silent and should have fired, -1 where it fired and should not have, and 0 after a right answer. One \
             formula with it covers all three cases.",
            "How far a weight moves is a product of three numbers. The bias is a weight as well; think of its input as always the same number.",
        ],
    },
    exercise! {
        chapter: "03_xor_wall",
        title: "fold the layers",
        minutes: 15,
        cases: 36,
        hints: [
            "Begin with two layers. Write down (x W + b) V + c and multiply out. What multiplies x, and what is left over?",
            "If you can fold two layers into one, you can fold the result with the third, and so on.",
            "Weights: a product of two matrices, in the order in which a row meets them. Bias: the earlier bias is a row like any other, so it passes through \
             the later layer too.",
        ],
    },
    exercise! {
        chapter: "04_activations",
        title: "the vjp of tanh",
        minutes: 10,
        cases: 42,
        hints: [
            "The chain rule: dL/dx = dL/dy · dy/dx. The first factor is g. What is the slope of tanh?",
            "The curve is steepest at 0, where its slope is 1, and flat where y is near 1 or -1. Which expression in y is 1 at y = 0, and 0 at y = 1 and y = -1?",
            "The slope of tanh at x is 1 - tanh² x. `at.output()` is tanh x already: take no tanh of it. If the checker says that f is applied twice, you did.",
        ],
    },
    exercise! {
        chapter: "05_losses",
        title: "Huber's loss",
        minutes: 20,
        cases: 91,
        hints: [
            "Draw ρ: a parabola near 0, a straight line from r = delta on, and at r = delta both have the same height and the same slope.",
            "An `if` would choose for the whole array at once. Let q be the smaller of r and delta, element by element.",
            "Look for one product with q in it that is r²/2 where q = r, and delta (r - delta/2) where q = delta. Both have a factor q.",
        ],
    },
    exercise! {
        chapter: "06_nudging",
        title: "a central difference",
        minutes: 10,
        cases: 43,
        hints: [
            "Go a step up and a step down from the same x. The value at x itself is not needed.",
            "How far apart are the two points?",
            "`moved` also takes a negative number. If all your slopes are exactly twice too large, look at what you divide by.",
        ],
    },
    exercise! {
        chapter: "07_descent",
        title: "mend both figures",
        minutes: 20,
        cases: 87,
        hints: [
            "A path: each place comes from the one before it. Downhill is against the slope.",
            "The curvature along a direction d of length 1 is d·h d. Its lowest and highest values are the eigenvalues of h. What do their signs say?",
            "The eigenvalues of [[a, b], [b, c]] lie around (a + c)/2, one as far below as the other above. Their sum is a + c and their product is a c - b². Two signs \
             are enough to tell the three places apart.",
        ],
    },
    exercise! {
        chapter: "08_tape",
        title: "the reverse pass",
        minutes: 20,
        cases: 56,
        hints: [
            "A node may hand on its gradient only when everything that uses it has been visited. Where on the tape do all uses of a node stand?",
            "The derivative of the last node with respect to itself is not 0. Put that in before the walk begins.",
            "An operand gets, for each use, the slope of that use times the gradient of the node that uses it. If there are two uses, what must \
             happen to the share that the first has left there?",
        ],
    },
    exercise! {
        chapter: "09_xor_by_hand",
        title: "the wrong line",
        minutes: 15,
        cases: 16,
        hints: [
            "The second layer's gradients are right, the first layer's are not. Which lines lie between them?",
            "In that line, what is `h`: the number before the tanh, or after it?",
            "The slope of tanh at z is 1 - tanh(z)². Which part of that has the forward pass computed already?",
        ],
    },
    exercise! {
        chapter: "10_xor_by_tape",
        title: "an op of your own",
        minutes: 15,
        cases: 29,
        hints: [
            "The chain rule: dL/dx = dL/dy · dy/dx. The first factor is g. The second is the slope of the forward formula.",
            "The slope of sin is cos, and there is a 3 inside: it comes out as a factor, and it stays inside as well.",
            "You need the operand, not the result: drop the underscore of `_x`. Vars multiply with numbers and with each other, and have the method \
             `cos()`.",
        ],
    },
    exercise! {
        chapter: "11_broadcasting",
        title: "the way back of a copy",
        minutes: 15,
        cases: 22,
        hints: [
            "Take [2, 3] and [3] first. Each of the three numbers was copied into two rows. What comes back to it from either copy, and what from both?",
            "Axes that were added stand in front. There are as many of them as `g` has axes too many, and each is the first when its turn comes.",
            "What is left are axes of length 1 in `shape` that may be longer in `g`. Summing takes an axis away, so something has to put it back.",
        ],
    },
    exercise! {
        chapter: "12_layers",
        title: "softmax with loss, back",
        minutes: 15,
        cases: 72,
        hints: [
            "Take one sample with a one-hot target. Which scores should become larger, and which smaller? The probabilities y and the targets t say it, one score at a time.",
            "Now N samples: the loss is the mean over them. How much less does a nudge of one sample's score move it?",
            "And if the program's loss is not L but 3 L, what arrives in `g`?",
        ],
    },
    exercise! {
        chapter: "13_gradient_check",
        title: "a loss and its gradient",
        minutes: 30,
        cases: 56,
        hints: [
            "How many samples are there, if the scores are [10]? The function counts them twice, in two ways. Which count is right?",
            "Which class does the loss look at, and which classes does the gradient? With targets such as 0.9 and 0.1 both must look at all of them.",
            "-ln softmax(x) is ln Σ eˣ - x. Subtract the largest score from all scores first: then the sum is at least 1, its logarithm is \
             safe, and you need to add nothing.",
        ],
    },
    exercise! {
        chapter: "14_four_equations",
        title: "which node is δ?",
        minutes: 20,
        cases: 60,
        hints: [
            "δ is the slope with respect to what: a or z?",
            "Of one sample's cost, or of the mean over how many? The matrix that you take has one row for each sample, so you can count them.",
            "And is a sample a row or a column? `reversed_axes()` turns a matrix.",
        ],
    },
    exercise! {
        chapter: "15_mnist_nielsen",
        title: "the start",
        minutes: 15,
        cases: 7,
        hints: [
            "Add up n independent numbers that each spread by s. How wide does the sum spread: n s, or less?",
            "Variances add up, spreads do not. The spread is the root of the variance.",
            "Ask for a sum that spreads by 1 whatever n is, and solve for s.",
        ],
    },
    exercise! {
        chapter: "16_mnist_two_layer",
        title: "an epoch that shows every digit once",
        minutes: 15,
        cases: 16,
        hints: [
            "Do not draw each batch from all digits. Begin with one list that holds every number once.",
            "Bring the list into random order, then cut it into pieces; slices have a method for that. For the order: any of the numbers may end up in the last place. Swap one there and leave it. Which of them may come to the place before it?",
            "A number that has found its place must not be moved again. So for the place p, the partner is drawn from the places 0 to p, both included. If you draw it from all places, some orders come more often than others, and the judge counts.",
        ],
    },
    exercise! {
        chapter: "17_mnist_16_16",
        title: "count the parameters",
        minutes: 5,
        cases: 9,
        hints: [
            "What does a unit compute? Everything in that formula that is not an input has to be learnt.",
            "The weights are counted already. One number for each unit is not.",
            "Units of the input layer compute nothing, so they have none. All other layers do.",
        ],
    },
    exercise! {
        chapter: "18_mnist_adam",
        title: "the step of Adam",
        minutes: 20,
        cases: 9,
        hints: [
            "Go through w, g, m and v side by side. First m and v get their new values, in place, so that the next step finds them.",
            "Both start at 0, so they are too small at first. Divide each by 1 - βᵗ; t is the number of this step, and the first step has t = 1.",
            "Take the root of v̂, not of v; ε stands outside the root. If your first step is 3.2 times too long, the divisions are missing; if it is too long by a little, look at t.",
        ],
    },
    exercise! {
        chapter: "19_optimizers",
        title: "the step of RMSProp",
        minutes: 15,
        cases: 11,
        hints: [
            "Go through w, g and v side by side. v gets its new value first, in place, so that the next step finds it.",
            "v is a mean of squares, so it has the unit of a square. What has to be done to it before a gradient can be divided by it?",
            "The mean keeps nine tenths of what it was and takes one tenth of the new square. If your first step is as long as the rate, it took all of it.",
        ],
    },
    exercise! {
        chapter: "20_depth",
        title: "a start for any depth",
        minutes: 15,
        cases: 11,
        hints: [
            "Ask how the mean square of a layer's outputs depends on the mean square of its inputs, on n, and on the spread of the weights. A sum of n independent terms has n times the mean square of one term.",
            "Half of the sums are negative, and a ReLU makes 0 of them. What is left of the mean square?",
            "Ask for a factor of exactly one from layer to layer, and solve for the spread. It is a root, and there is a 2 in it.",
        ],
    },
    exercise! {
        chapter: "21_overfitting",
        title: "dropout by hand",
        minutes: 10,
        cases: 26,
        hints: [
            "In training, where the drawn number is below p the output is 0. How many are kept on average? Write that as a share of all.",
            "In use nothing is left out, and the output is x. What must you do to the kept ones so that their mean is x as well?",
            "Write down the factor of each number: 0, or 1 over the share that is kept; in use 1. The output is x times the factor. What is the slope of that?",
        ],
    },
    exercise! {
        chapter: "22_convolution",
        title: "max-pooling by hand",
        minutes: 25,
        cases: 30,
        hints: [
            "A window that starts at row r needs side rows, from r on, inside the image. So how often can it move down by the stride? Test your count on 5 rows, windows of 3 and a stride of 2: two places.",
            "Going back, visit the same windows in the same places. In each, ask which pixels are as large as the result: they alone moved it. Divide the window's gradient by how many they are, and give each its part.",
            "If the windows overlap, one pixel can be the largest of several: add each part to what the pixel has already. Start from zeros, and let pixels in no window keep them.",
        ],
    },
    exercise! {
        chapter: "23_words_and_attention",
        title: "one head of attention by hand",
        minutes: 25,
        cases: 27,
        hints: [
            "Write down the scores of three places as a table: row i is query i times each key, divided by the root of d. Which entries of the table may place 0 see? And place 1?",
            "Cross out the entries after each place before you turn the rest into shares: as the exponential of minus infinity they are 0, and the others still add up to 1. Test a row by its sum.",
            "If a score is 10,000, its exponential overflows. Take the same amount off all scores of a row: does a share change? The largest score of the row is a good amount. What each place finds is the matrix of shares times the values.",
        ],
    },
    exercise! {
        chapter: "24_keeping_a_model",
        title: "a file, byte by byte",
        minutes: 15,
        cases: 19,
        hints: [
            "`u64::from_le_bytes` makes a number from eight bytes. It expects an array: `file[..8].try_into()`.",
            "The header has that many bytes, and everything after it is numbers. `entry.start` and `entry.end` are places in that rest, not in the file.",
            "`chunks_exact(4)` goes through the bytes of the matrix, `f32::from_le_bytes` makes a number from each four, and `Array2::from_shape_vec` puts them into rows.",
        ],
    },
    exercise! {
        chapter: "25_forward_mode",
        title: "one column or one row",
        minutes: 15,
        cases: 36,
        hints: [
            "How many columns does the matrix have, and how many rows? Which are fewer?",
            "The columns come from `passes.column`, the rows from `passes.row`. Take whichever needs fewer calls.",
            "The result is a list of rows. If you have rows, there is nothing to transpose.",
        ],
    },
    exercise! {
        chapter: "26_higher_order",
        title: "Newton's method",
        minutes: 25,
        cases: 16,
        hints: [
            "At a step d from x the slope is about g + H d. Where the bowl is level it is zero.",
            "That is a system of linear equations for d. `judge::solve` solves such a system. Mind the sign of g.",
            "`hessian` takes the function as a closure over a list of Vars, and a list of points; both lists have one entry here. You need no rate: \
             the Hessian says how far to go.",
        ],
    },
    exercise! {
        chapter: "27_rewind",
        title: "the last allocation",
        minutes: 10,
        cases: 10,
        hints: [
            "How large is the piece of memory that each step asks for? Divide its bytes by four, then by the number of rows.",
            "The numbers should end up in `buffer`. Does any of them need to be anywhere else first?",
            "`chunks_exact_mut` gives the buffer row by row, and `row` looks at a row of the pictures where it stands: that is a \
             view, not a copy. Use two loops, one inside the other.",
        ],
    },
    exercise! {
        chapter: "28_debug_dojo",
        title: "the inspector",
        minutes: 20,
        cases: 26,
        hints: [
            "Seven of the faults are of one kind. Which check sees all seven, and which sees six of them? What would it save to buy that one \
             first?",
            "Once a check has found something, is there still a reason to buy another? Stop there. But take care: one of the checks finds something on \
             two cards whose fault is of another kind.",
            "A known loss that does not come out means a wrong loss only if the gradient belongs to that loss. So the order is: the gradient, then what is \
             done with it, then what it is the gradient of.",
        ],
    },
    exercise! {
        chapter: "29_build_it",
        title: "build it yourself",
        minutes: 60,
        cases: 109,
        hints: [
            "Stage 1: three things make a node, and two of them you are given. Stage 2: which node knows its gradient from the start, and which one knows \
             it next? Draw x, tanh x, exp tanh x, and write beside each node who has told it what.",
            "Stage 3: let b = a + a and c = b + b, and count by hand how often anything arrives at a. What is left in the nodes when a pass begins? Stage 4: write \
             the shapes of operand and share one below the other, aligned at the right. Along which axes was the operand copied?",
            "Stage 5: what would have to be equal for a node to be the same one as last time? Its number changes in every step, so not that. Keep its place; \
             give it what is new; forget what was found out about it. And what is behind a node that is not the same?",
        ],
    },
    exercise! {
        chapter: "30_outgrowing",
        title: "uneven shards",
        minutes: 10,
        cases: 11,
        hints: [
            "Take two devices with 3 rows and 1 row. Write the mean over all four rows, and mark in it what each device knows.",
            "A device has divided by its own number of rows. By which number does the mean over the whole batch divide, and what has to be multiplied to \
             get from one to the other?",
            "Count the rows of all devices first. A device with none has NaN, and no factor makes a number of that.",
        ],
    },
];
