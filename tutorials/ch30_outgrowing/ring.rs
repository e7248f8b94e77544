//! The all-reduce as most machines do it: around a ring. The one idea to know: cut into as many parts as there are devices, the arrays can be added up
//! everywhere at once, so that no device sends more than twice its array, however many they are.

/// Adds up the arrays of all devices, until each has the sum. Returns how many numbers the device that sent most has sent.
// ANCHOR: ring
pub fn all_reduce(arrays: &mut [Vec<f32>]) -> usize {
    let (count, length) = (arrays.len(), arrays[0].len());
    let part = |index: usize| index * length / count..(index + 1) * length / count;
    let mut sent = vec![0; count];
    for round in 0..2 * (count - 1) {
        for device in 0..count {
            let (part, next) = (part((device + 2 * count - round) % count), (device + 1) % count);
            let numbers = arrays[device][part.clone()].to_vec();
            sent[device] += numbers.len();
            for (there, number) in arrays[next][part].iter_mut().zip(numbers) {
                // The first half of the rounds adds up; then each part is complete somewhere, and is handed round.
                *there = if round < count - 1 { *there + number } else { number };
            }
        }
    }
    sent.into_iter().max().unwrap_or(0)
}
// ANCHOR_END: ring

/// What each device sends on paper: 2 (N - 1) / N times its array.
pub fn on_paper(count: usize, length: usize) -> f64 {
    2.0 * (count as f64 - 1.0) / count as f64 * length as f64
}
