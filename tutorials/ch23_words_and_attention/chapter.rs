//! Chapter 23. Words and attention: nets that make up names, each of which sees more of what came before than the last.

mod count;
mod head;
pub mod judge;
mod look;
pub mod names;
pub mod net;
mod time;
pub mod train;

use frame::Origin::Ours;
use frame::{Chapter, Chart, Result, Run};
use gradus::io::{Arrays, Layout};
use gradus::nn::Module;
use gradus::prelude::*;
use names::{Batch, Name, Names};
use net::{Gpt, LastLetters, Recurrent, Size};
use serde_json::{Map, Value, json};
use train::{Story, nats, train};

pub const CHAPTER: Chapter = Chapter {
    slug: "23_words_and_attention",
    title: "Words and attention",
    sources: frame::sources![
        "chapter.rs",
        "count.rs",
        "head.rs",
        "look.rs",
        "names.rs",
        "net.rs",
        "time.rs",
        "train.rs"
    ],
    question: "Count which letter follows which in 4,163 first names. A character of a name that was not counted then surprises you by 2.34 \
               nats on average. Three nets try to do better: one sees the last three letters, one reads letter by letter and keeps a state, one \
               may look back at all letters (a small GPT). How many nats will each save? And what does its loss say if the last one may look \
               ahead?",
    time: "2 min",
    answer: "{held_out.last_letters:2}, {held_out.recurrent:2} and {held_out.gpt:2} nats remain of {held_out.counting:2}; with a look \
             ahead, {held_out.without_mask:2}.",
    epochs: 3_000,
    full_epochs: 3_000,
    options: &[],
    fooled: "A loss of almost 0. It is on names that were held out, so it is not overfitting, and every gradient is right. The net sees at each \
             place the letter that it should predict, because its mask is missing; when it has to make up a name, it has nothing to copy. And a loss \
             that is halved by counting the padding after each name, which is easy to predict.",
    exercise: "tutorials/ch23_words_and_attention/exercise.rs: one head of attention by hand, with its mask. Then: \
               cargo run --release -- exercises watch ch23",
    next: "cargo run --release -- ch24",
};

/// The highest rate of the schedule.
const RATE: f64 = 0.003;
const HEADS: usize = 4;

/// The sizes of the small GPT.
pub fn size(names: &Names) -> Size {
    Size { symbols: names.symbols(), places: names.places(), width: 32, heads: HEADS, blocks: 2, dropout: 0.05 }
}

pub fn run(run: &mut Run) -> Result {
    let names = Names::split();
    let counting = count::counting(run, &names);
    let learnt = count::learnt(run, &names)?;
    time::through_time(run)?;
    head::by_hand(run)?;

    let steps = run.epochs().min(CHAPTER.epochs);
    run.heading("Three nets");
    run.say("                    numbers   learnt from  validation   held out   longest gradient   clipped");
    let mut table = Table { names: &names, curves: Vec::new(), held_out: Map::new() };
    table.row(run, ["counting", "counting pairs"], &counting, None);
    table.row(run, ["learnt", "the same, learnt"], &learnt, None);
    let mut rng = run.rng();
    let last_letters = LastLetters::new(names.symbols(), 16, 64, &mut rng);
    let story = train(run, "three letters", &last_letters, None, &names, steps)?;
    table.row(run, ["last_letters", "three letters"], &last_letters, Some(story));
    let recurrent = Recurrent::new(names.symbols(), 64, &mut rng);
    let story = train(run, "recurrent", &recurrent, None, &names, steps)?;
    table.row(run, ["recurrent", "recurrent"], &recurrent, Some(story));
    let gpt = Gpt::new(size(&names), run.seed());
    let story = train(run, "a small GPT", &gpt, Some(&gpt.dropout), &names, steps)?;
    table.row(run, ["gpt", "a small GPT"], &gpt, Some(story));
    let (curves, mut held_out) = (table.curves, table.held_out);
    draw_curves(run, &curves, nats(&counting, &names.validation))?;

    run.heading("Names they make up");
    let made_up = json!({
        "counting": look::made_up(run, "counting pairs", &counting, &names),
        "last_letters": look::made_up(run, "three letters", &last_letters, &names),
        "recurrent": look::made_up(run, "recurrent", &recurrent, &names),
        "gpt": look::made_up(run, "a small GPT", &gpt, &names),
    });
    run.result("made_up", made_up);
    look::heads(run, &gpt, HEADS, &names)?;
    run.write_arrays("gpt", &Arrays::of(&gpt, Layout::PyTorch)?)?;
    run.write_arrays("gpt_scores", &scores(&gpt, &names.held_out)?)?;

    run.heading("Too good to be true");
    let peeking = Gpt::without_mask(size(&names), run.seed());
    train(run, "a GPT without a mask", &peeking, Some(&peeking.dropout), &names, steps.div_ceil(3))?;
    let without_mask = nats(&peeking, &names.held_out);
    run.say(format!("  a GPT without a mask, held out: {without_mask:.3} nats per character"));
    look::made_up(run, "  and what it makes up", &peeking, &names);
    run.say(format!("  counting pairs, held out: {:.3}", held_out["counting"].as_f64().unwrap_or_default()));
    run.say(format!("  and with names padded to 16 places: {:.3}", count::with_filling(&names)));
    held_out.insert("without_mask".into(), without_mask.into());
    if steps == CHAPTER.epochs {
        compare(run, &held_out);
    }
    run.result("held_out", held_out);
    Ok(())
}

