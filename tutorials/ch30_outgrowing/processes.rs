//! The same training in two processes. The program starts itself once more, and the two exchange gradients through pipes: no memory is shared.

use super::device::{Device, Rows};
use super::{BATCH, CHAPTER, Outcome, Plan, STEPS, Trained};
use frame::Run;
use gradus::nn::Mlp;
use std::env;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Each process has one device.
const PLAN: Plan = Plan { devices: 2, batch: BATCH, steps: STEPS };

/// What the first process knows in the end.
pub struct Both {
    pub trained: Trained,
    /// How many numbers of the second process's copy of the parameters are others.
    pub different: usize,
    /// How many bytes each process sent in a step.
    pub sent: usize,
}

/// The first process: starts the second one, and trains together with it.
pub fn first(run: &Run, net: &Mlp, data: &Rows) -> Outcome<Both> {
    let mut other = start(run)?;
    let (to, from) = other.stdin.take().zip(other.stdout.take()).ok_or("the second process has no pipes")?;
    let both = train_with_other(net, data, to, from);
    // Its pipes are closed now, so it ends, too.
    let status = other.wait()?;
    if both.is_ok() && !status.success() { Err(format!("the second process ended with {status}").into()) } else { both }
}

fn start(run: &Run) -> Outcome<Child> {
    let program = env::current_exe()?;
    let is_alone = program.file_stem().is_some_and(|stem| *stem == *CHAPTER.binary());
    let data = std::path::absolute(run.data_folder().map_err(|error| error.to_string())?)?;
    let other = Command::new(&program)
        .args((!is_alone).then(|| CHAPTER.short_name()))
        .args(["--quiet", "--rank", "1", "--seed", &run.seed().to_string(), "--data"])
        .arg(data)
        // Outside of the repository, so that `gradus` does not note it as a run of the reader's.
        .current_dir(env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    Ok(other)
}

fn train_with_other(net: &Mlp, data: &Rows, mut to: ChildStdin, mut from: ChildStdout) -> Outcome<Both> {
    let mut sent = 0;
    // ANCHOR: processes
    let all_reduce = |own: Vec<f32>| {
        sent = send(&mut to, &own)?; // this process sends first and then receives, the other one receives first
        let theirs = receive(&mut from, own.len())?;
        Ok(own.iter().zip(theirs).map(|(own, theirs)| own + theirs).collect())
    };
    let trained = Device::new(net, 0, PLAN)?.train(data, all_reduce)?;
    // ANCHOR_END: processes
    let theirs = receive(&mut from, trained.parameters.len())?;
    let different = trained.parameters.iter().zip(theirs).filter(|(own, theirs)| **own != *theirs).count();
    Ok(Both { trained, different, sent })
}

/// The second process: its standard input and output are the pipes to the first.
pub fn second(net: &Mlp, data: &Rows) -> Outcome<()> {
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    let all_reduce = |own: Vec<f32>| {
        let theirs = receive(&mut from, own.len())?;
        send(&mut to, &own)?;
        Ok(theirs.iter().zip(own).map(|(theirs, own)| theirs + own).collect())
    };
    let trained = Device::new(net, 1, PLAN)?.train(data, all_reduce)?;
    send(&mut to, &trained.parameters)?;
    Ok(())
}

/// Sends numbers, and returns how many bytes that were.
fn send(to: &mut impl Write, numbers: &[f32]) -> io::Result<usize> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    to.write_all(&bytes)?;
    to.flush()?;
    Ok(bytes.len())
}

fn receive(from: &mut impl Read, count: usize) -> io::Result<Vec<f32>> {
    let mut bytes = vec![0; 4 * count];
    from.read_exact(&mut bytes)?;
    Ok(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}
