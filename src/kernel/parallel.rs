//! Work divided among threads. The one idea to know: the number of threads decides only *which thread* computes an element, never *how*, so results
//! are the same to the last bit.

use std::sync::{Mutex, PoisonError};
#[cfg(feature = "parallel")]
use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Number of parts per thread, of `count` equal parts of work, if the whole is worth this many threads.
pub fn share(count: usize, worth: usize) -> usize {
    match if worth > 1 { threads().min(worth) } else { 1 } {
        1 => count.max(1),
        sharers => count.div_ceil(sharers).max(1),
    }
}

/// Minimum numbers per thread: below this, waking a thread costs more than it saves.
pub const WORTH_A_THREAD: usize = 1 << 16;

/// Calls `write(index, row)` for each row of an array with this many columns (not 0). Each thread does some of the rows.
pub fn rows<F: Send>(numbers: &mut [F], columns: usize, write: impl Fn(usize, &mut [F]) + Sync) {
    let share = share(numbers.len() / columns, numbers.len() / WORTH_A_THREAD);
    each(numbers.chunks_mut(share * columns).enumerate(), |(part, rows)| {
        for (row, numbers) in rows.chunks_exact_mut(columns).enumerate() {
            write(part * share + row, numbers);
        }
    });
}

/// Copies numbers, each thread its share of them.
pub fn copy<F: Copy + Send + Sync>(from: &[F], to: &mut [F]) {
    each_part((to, from), 1, |(to, from)| to.copy_from_slice(from));
}

/// One slice, or several of one length that are cut at the same places.
pub trait Slices: Send + Sized {
    /// The length of each.
    fn length(&self) -> usize;
    /// The part before a place, and the rest.
    fn cut(self, place: usize) -> (Self, Self);
}

impl<F: Sync> Slices for &[F] {
    fn length(&self) -> usize {
        self.len()
    }
    fn cut(self, place: usize) -> (Self, Self) {
        self.split_at(place)
    }
}

impl<F: Send> Slices for &mut [F] {
    fn length(&self) -> usize {
        self.len()
    }
    fn cut(self, place: usize) -> (Self, Self) {
        self.split_at_mut(place)
    }
}

impl<A: Slices, B: Slices> Slices for (A, B) {
    fn length(&self) -> usize {
        self.0.length()
    }
    fn cut(self, place: usize) -> (Self, Self) {
        let (a, b) = (self.0.cut(place), self.1.cut(place));
        ((a.0, b.0), (a.1, b.1))
    }
}

/// Calls `work` with parts of the slices, one part per thread. They are cut at multiples of `unit`, and only if they are long enough that another
/// thread is worth waking.
#[inline(always)]
pub fn each_part<S: Slices>(slices: S, unit: usize, work: impl Fn(S) + Sync) {
    let length = slices.length();
    if cfg!(not(feature = "parallel")) || length < 2 * WORTH_A_THREAD {
        return work(slices);
    }
    each_share(slices, unit, &work);
}

/// The same for long slices. (Not part of `each_part`, so that it is compiled once and not for each kernel.)
#[inline(never)]
fn each_share<S: Slices>(slices: S, unit: usize, work: &(dyn Fn(S) + Sync)) {
    let length = slices.length();
    let share = share(length, length / WORTH_A_THREAD).next_multiple_of(unit);
    each(Parts { rest: Some(slices), share, left: length.div_ceil(share) }, work);
}

/// Slices cut into `left` parts of length `share`; the last one may be shorter.
struct Parts<S> {
    rest: Option<S>,
    share: usize,
    left: usize,
}

impl<S: Slices> Iterator for Parts<S> {
    type Item = S;

