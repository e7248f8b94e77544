//! Which thread is changing a parameter, and which threads wait for it. A thread that would wait for ever panics instead, with a message: when it is
//! changing the parameter itself, or when the thread that is changing it waits (perhaps through others) for a parameter that this thread is changing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The number of the thread that is changing a parameter; 0 if none is.
#[derive(Clone, Default)]
pub(super) struct Writer(Arc<AtomicU64>);

/// The threads that wait for a parameter, each with that parameter's writer. A thread removes itself from the list as soon as it has the lock, so
/// that every thread in the list is waiting.
static WAITING: Mutex<Vec<(u64, Writer)>> = Mutex::new(Vec::new());

fn waiting() -> MutexGuard<'static, Vec<(u64, Writer)>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number for this thread, from 1.
fn this_thread() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

impl Writer {
    /// Notes that this thread, which has the lock, is changing the parameter, until the returned value is dropped.
    pub(super) fn begin(&self) -> Turn<'_> {
        self.0.store(this_thread(), Ordering::Release);
        Turn(self)
    }

    fn thread(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Notes that this thread is going to wait for the parameter `name`, until the returned value is dropped.
    ///
    /// # Panics
    /// If it would wait for itself.
    #[track_caller]
    pub(super) fn wait(&self, name: &str) -> Waiting {
        let this = this_thread();
        let mut list = waiting();
        let mut thread = self.thread();
        let is_own = thread == this;
        while thread != this {
            let Some((_, next)) = list.iter().find(|(other, _)| *other == thread) else {
                list.push((this, self.clone()));
                return Waiting(this);
            };
            thread = next.thread();
        }
        drop(list);
        match is_own {
            true => panic!(
                "parameter {name:?} is used inside its own update: while it is being changed it can be read and changed only through the \
                 numbers that the closure is given; take whatever else you need of it before"
            ),
            false => panic!(
                "parameter {name:?} would be waited for without end: the thread that is changing it waits for a parameter that is being \
                 changed here; read what you need of other parameters before the update"
            ),
        }
    }
}

/// While this lives, this thread is changing the parameter.
pub(super) struct Turn<'p>(&'p Writer);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.store(0, Ordering::Release);
    }
}

/// While this lives, this thread is in the list of waiting threads.
pub(super) struct Waiting(u64);

impl Drop for Waiting {
    fn drop(&mut self) {
        waiting().retain(|(thread, _)| *thread != self.0);
    }
}
