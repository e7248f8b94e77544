//! What Rust's standard library wants of the C library, and Debian's for WASI is too old to have. The one idea to know: a page has one thread, and its files
//! have neither permissions nor links. (A newer C library has these functions itself; then the linker takes the ones here, which do the same for us.)
#![allow(unsafe_code)] // functions of C have names that the linker sees, and pointers

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

/// WASI's number for "try again": there is no room for another thread.
const EAGAIN: c_int = 6;
/// WASI's number for "no such function".
const ENOSYS: c_int = 52;

unsafe extern "C" {
    static mut errno: c_int;
}

#[unsafe(no_mangle)]
extern "C" fn __errno_location() -> *mut c_int {
    &raw mut errno
}

#[unsafe(no_mangle)]
extern "C" fn pthread_attr_init(_attributes: *mut c_void) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_attr_setstacksize(_attributes: *mut c_void, _bytes: usize) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_attr_destroy(_attributes: *mut c_void) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_create(
    _thread: *mut c_void,
    _attributes: *const c_void,
    _work: *const c_void,
    _argument: *mut c_void,
) -> c_int {
    EAGAIN
}

#[unsafe(no_mangle)]
extern "C" fn pthread_join(_thread: *mut c_void, _result: *mut *mut c_void) -> c_int {
    ENOSYS
}

#[unsafe(no_mangle)]
extern "C" fn pthread_detach(_thread: *mut c_void) -> c_int {
    ENOSYS
}

#[unsafe(no_mangle)]
extern "C" fn fchmod(_file: c_int, _mode: u32) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn realpath(_path: *const c_char, _room: *mut c_char) -> *mut c_char {
    // SAFETY: there is one thread, and the place is the C library's own.
    unsafe { errno = ENOSYS };
    null_mut()
}