    fn next(&mut self) -> Option<S> {
        self.left = self.left.checked_sub(1)?;
        let rest = self.rest.take()?;
        if self.left == 0 {
            return Some(rest);
        }
        let (part, rest) = rest.cut(self.share);
        self.rest = Some(rest);
        Some(part)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<S: Slices> ExactSizeIterator for Parts<S> {}

/// Calls `work` with each item, on this thread and on others: a thread that is free takes the next item.
pub fn each<I: Send>(items: impl ExactSizeIterator<Item = I> + Send, work: impl Fn(I) + Sync) {
    each_with(items, || (), |(), item| work(item));
}

/// The same, where each thread first makes a value to work with (`with`), such as a buffer. While a thread is in `work`, it does not divide
/// work any further.
pub fn each_with<I: Send, T>(
    items: impl ExactSizeIterator<Item = I> + Send,
    with: impl Fn() -> T + Sync,
    work: impl Fn(&mut T, I) + Sync,
) {
    if cfg!(not(feature = "parallel")) || items.len() <= 1 {
        let mut made = with();
        return items.for_each(|item| work(&mut made, item));
    }
    let sharers = items.len().min(threads());
    let items = Mutex::new(items);
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    share_out(sharers, &|| {
        let mut made = None;
        while let Some(item) = next() {
            work(made.get_or_insert_with(&with), item);
        }
    });
}

/// Calls `help` on this thread and on others, on `sharers` threads in all. (Not part of [`each`], so that it is compiled once and not for each
/// kernel.)
#[cfg(feature = "parallel")]
fn share_out(sharers: usize, help: &(dyn Fn() + Sync)) {
    let others = if sharers > 1 { others() } else { None };
    let Some(others) = others else { return help() };
    let help = || {
        let _helping = Helping::new();
        help();
    };
    let unfinished = &AtomicUsize::new(sharers - 1);
    CALLS.fetch_add(1, Ordering::Release);
    others.in_place_scope(|scope| {
        for _ in 1..sharers {
            scope.spawn(move |_| {
                help();
                unfinished.fetch_sub(1, Ordering::Release);
            });
        }
        help();
        watch(|| unfinished.load(Ordering::Acquire) == 0);
    });
    stand_by(others);
}

/// There are no others.
#[cfg(not(feature = "parallel"))]
fn share_out(_: usize, help: &(dyn Fn() + Sync)) {
    help();
}

/// Lets the other threads watch for the next piece of work before they sleep.
#[cfg(feature = "parallel")]
fn stand_by(others: &rayon::ThreadPool) {
    let calls = CALLS.load(Ordering::Relaxed);
    others.spawn_broadcast(move |_| watch(|| CALLS.load(Ordering::Acquire) != calls));
}

/// How often work was divided among threads.
#[cfg(feature = "parallel")]
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Polls for [`PATIENCE`] whether something has happened. A thread that sleeps takes 10 microseconds to wake, and the next piece of work, or the end
/// of this one, usually comes sooner.
#[cfg(feature = "parallel")]
fn watch(has_happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !has_happened() && start.elapsed() < PATIENCE {
        std::hint::spin_loop();
    }
}

#[cfg(feature = "parallel")]
const PATIENCE: Duration = Duration::from_micros(100);

/// The other threads; `None` if the system gives none. They are one fewer than all threads, because the calling thread
/// does a share of the work. With one more, they would take the processor from each other while they poll for work.
#[cfg(feature = "parallel")]
fn others() -> Option<&'static rayon::ThreadPool> {
    static OTHERS: std::sync::LazyLock<Option<rayon::ThreadPool>> = std::sync::LazyLock::new(|| {
        let count = all_threads().saturating_sub(1).max(1);
        rayon::ThreadPoolBuilder::new().num_threads(count).thread_name(|i| format!("gradus-{i}")).build().ok()
    });
    OTHERS.as_ref()
}

/// The number of threads to divide work among: 1 while this thread does its share of something, since the others are busy with theirs.
#[cfg(feature = "parallel")]
fn threads() -> usize {
    match (HELPING.get(), rayon::current_thread_index()) {
        (true, _) => 1,
        (false, Some(_)) => rayon::current_num_threads(), // those of the pool that this runs in
        (false, None) => all_threads(),
    }
}

/// One for each processor, or `RAYON_NUM_THREADS` if that is fewer. More threads than processors would only wait for each other. (Asking rayon would
/// start rayon's own threads, which are not needed.)
#[cfg(feature = "parallel")]
fn all_threads() -> usize {
    static COUNT: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let wanted = std::env::var("RAYON_NUM_THREADS").ok().and_then(|count| count.parse().ok());
        wanted.filter(|&count| count > 0).map_or(processors, |count: usize| count.min(processors))
    });
    *COUNT
}

#[cfg(feature = "parallel")]
thread_local! {
    static HELPING: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as doing its share of something, until it is dropped.
#[cfg(feature = "parallel")]
struct Helping;

#[cfg(feature = "parallel")]
impl Helping {
    fn new() -> Self {
        HELPING.set(true);
        Helping
    }
}

#[cfg(feature = "parallel")]
impl Drop for Helping {
    fn drop(&mut self) {
        HELPING.set(false);
    }
}

#[cfg(not(feature = "parallel"))]
fn threads() -> usize {
    1
}
