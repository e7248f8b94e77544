//! What the installed program carries for readers: each chapter's text with its figures, and our solution of its exercise. The library does not carry them, so
//! a changed text does not compile the chapters anew.

use chapters::command::Text;

/// Rows of a chapter and its figures. The files are found by these names.
macro_rules! texts {
    ($($chapter:literal: $($figure:literal),*;)+) => {
        &[$(Text {
            chapter: $chapter,
            text: include_str!(concat!("../ch", $chapter, "/README.md")),
            solution: include_str!(concat!("../ch", $chapter, "/solution.rs")),
            figures: &[$(($figure, include_bytes!(concat!("../ch", $chapter, "/figures/", $figure)))),*],
        }),+]
    };
}

/// All chapters, in order.
pub static TEXTS: &[Text] = texts! {
    "01_first_graph": "line.svg";
    "02_perceptron": "boundaries.svg";
    "03_xor_wall": "planes.svg", "staircase.svg";
    "04_activations": "as_the_source.svg", "slopes.svg", "softmax.svg";
    "05_losses": "class_0.svg", "losses.svg", "stairs.svg";
    "06_nudging": "v_curves.svg";
    "07_descent": "curves.svg", "surface.svg", "surface_tempting.svg";
    "08_tape": "neuron.svg", "walk_right.svg", "walk_twice.svg";
    "09_xor_by_hand": "difference.svg";
    "10_xor_by_tape": "boundary.svg", "hidden_plane.svg";
    "11_broadcasting": "layer.svg", "line.svg", "numbers.svg";
    "12_layers": "layers.svg", "training.svg";
    "13_gradient_check": "v_curves.svg";
    "14_four_equations": "four_equations.svg";
    "15_mnist_nielsen": "accuracy.svg", "gains.svg", "layers.svg", "misread.svg", "tape.svg";
    "16_mnist_two_layer": "curves.svg", "mistakes.svg", "seen.svg";
    "17_mnist_16_16": "lots.svg", "shuffled.svg", "weights.png";
    "18_mnist_adam": "confusion.svg", "curves.svg";
    "19_optimizers": "paths.svg", "rates.svg", "turned.svg";
    "20_depth": "first_layer.svg", "layers.svg";
    "21_overfitting": "by_heart.svg", "plateaus.svg";
    "22_convolution": "edges.svg", "fields.svg", "kernels.svg", "maps.svg", "mistakes.svg";
    "23_words_and_attention": "curves.svg", "head.svg", "heads.svg", "tape.svg";
    "24_keeping_a_model": "resumed.svg";
    "25_forward_mode": "reverse.svg";
    "26_higher_order": "graph_of_a_graph.svg", "newton.svg", "tanh.svg";
    "27_rewind": "roofline.svg", "steps.svg";
    "28_debug_dojo": "curves.svg";
    "29_build_it":;
    "30_outgrowing": "speed_up.svg";
};
