//! What there is to see of a trained net: names that it makes up, and what its heads look at.

use super::names::{Batch, Name, Names};
use super::net::Gpt;
use super::train::samples;
use frame::{Images, Matrix, Result, Run, Shades};
use gradus::nn::Module;
use gradus::prelude::*;
use ndarray::Array2;
use serde_json::{Value, json};

/// The number of names that each net makes up, after a short training, and how many of them are printed.
const MANY: usize = 2_000;
const FEW: usize = 200;
const SHOWN: usize = 8;
/// The number of letters of the name that the heads are shown on.
const LETTERS: usize = 7;

/// Prints names that a net makes up, the share of them that it has learnt from, and the share that exist although it never saw them.
pub fn made_up(run: &mut Run, what: &str, net: &impl Module<f32>, names: &Names) -> Value {
    let made = samples(net, if run.is_full() { MANY } else { FEW }, names.places(), &mut run.rng());
    let share = |of: &[Name]| made.iter().filter(|name| of.contains(name)).count() as f64 / made.len() as f64;
    let [known, real] = [&names.train, &names.held_out].map(|names| share(names));
    let shown: Vec<String> = made[..SHOWN].iter().map(|name| names.vocabulary.decode(name)).collect();
    let shown = match shown.iter().all(String::is_empty) {
        true => format!("{SHOWN} names without a letter: each ends at once"),
        false => shown.join(" "),
    };
    run.say(format!("  {what:20}  {shown}"));
    run.say(format!("  {:20}  learnt from: {:.1}%   held out: {:.1}%", "", 100.0 * known, 100.0 * real));
    json!({ "learnt_from": known, "held_out": real })
}

/// How much each place of a held-out name attends to each, for all heads; and the head that attends most to the symbol before, with its numbers.
pub fn heads(run: &mut Run, net: &Gpt, heads: usize, names: &Names) -> Result {
    run.heading("What the heads look at");
    let name = names.held_out.iter().find(|name| name.len() == LETTERS).unwrap_or(&names.held_out[0]);
    let maps = maps(net, heads, name);
    let before: Vec<f64> = maps.iter().map(|map| map.slice(s![1.., ..]).diag().sum() / name.len() as f64).collect();
    run.say(format!("  how much goes to the symbol just before, in {:?}", names.vocabulary.decode(name)));
    run.say(format!("  head   {}", (1..=heads).map(|head| format!("{head:>7}")).collect::<String>()));
    for (block, shares) in before.chunks(heads).enumerate() {
        let shares: String = shares.iter().map(|share| format!("{share:>7.2}")).collect();
        run.say(format!("  block {}{shares}", block + 1));
    }
    run.result("attention_to_the_symbol_before", json!(before));
    let title = |number: usize| format!("block {}, head {}", number / heads + 1, number % heads + 1);
    let page =
        maps.iter().enumerate().fold(Images::new(heads).shades(Shades::Height).one_scale(), |page, (number, map)| {
            page.image(&title(number), map.view())
        });
    run.plot("heads", &page)?;
    let most = (0..maps.len()).max_by(|&a, &b| before[a].total_cmp(&before[b])).unwrap_or(0);
    let symbols: Vec<String> = marked(name).iter().map(|&symbol| names.vocabulary.decode(&[symbol])).collect();
    let rows: Vec<Vec<f64>> = maps[most].outer_iter().map(|row| row.to_vec()).collect();
    let matrix = Matrix::new("share", &rows).title(&title(most)).shades(Shades::Height).range(0.0, 1.0);
    run.plot(
        "head",
        &matrix.names(&symbols, &symbols).axes("place", "what it attends to").numbers(|x| format!("{x:.2}")),
    )
}

/// The mark, and the letters behind it.
fn marked(name: &[usize]) -> Vec<usize> {
    [&[0], name].concat()
}

/// The attention of all heads, `[places, places]` each, block by block.
fn maps(net: &Gpt, heads: usize, name: &Name) -> Vec<Array2<f64>> {
    let (tape, mut maps) = (Tape::new(), Vec::new());
    tape.no_grad(|| {
        let mut x = net.embedded(tape.input(&Batch::of(std::slice::from_ref(name)).symbols));
        for block in &net.h {
            let weights = block.attention_weights(x, heads);
            let map = |head: usize| weights.slice(s![0, head, .., ..]).value().mapv(f64::from).into_dimensionality();
            maps.extend((0..heads).map(|head| map(head).expect("a map")));
            x = block.forward(x);
        }
    });
    maps
}
