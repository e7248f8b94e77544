//! The border to JavaScript, crossed as `engine.js` crosses it, but natively; and the entries behind it.

#![allow(unsafe_code)]

use gradus_border::{Answer, LAST_PANIC, alloc, free, release};
use gradus_web::abi::{ops, train};
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

#[test]
fn bytes_go_in_and_come_out() {
    let (is_refused, answer) = call(ops, "");
    assert!(!is_refused);
    assert!(String::from_utf8(answer).unwrap().lines().any(|name| name == "matmul"));
}

#[test]
fn a_request_that_makes_no_sense_is_refused_with_a_reason() {
    for request in ["", "xor", "xor many", "nothing 7", "xor -1"] {
        let (is_refused, answer) = call(train, request);
        assert!(is_refused, "{request}");
        assert!(String::from_utf8(answer).unwrap().contains("is not one of xor, digits, plane"), "{request}");
    }
    assert!(entries::conformance(&[255]).unwrap_err().to_string().contains("no UTF-8"));
    assert!(entries::conformance(b"sinus").unwrap_err().to_string().contains("no row \"sinus\""));
}

#[test]
fn room_that_memory_does_not_have_is_null() {
    assert!(alloc(usize::MAX / 4).is_null());
    assert!(!alloc(0).is_null());
}

#[test]
fn the_message_of_a_panic_can_be_read_where_it_lies() {
    call(ops, "");
    assert!(std::panic::catch_unwind(|| entries::panic(b"no such shape")).is_err());
    let (data, length) = LAST_PANIC.place();
    // SAFETY: the hook leaks what it keeps.
    let text = str::from_utf8(unsafe { std::slice::from_raw_parts(data, length) }).unwrap();
    assert!(text.contains("entries.rs") && text.ends_with("no such shape"), "{text}");
}

#[test]
fn every_training_lowers_its_loss() {
    for name in ["xor", "digits", "plane"] {
        let loss = |steps: usize| {
            let answer = entries::train(format!("{name} {steps}").as_bytes()).unwrap();
            f64::from_le_bytes(answer.try_into().unwrap())
        };
        // The same row of XOR both times.
        let (first, last) = (loss(2), loss(1002));
        assert!(last < 0.9 * first, "{name}: {first}, then {last}");
    }
}
