//! The border to JavaScript: how bytes get in and out. The one idea to know: numbers of 32 bits are all that a call can pass, so bytes are passed as
//! the place where they lie in the module's memory and their count. All modules of gradus share it: each declares its entries with [`entries!`].
//!
//! A call, as `src/page/script/engine.js` makes it: `alloc` room for the request, write it there, call the entry, which returns the place of an
//! [`Answer`]; `free` the request; read the answer's bytes, and hand it back to `release`.

#![warn(missing_docs, missing_debug_implementations)]

pub mod last_panic;

use last_panic::Text;
use std::fmt::Display;
use std::ptr::null_mut;
use std::slice;

/// Three words of 32 bits.
#[repr(C)]
#[derive(Debug)]
pub struct Answer {
    data: *mut u8,
    length: usize,
    /// 0, or 1 if the request was refused; then the bytes are a text that says why.
    is_refused: usize,
}

impl Answer {
    /// Whether the request was refused.
    pub fn is_refused(&self) -> bool {
        self.is_refused != 0
    }

    /// The answer itself, or why there is none.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: only `reply` makes an answer, from a slice of this length that the answer owns.
        unsafe { slice::from_raw_parts(self.data, self.length) }
    }
}

/// What the last panic said, with its line. Its length is 0 as long as there was none.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub static LAST_PANIC: Text = Text::none();

/// Room for `length` bytes, all 0; null if there is not as much memory.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    let mut room: Vec<u8> = Vec::new();
    if room.try_reserve_exact(length).is_err() {
        return null_mut();
    }
    room.resize(length, 0);
    Box::into_raw(room.into_boxed_slice()).cast()
}

/// Gives room back.
///
/// # Safety
/// `data` is from [`alloc`] with this length, and is given back once.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn free(data: *mut u8, length: usize) {
    // SAFETY: `alloc` made it from a boxed slice of this length, and nobody else has it.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(data, length)) });
}

/// Gives an answer back.
///
/// # Safety
/// `answer` is from an entry, and is given back once.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn release(answer: *mut Answer) {
    assert!(!answer.is_null(), "release is given an answer, not a null pointer");
    // SAFETY: `reply` made it from a box, and nobody else has it.
    let answer = unsafe { Box::from_raw(answer) };
    // SAFETY: its bytes were a boxed slice of this length.
    unsafe { free(answer.data, answer.length) }
}

/// Calls an entry with the bytes of a request.
///
/// # Safety
/// `length` bytes can be read at `data`, and nothing changes them meanwhile.
pub unsafe fn reply<E: Display>(data: *const u8, length: usize, entry: fn(&[u8]) -> Result<Vec<u8>, E>) -> *mut Answer {
    last_panic::keep(&LAST_PANIC);
    // SAFETY: the caller's promise; an entry keeps no part of its request.
    let request = unsafe { slice::from_raw_parts(data, length) };
    let (bytes, is_refused) = match entry(request) {
        Ok(bytes) => (bytes, 0),
        Err(refusal) => (refusal.to_string().into_bytes(), 1),
    };
    let length = bytes.len();
    Box::into_raw(Box::new(Answer { data: Box::into_raw(bytes.into_boxed_slice()).cast(), length, is_refused }))
}

/// What JavaScript calls: `entries! { module: train open }` makes a function for each of these functions of `module`, from the bytes of a request to those
/// of an answer, or why there is none.
#[macro_export]
macro_rules! entries {
    ($entries:ident: $($(#[$needed:meta])? $name:ident)*) => {$(
        $(#[$needed])?
        /// The entry of this name, called with the bytes of a request.
        ///
        /// # Safety
        /// `length` bytes can be read at `data`, and nothing changes them during the call.
        #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
        pub unsafe extern "C" fn $name(data: *const u8, length: usize) -> *mut $crate::Answer {
            // SAFETY: the caller's promise, handed on.
            unsafe { $crate::reply(data, length, $entries::$name) }
        }
    )*};
}
