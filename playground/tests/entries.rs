//! What the page asks for, asked natively; and links that anybody may have changed.

use gradus::data::seeded;
use gradus_playground::entries::{check, frame, offers, open, program, surfaces, train, walk};
use rand::RngExt;
use serde_json::Value;

fn json(bytes: Vec<u8>) -> Value {
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_page_asks_in_this_order() {
    assert_eq!(frame(b"").unwrap_err().to_string(), "no training is open");
    let offers = json(offers(b"").unwrap());
    let line = offers["presets"][0]["line"].as_str().unwrap();
    let opened = json(open(line.as_bytes()).unwrap());
    assert_eq!(opened["line"], line);
    assert_eq!(opened["points"].as_array().unwrap().len(), 200);
    train(b"30").unwrap();
    let now = json(frame(b"").unwrap());
    assert_eq!((&now["step"], &now["batch"][0], now["is_lost"].as_bool()), (&30.into(), &10.into(), Some(false)));
    // Circles, 4-2: six hidden units and the output.
    assert_eq!(surfaces(b"").unwrap().len(), 7 * 50 * 50);
    assert!(String::from_utf8(walk(b"").unwrap()).unwrap().contains("<title>Step 31, with 10 points</title>"));
    assert_eq!(json(check(b"").unwrap())["passed"], true);
    assert!(json(program(b"").unwrap())["program"].as_str().unwrap().contains("while step < 30 "));
    assert_eq!(json(frame(b"").unwrap()), now);
}

#[test]
fn without_points_there_is_no_step() {
    open(b"data=drawn").unwrap();
    let now = json(frame(b"").unwrap());
    assert!(now["batch"].is_null() && now["training"].is_null());
    for refused in [train(b"1"), walk(b""), check(b"")] {
        assert_eq!(refused.unwrap_err().to_string(), "there is no point to train on: draw some");
    }
    assert_eq!(train(b"-1").unwrap_err().to_string(), "\"-1\" is no number of steps");
}

#[test]
fn a_learning_rate_that_is_too_large_is_told() {
    open(b"data=moons&layers=8,8&activation=linear&loss=cross-entropy&optimizer=momentum&rate=10&l2=1").unwrap();
    train(b"3000").unwrap();
    assert_eq!(json(frame(b"").unwrap())["is_lost"], true);
}

#[test]
fn whatever_a_link_says_is_refused_or_trained() {
    let line = "data=drawn&points=40&noise=0.05&validation=0.2&features=x1,x2,sin1&layers=3,2&activation=relu&loss=squared-error\
                &optimizer=momentum&rate=0.03&batch=10&l1=0.001&l2=0.01&seed=1&steps=3&drawn=-50,20,0;10,140,1;33,-7,0";
    let mut rng = seeded(3);
    let (mut trained, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let mut bytes = line.as_bytes().to_vec();
        for _ in 0..rng.random_range(1..3) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..3) {
                0 => bytes[at] = b"0123456789,;&=.-e\xffxs"[rng.random_range(0..20)],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"0123456789,;&=.-"[rng.random_range(0..16)]),
            }
        }
        match open(&bytes) {
            Ok(_) => {
                trained += 1;
                train(b"2").unwrap();
                frame(b"").unwrap();
            }
            Err(refusal) => {
                refused += 1;
                assert!(!refusal.to_string().is_empty());
            }
        }
    }
    assert!(trained > 500 && refused > 5000, "{trained} and {refused}");
}
