//! Several devices, each with a thread of its own. This thread is the network between them: gradients come in, and their sum goes out.

use super::device::{Device, Rows};
use super::{Outcome, Plan, Trained, ring};
use gradus::nn::Mlp;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Whether there are threads. A web page has none.
pub const ARE_HERE: bool = !cfg!(target_family = "wasm");

/// The training of each device, and the time of the shortest step.
pub fn train(net: &Mlp, data: &Rows, plan: Plan) -> Outcome<(Vec<Trained>, Duration)> {
    thread::scope(|scope| {
        // ANCHOR: threads
        let mut devices = Vec::new();
        for rank in 0..plan.devices {
            let ((found, from_device), (to_device, sum)) = (channel(), channel());
            let work = move || {
                let _alone = super::one_core();
                let all_reduce = |gradient| {
                    found.send(gradient)?;
                    Ok(sum.recv()?)
                };
                Device::new(net, rank, plan)?.train(data, all_reduce)
            };
            devices.push((scope.spawn(work), from_device, to_device));
        }
        // ANCHOR_END: threads
        let connected = connect(&devices.iter().map(|(_, from, to)| (from, to)).collect::<Vec<_>>(), plan.steps);
        // Without the channels no device waits any longer.
        let threads: Vec<_> = devices.into_iter().map(|(thread, ..)| thread).collect();
        let trained = threads.into_iter().map(|thread| thread.join().map_err(|_| "the thread of a device panicked")?);
        let trained = trained.collect::<Outcome<Vec<_>>>()?;
        Ok((trained, connected?))
    })
}

/// What a device sends, and where its sums go.
type Link<'a> = (&'a Receiver<Vec<f32>>, &'a Sender<Vec<f32>>);

/// The all-reduce of every step. Returns the time of the shortest step: from one sum to the next.
fn connect(devices: &[Link], steps: usize) -> Outcome<Duration> {
    // The first step has no sum before it.
    let (mut shortest, mut last) = (Duration::MAX, None::<Instant>);
    for _ in 0..steps {
        // ANCHOR: network
        let found = devices.iter().map(|(from, _)| from.recv());
        let mut gradients = found.collect::<Result<Vec<_>, _>>()?;
        ring::all_reduce(&mut gradients);
        // ANCHOR_END: network
        shortest = last.map_or(shortest, |last| shortest.min(last.elapsed()));
        last = Some(Instant::now()); // before any device can begin the next step
        for ((_, to), sum) in devices.iter().zip(gradients) {
            to.send(sum)?;
        }
    }
    Ok(shortest)
}

/// The same without threads: one device after the other.
pub fn take_turns(net: &Mlp, data: &Rows, plan: Plan) -> Outcome<Vec<Trained>> {
    let mut devices = (0..plan.devices).map(|rank| Device::new(net, rank, plan)).collect::<Outcome<Vec<_>>>()?;
    let mut losses = vec![Vec::new(); plan.devices];
    for batch in 0..plan.steps {
        let found = devices.iter_mut().map(|device| device.gradient(data, batch));
        let mut gradients = found.collect::<Outcome<Vec<_>>>()?;
        ring::all_reduce(&mut gradients);
        for (rank, sum) in gradients.iter().enumerate() {
            losses[rank].push(devices[rank].update(sum)?);
        }
    }
    let trained =
        devices.iter().zip(losses).map(|(device, losses)| Trained { losses, parameters: device.parameters() });
    Ok(trained.collect())
}
