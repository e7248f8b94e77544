//! What the last panic said. The one idea to know: a panic stops WebAssembly where it stands, and nothing in it should be called afterwards. So the
//! message stays at a place that is known beforehand, and JavaScript reads it from memory.

use std::panic;
use std::ptr::null_mut;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// Where a text is: two words of 32 bits in WebAssembly.
#[repr(C)]
#[derive(Debug)]
pub struct Text {
    data: AtomicPtr<u8>,
    length: AtomicUsize,
}

impl Text {
    /// No text.
    pub const fn none() -> Text {
        Text { data: AtomicPtr::new(null_mut()), length: AtomicUsize::new(0) }
    }

    /// Where it is, and its length.
    pub fn place(&self) -> (*const u8, usize) {
        (self.data.load(Relaxed), self.length.load(Relaxed))
    }
}

/// From now on, keeps there what a panic says.
pub fn keep(place: &'static Text) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let text = panic.to_string().into_bytes().leak();
            place.length.store(text.len(), Relaxed);
            place.data.store(text.as_mut_ptr(), Relaxed);
            usual(panic);
        }));
    });
}
