//! A program of your own, one step at a time: `cargo run -p gradus-view --example stepper`. In your own crate it takes `gradus-view` as a dependency,
//! and the last three lines. Without a terminal it prints the story.

use gradus::prelude::*;

fn main() -> std::io::Result<()> {
    let tape = Tape::<f64>::new();
    let (w, x, b) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"), tape.var(-0.3).named("b"));
    let y = (w * x + b).tanh().named("y");
    let loss = ((y - 1.0).pow(2.0) + 0.1 * w * w).named("loss"); // w is used three times: press f

    loss.backward();
    gradus_view::step(&tape)?;
    Ok(())
}
