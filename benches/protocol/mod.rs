//! The protocol of measurements: pinned to a number of processors, on given data, warmed up, in repetitions that no other process disturbed.
//! Frameworks that are measured in the same way can be compared line by line.

use std::time::Instant;

/// Rows of the data set.
pub const ROWS: usize = 60_000;
/// Numbers in a row.
pub const PIXELS: usize = 784;

/// The arguments of the command line.
pub struct Args {
    pub workload: String,
    pub threads: usize,
    /// Whether to print where the time goes.
    pub profile: bool,
}

/// Reads `WORKLOAD --threads N --profile`, and pins the process to the last N of its processors.
pub fn args() -> Args {
    let mut args = Args { workload: "all".into(), threads: 1, profile: false };
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        match &word[..] {
            "--threads" => args.threads = given.next().and_then(|n| n.parse().ok()).expect("--threads takes a number"),
            "--profile" => args.profile = true,
            "--bench" => {} // cargo adds it
            _ => args.workload = word,
        }
    }
    pin(args.threads);
    args
}

#[cfg(target_os = "linux")]
fn pin(threads: usize) {
    // SAFETY: both calls are given a set that lives on this stack frame and its true size.
    unsafe {
        let mut allowed: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of_val(&allowed), &mut allowed);
        let mut wanted: libc::cpu_set_t = std::mem::zeroed();
        let cpus = (0..libc::CPU_SETSIZE as usize).rev().filter(|&cpu| libc::CPU_ISSET(cpu, &allowed));
        cpus.take(threads).for_each(|cpu| libc::CPU_SET(cpu, &mut wanted));
        libc::sched_setaffinity(0, size_of_val(&wanted), &wanted);
    }
}

#[cfg(not(target_os = "linux"))]
fn pin(_: usize) {}

/// Xorshift*, as all measured frameworks use it for their data.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545F4914F6CDD1D)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From the standard normal distribution.
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()) as f32
    }

    /// Uniform in 0..n.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n
    }

    /// The numbers of all rows, shuffled.
    pub fn order(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..ROWS).collect();
        for i in (1..ROWS).rev() {
            order.swap(i, self.below(i + 1));
        }
        order
    }
}

/// Images (uniform, centred at 0), labels, and one shuffled order.
pub fn dataset() -> (Vec<f32>, Vec<usize>, Vec<usize>) {
    dataset_around(0.0)
}

/// The same with pixels around `centre`.
pub fn dataset_around(centre: f32) -> (Vec<f32>, Vec<usize>, Vec<usize>) {
    let mut random = Random(12345);
    let images = (0..ROWS * PIXELS).map(|_| random.uniform() as f32 - 0.5 + centre).collect();
    let labels = (0..ROWS).map(|_| random.below(10)).collect();
    (images, labels, random.order())
}

/// Goes through an order in batches, endlessly; a last smaller batch is left out.
pub struct Batches {
    order: Vec<usize>,
    size: usize,
    at: usize,
}

impl Batches {
    pub fn new(order: Vec<usize>, size: usize) -> Self {
        Batches { order, size, at: 0 }
    }

    pub fn next(&mut self) -> &[usize] {
        let whole = self.order.len() / self.size * self.size;
        let at = self.at;
        self.at = if at + self.size >= whole { 0 } else { at + self.size };
        &self.order[at..at + self.size]
    }
}

/// The share of our processors used by other processes from which on a repetition counts as disturbed.
const DISTURBED: f64 = 0.05;

fn budget() -> f64 {
    std::env::var("PEERS_BUDGET_S").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(25.0)
}

/// Busy seconds of our processors, and of this process.
#[cfg(target_os = "linux")]
fn busy() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    // SAFETY: both structures live on this stack frame, and each call is given its true size or pointer.
    unsafe {
        let mut ours: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of_val(&ours), &mut ours);
        let mut ticks = 0.0;
        for line in stat.lines().filter(|line| line.starts_with("cpu") && !line.starts_with("cpu ")) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let cpu: usize = fields[0][3..].parse().unwrap_or(usize::MAX);
            if cpu < libc::CPU_SETSIZE as usize && libc::CPU_ISSET(cpu, &ours) {
                ticks += [1, 2, 3, 6, 7, 8].iter().map(|&i| fields[i].parse::<f64>().unwrap_or(0.0)).sum::<f64>();
            }
        }
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
        (ticks / libc::sysconf(libc::_SC_CLK_TCK) as f64, seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }
}

#[cfg(not(target_os = "linux"))]
fn busy() -> (f64, f64) {
    (0.0, 0.0)
}

/// A repetition.
struct Repetition {
    /// The share of our processors that other processes used meanwhile.
    disturbed: f64,
    /// What was measured, by the clock.
    value: f64,
    /// The same in processor time of this process. Other processes lengthen the one by the clock much more.
    cpu: f64,
}