/// The scores of a net for some names, and the symbols that it read: for `gpt.py`, which has PyTorch compute them.
fn scores(net: &impl Module<f32>, names: &[Name]) -> Result<Arrays> {
    let (tape, mut arrays) = (Tape::new(), Arrays::new());
    let symbols = Batch::of(names).symbols;
    arrays.insert("scores", &tape.no_grad(|| net.forward(tape.input(&symbols)).value()))?;
    arrays.insert("symbols", &symbols)?;
    Ok(arrays)
}

/// What came of every net, as rows of a table.
struct Table<'n> {
    names: &'n Names,
    curves: Vec<(&'static str, Vec<(f64, f64)>)>,
    /// Nats per character of the names that are held out.
    held_out: Map<String, Value>,
}

impl Table<'_> {
    fn row(&mut self, run: &mut Run, [key, what]: [&'static str; 2], net: &impl Module<f32>, story: Option<Story>) {
        let Names { train, validation, held_out, .. } = self.names;
        let [train, validation, held_out] = [train, validation, held_out].map(|names| nats(net, names));
        let count = net.parameter_count();
        let mut line = format!("  {what:16} {count:>8}   {train:>11.3}   {validation:>9.3}   {held_out:>8.3}");
        if let Some(Story { curve, longest, clipped }) = story {
            line += &format!("   {longest:>16.1}   {:>6.0}%", 100.0 * clipped);
            self.curves.push((what, curve));
        }
        run.say(line);
        self.held_out.insert(key.to_owned(), held_out.into());
    }
}

fn draw_curves(run: &mut Run, curves: &[(&'static str, Vec<(f64, f64)>)], counting: f64) -> Result {
    let chart = Chart::new("step", "nats per character").level(counting, "counting pairs");
    run.plot("curves", &curves.iter().fold(chart, |chart, (what, curve)| chart.line(what, curve)))
}

fn compare(run: &mut Run, held_out: &Map<String, Value>) {
    let of = |key: &str| held_out[key].as_f64().unwrap_or(f64::NAN);
    run.compare("three letters: held out", of("last_letters"), Ours, "2.027 to 2.032 in earlier runs", 2.01, 2.05);
    run.compare("recurrent: held out", of("recurrent"), Ours, "1.937 to 1.952 in earlier runs", 1.92, 1.98);
    run.compare("a small GPT: held out", of("gpt"), Ours, "1.920 to 1.928 in earlier runs", 1.9, 1.96);
    run.compare("a GPT without a mask: held out", of("without_mask"), Ours, "0.003 in an earlier run", 0.0, 0.02);
}
