//! A safetensors file, read by hand; what damage does to it; and a net that PyTorch wrote.

use super::{Outcome, Training};
use crate::ch22::net::cnn;
use frame::Origin::Theory;
use frame::Run;
use gradus::data::Digits;
use gradus::io::{Arrays, Layout, load_safetensors, save_safetensors};
use gradus::nn::{Module, Parameters, Sequential};
use gradus::prelude::*;
use ndarray::Array2;
use std::fs;
use std::path::Path;

/// The weights of chapter 22's net as PyTorch drew and wrote them; some images, and the logits that PyTorch computed for them.
const FROM_PYTORCH: &[u8] = include_bytes!("torch_cnn.safetensors");
const LOGITS: &[u8] = include_bytes!("torch_logits.npz");

const FOREIGN: &str = "not a safetensors file";

// ANCHOR: read
/// The header of a file, and the bytes of all its numbers.
fn parts(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = file.split_first_chunk::<8>()?;
    rest.split_at_checked(u64::from_le_bytes(*length) as usize) // the least significant byte first
}

/// A matrix, and the place of its first byte among those of the numbers.
fn read(file: &[u8], name: &str) -> Option<(Array2<f32>, usize)> {
    let (header, numbers) = parts(file)?;
    let entry = &serde_json::from_slice::<serde_json::Value>(header).ok()?[name];
    let number = |key: &str, place: usize| Some(entry[key][place].as_u64()? as usize);
    let (shape, start) = ((number("shape", 0)?, number("shape", 1)?), number("data_offsets", 0)?);
    let (bytes, _) = numbers.get(start..number("data_offsets", 1)?)?.as_chunks::<4>();
    let weights = bytes.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Some((Array2::from_shape_vec(shape, weights).ok()?, start))
}
// ANCHOR_END: read

/// What stands in the file of a net.
pub fn look_inside(run: &mut Run, net: &Sequential, folder: &Path) -> Outcome<()> {
    run.heading("A file, byte by byte");
    let path = folder.join("net.safetensors");
    save_safetensors(&path, net)?;
    let file = fs::read(&path)?;
    let (header, numbers) = parts(&file).ok_or(FOREIGN)?;
    let hex: Vec<String> = file[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    run.say(format!("  the first 8 bytes: {}. So the header has {} bytes:", hex.join(" "), header.len()));
    let mut lines = String::from_utf8_lossy(header).replace("},\"", "},\n\"");
    // The digits of the checksum are others if a number differs in its last bit.
    if let Some(at) = lines.find("crc32") {
        lines.replace_range(at + 10..at + 18, "...");
    }
    lines.lines().for_each(|line| run.say(format!("  {}", line.trim())));
    run.say(format!("  then {} bytes: {} numbers of 4 bytes", numbers.len(), net.parameter_count()));
    let (weights, _) = read(&file, "hidden/W").ok_or(FOREIGN)?;
    let apart =
        (weights.into_dyn() - net.params()[0].value()).mapv(f32::abs).fold(0.0_f32, |largest, x| largest.max(*x));
    run.compare("weights read by hand: apart", apart.into(), Theory, "0", 0.0, 0.0);
    Ok(())
}

/// One bit of the file turned over, and a file that was cut off.
pub fn damage(run: &mut Run, training: &Training, test: &Digits, folder: &Path) -> Outcome<()> {
    run.heading("One bit, and half a file");
    let path = folder.join("net.safetensors");
    let whole = fs::read(&path)?;
    let mut flipped = whole.clone();
    let (weights, start) = read(&whole, "scores/W").ok_or(FOREIGN)?;
    // ANCHOR: flip
    let first = whole.len() - parts(&whole).ok_or(FOREIGN)?.1.len() + start; // the first weight of the scores
    flipped[first + 3] ^= 0x40; // the highest bit of its exponent
    // ANCHOR_END: flip
    let (wrong, _) = read(&flipped, "scores/W").ok_or(FOREIGN)?;
    run.say(format!("  to a trusting reader, a weight of {:.4} is {:.1e}", weights[[0, 0]], wrong[[0, 0]]));
    let believing = Training::new(run.seed());
    let mut params = training.net.params().into_iter().zip(believing.net.params());
    params.by_ref().for_each(|(from, to)| to.set(&from.value()));
    believing.net.params()[2].set(&wrong);
    let [before, after] = [training, &believing].map(|training| test.accuracy(&training.net));
    run.say(format!("  test digits read: {:.2}% before, {:.2}% with this weight", 100.0 * before, 100.0 * after));
    run.result("accuracy_with_a_wrong_bit", after);
    for (what, bytes) in [("one bit", &flipped[..]), ("cut off", &whole[..whole.len() / 2])] {
        fs::write(&path, bytes)?;
        let said = load_safetensors(&path, &believing.net).err().map_or("nothing".into(), |error| error.to_string());
        run.say(format!("\n  {what}:"));
        let said = said.replace(&*folder.to_string_lossy(), "").replace(['/', '\\'], "");
        said.lines().take(3).for_each(|line| run.say(format!("  {line}")));
    }
    Ok(())
}

/// Chapter 22's net with the weights that PyTorch gave it, beside the logits that PyTorch computed.
pub fn from_pytorch(run: &mut Run, folder: &Path) -> Outcome<()> {
    run.heading("From PyTorch and back");
    let [weights, logits] = ["torch_cnn.safetensors", "torch_logits.npz"].map(|name| folder.join(name));
    fs::write(&weights, FROM_PYTORCH)?;
    fs::write(&logits, LOGITS)?;
    let net = cnn(&mut run.rng());
    // ANCHOR: layout
    Arrays::load_safetensors(&weights)?.restore(&net, Layout::PyTorch)?;
    // ANCHOR_END: layout
    run.say("  here       there            shape there");
    let arrays = Arrays::of(&net, Layout::PyTorch)?;
    for param in net.params() {
        let name = Layout::PyTorch.name(param.name());
        let shape = arrays.get::<f32>(&name).map(|array| array.shape().to_vec()).unwrap_or_default();
        run.say(format!("  {:10} {name:16} {shape:?}", param.name()));
    }
    let told = Arrays::load_npz(&logits)?;
    let get = |name: &str| told.get::<f32>(name).ok_or("an array is missing");
    let tape = Tape::new();
    let ours = net.forward(tape.input(&get("cnn/x")?)).value();
    let apart = (ours - get("cnn/logits")?).mapv(f32::abs).fold(0.0_f32, |largest, x| largest.max(*x));
    run.compare("logits of PyTorch's net: apart", apart.into(), Theory, "0", 0.0, 1e-5);
    Ok(())
}
