//! A program of your own, drawn: `cargo run --example figures`, then open `neuron.svg`.

use gradus::draw::DrawOptions;
use gradus::prelude::*;

fn main() -> std::io::Result<()> {
    let tape = Tape::<f64>::new();
    let (w, x, b) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"), tape.var(-0.3).named("b"));
    let y = (w * x + b).sigmoid().named("y");
    let loss = (y - 1.0).pow(2.0).named("loss");
    loss.backward();

    let options = DrawOptions::new().title("A neuron and its loss");
    std::fs::write("neuron.svg", tape.to_svg(&options))?; // for any browser
    std::fs::write("neuron.mmd", tape.to_mermaid(&options))?; // for Markdown on GitHub
    std::fs::write("neuron.dot", tape.to_dot(&options))?; // for Graphviz
    Ok(())
}
