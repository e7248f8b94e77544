//! A program of your own as a web page: `cargo run --example page --features html`, then open `page.html`.

use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::page::PageOptions;
use gradus::prelude::*;
use ndarray::array;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let net = Mlp::<f64>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7));
    let tape = Tape::new();
    tape.keep_updates(true); // so that the page shows each weight before and after the step
    let x = tape.input(array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).named("x");
    let y = tape.input(array![[0.0], [1.0], [1.0], [0.0]]).named("target");
    let loss = net.forward(x).mean_squared_error(y).named("loss");
    Sgd::new(0.5).step(&net, &loss.backward())?;

    // Three lines, for any tape.
    let options = PageOptions::new().title("One step towards XOR");
    let page = tape.to_html(&options);
    std::fs::write("page.html", page)?;
    Ok(())
}
