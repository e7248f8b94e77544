//! What there is to see: the files, the first digit, the curves, and the digits that the net misreads.

use super::Point;
use frame::{Chart, Images, Panels, Result, Run};
use gradus::data::{Digits, Ink, MnistFiles, idx};
use gradus::nn::{Mlp, Predict, argmax};

/// What the four files hold, and what becomes of the first digit.
pub fn four_files(run: &mut Run, train: &Digits) -> Result {
    run.say("  file                       header     bytes, by axis");
    let MnistFiles { train_images, train_labels, test_images, test_labels, .. } = MnistFiles::find(run.data_folder()?)?;
    for (path, rank) in [(train_images, 3), (train_labels, 1), (test_images, 3), (test_labels, 1)] {
        let file = idx::read(&path, rank)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".gz");
        run.say(format!("  {name:25}  {:>2} bytes   {:?}", 4 + 4 * file.dims.len(), file.dims));
    }
    let first = train.first(1);
    let (row, target) = (first.images::<f32>(), first.one_hot::<f32>());
    let most = row.iter().copied().fold(0.0, f32::max);
    run.say("\nThe first image, 28 x 28:");
    first.text(0, Ink::Blocks).lines().for_each(|line| run.say(line.trim_end()));
    run.say(format!("As a row {:?}, numbers from 0 to {most}. Label {}, as a target:", row.dim(), first.label(0)));
    run.say(target.row(0).to_string());
    Ok(())
}

/// Loss and accuracy, step by step, drawn both ways.
pub fn curves(run: &mut Run, with: &[Point], without: &[Point]) -> Result {
    let line = |curve: &[Point], y: fn(&Point) -> f64| -> Vec<(f64, f64)> {
        curve.iter().map(|point| (point.step as f64, y(point))).collect()
    };
    let percent = |point: &Point| 100.0 * point.test;
    let loss = Chart::new("step", "mean loss of the last 600 batches")
        .line("with replacement", &line(with, |point| point.loss))
        .line("without", &line(without, |point| point.loss));
    let accuracy = Chart::new("step", "accuracy (%)")
        .line("training digits", &line(with, |point| 100.0 * point.train))
        .line("test digits", &line(with, percent))
        .line("test digits, without replacement", &line(without, percent));
    run.plot("curves", &Panels::new(2).panel(loss).panel(accuracy))
}

/// The share of the digits that has been seen at least once.
pub fn seen(run: &mut Run, with: &[(f64, f64)]) -> Result {
    let without: Vec<(f64, f64)> = with.iter().map(|&(epochs, _)| (epochs, 100.0 * epochs.min(1.0))).collect();
    let chart = Chart::new("draws, in 60,000", "digits seen at least once (%)")
        .line("with replacement", with)
        .line("without", &without)
        .y_range(0.0, 105.0);
    run.plot("seen", &chart)
}

/// The test digits that the net reads wrong and is most sure of.
pub fn surest_mistakes(run: &mut Run, net: &Mlp, test: &Digits) -> Result {
    const SHOWN: usize = 12;
    let mut mistakes: Vec<(f32, usize, usize)> = Vec::new();
    for (index, scores) in net.predict(test.images().view()).outer_iter().enumerate() {
        let answer = argmax(scores.iter().copied());
        // The softmax of the largest score: 1 / Σ e^(score - largest).
        let sure = 1.0 / scores.mapv(|score| (score - scores[answer]).exp()).sum();
        if answer != usize::from(test.label(index)) {
            mistakes.push((sure, index, answer));
        }
    }
    mistakes.sort_by(|a, b| b.0.total_cmp(&a.0));
    run.say(format!("  {} of 10,000 are wrong. Of these the net is surest of", mistakes.len()));
    for &(sure, index, answer) in mistakes.iter().take(3) {
        run.say(format!("  digit {index:>4}, label {}, taken for {answer}: {:.1}%", test.label(index), 100.0 * sure));
    }
    let mut gallery = Images::new(6);
    for &(_, index, answer) in mistakes.iter().take(SHOWN) {
        gallery = gallery.image(&format!("{} read as {answer}", test.label(index)), test.image::<f32>(index).view());
    }
    run.plot("mistakes", &gallery)
}