/// Repeats until `repetitions` were undisturbed, or the budget is used up: the least disturbed ones, the worst of them last.
fn repeat(threads: usize, repetitions: usize, budget: f64, mut once: impl FnMut() -> f64) -> Vec<Repetition> {
    let start = Instant::now();
    let mut measured: Vec<Repetition> = Vec::new();
    loop {
        let (before, own_before) = busy();
        let begin = Instant::now();
        let value = once();
        let wall = begin.elapsed().as_secs_f64();
        let (after, own_after) = busy();
        let own = own_after - own_before;
        let others = ((after - before) - own).max(0.0);
        measured.push(Repetition { disturbed: others / wall / threads as f64, value, cpu: value * own / wall });
        let clean = measured.iter().filter(|repetition| repetition.disturbed < DISTURBED).count();
        if clean >= repetitions || (start.elapsed().as_secs_f64() > budget && measured.len() >= repetitions) {
            break;
        }
    }
    measured.sort_by(|a, b| a.disturbed.total_cmp(&b.disturbed));
    measured.truncate(repetitions);
    measured
}

/// Prints a line of JSON. `scale` turns what was measured into the unit.
fn emit(workload: &str, threads: usize, unit: &str, scale: f64, measured: &[Repetition], extra: &str) {
    let sorted = |of: fn(&Repetition) -> f64| {
        let mut values: Vec<f64> = measured.iter().map(|repetition| of(repetition) * scale).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let median = |values: &[f64]| (values[values.len() / 2] + values[(values.len() - 1) / 2]) / 2.0;
    let (values, cpu) = (sorted(|repetition| repetition.value), sorted(|repetition| repetition.cpu));
    let worst = measured.last().map_or(0.0, |repetition| repetition.disturbed);
    let disturbed = if worst >= DISTURBED { format!(", \"disturbed\": {worst:.2}") } else { String::new() };
    println!(
        "{{\"peer\": \"gradus\", \"workload\": \"{workload}\", \"threads\": {threads}, \"unit\": \"{unit}\", \"median\": {:.6}, \
         \"min\": {:.6}, \"cpu\": {:.6}, \"n\": {}{extra}{disturbed}}}",
        median(&values),
        values[0],
        median(&cpu),
        values.len()
    );
}

/// Warms up for 0.5 s, then times 7 repetitions of 0.3 s. `per_second` turns seconds into the unit.
pub fn bench(workload: &str, threads: usize, unit: &str, per_second: f64, extra: &str, mut step: impl FnMut()) {
    let start = Instant::now();
    let mut steps = 0;
    while start.elapsed().as_secs_f64() < 0.5 || steps < 3 {
        step();
        steps += 1;
    }
    let steps = ((0.3 / (start.elapsed().as_secs_f64() / steps as f64)).round() as usize).max(1);
    let measured = repeat(threads, 7, budget(), || {
        let start = Instant::now();
        (0..steps).for_each(|_| step());
        start.elapsed().as_secs_f64() / steps as f64
    });
    emit(workload, threads, unit, per_second, &measured, extra);
}

/// Times 5 whole runs, in seconds.
pub fn bench_whole(workload: &str, threads: usize, extra: &str, mut once: impl FnMut()) {
    let measured = repeat(threads, 5, 3.0 * budget(), || {
        let start = Instant::now();
        once();
        start.elapsed().as_secs_f64()
    });
    emit(workload, threads, "s", 1.0, &measured, extra);
}

/// The largest resident size so far, in bytes.
#[cfg(target_os = "linux")]
fn peak_bytes() -> f64 {
    // SAFETY: the structure lives on this stack frame.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage.ru_maxrss as f64 * 1024.0
    }
}

#[cfg(not(target_os = "linux"))]
fn peak_bytes() -> f64 {
    0.0
}

/// A chain of 3n ops: nanoseconds per op, and the peak memory of the first run.
pub fn bench_chain(n: usize, threads: usize, extra: &str, mut once: impl FnMut()) {
    let base = peak_bytes();
    let start = Instant::now();
    once();
    let first = start.elapsed().as_secs_f64();
    let peak = peak_bytes() - base;
    let runs = ((0.1 / first) as usize).max(1);
    let measured = repeat(threads, 5, budget(), || {
        let start = Instant::now();
        (0..runs).for_each(|_| once());
        start.elapsed().as_secs_f64() / runs as f64
    });
    let ops = (3 * n) as f64;
    let memory = if n >= 10_000 { format!(", \"peak_bytes_per_op\": {:.0}", peak / ops) } else { String::new() };
    emit(&format!("W8:{n}"), threads, "ns_per_op", 1e9 / ops, &measured, &format!("{memory}{extra}"));
}
