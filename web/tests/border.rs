//! The border to JavaScript, crossed as `engine.js` crosses it, but natively; and the entries behind it.

#![allow(unsafe_code)]

use gradus::Tape;
use gradus_border::{Answer, LAST_PANIC, alloc, free, release};
use gradus_web::abi::{ask, open};
use gradus_web::entries;
use std::str;

/// What JavaScript does: request in, answer out, and whether it was refused.
fn call(entry: unsafe extern "C" fn(*const u8, usize) -> *mut Answer, request: &str) -> (bool, Vec<u8>) {
    let room = alloc(request.len());
    assert!(!room.is_null());
    // SAFETY: the room has as many bytes, all calls are in the order that the border asks for, and nothing is used after it was given back.
    unsafe {
        room.copy_from_nonoverlapping(request.as_ptr(), request.len());
        let answer = entry(room, request.len());
        free(room, request.len());
        let reply = ((*answer).is_refused(), (*answer).bytes().to_vec());
        release(answer);
        reply
    }
}

/// A program whose loss is the square of x = 3.
fn square() -> String {
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    (x * x).backward();
    tape.program().unwrap().to_json()
}

#[test]
fn a_program_is_opened_and_asked() {
    let (is_refused, answer) = call(ask, r#"{"ask":"run"}"#);
    assert_eq!((is_refused, &answer[..]), (true, &b"no program is open"[..]));
    let (is_refused, state) = call(open, &square());
    assert!(!is_refused && state.starts_with(br#"{"loss":9.0,"#));
    call(ask, r#"{"ask":"set","node":0,"element":0,"to":5}"#);
    let (is_refused, state) = call(ask, r#"{"ask":"run"}"#);
    assert!(!is_refused && state.starts_with(br#"{"loss":25.0,"#));
}

#[test]
fn what_is_no_program_is_refused_with_a_reason_and_the_one_before_stays_open() {
    call(open, &square());
    let (is_refused, answer) = call(open, "{}");
    assert!(is_refused && String::from_utf8(answer).unwrap().contains("gradus_program"));
    assert!(entries::ask(br#"{"ask":"run"}"#).unwrap().starts_with(br#"{"loss":9.0,"#));
    assert!(entries::open(&[255]).unwrap_err().to_string().contains("no UTF-8"));
}

#[test]
fn room_that_memory_does_not_have_is_null() {
    assert!(alloc(usize::MAX / 4).is_null());
    assert!(!alloc(0).is_null());
}

#[test]
fn the_message_of_a_panic_can_be_read_where_it_lies() {
    call(open, &square());
    assert!(std::panic::catch_unwind(|| entries::panic(b"no such shape")).is_err());
    let (data, length) = LAST_PANIC.place();
    // SAFETY: the hook leaks what it keeps.
    let text = str::from_utf8(unsafe { std::slice::from_raw_parts(data, length) }).unwrap();
    assert!(text.contains("entries.rs") && text.ends_with("no such shape"), "{text}");
}
