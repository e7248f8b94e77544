//! A training: each preset learns what it promises, and the same settings give the same numbers.

use gradus_playground::presets::PRESETS;
use gradus_playground::{Session, Settings};

#[test]
fn every_preset_shows_what_it_promises() {
    for preset in PRESETS {
        let settings: Settings = preset.line.parse().unwrap();
        let session = Session::trained(Settings { steps: preset.steps, ..settings }).unwrap();
        assert!((preset.promise)(&session), "{}: {:?}, {:?}", preset.name, session.training(), session.validation());
    }
}

#[test]
fn how_a_training_is_asked_for_does_not_matter() {
    let settings: Settings =
        "data=moons&noise=0.2&optimizer=momentum&rate=0.1&l2=0.001&batch=7&steps=60".parse().unwrap();
    let whole = Session::trained(settings.clone()).unwrap();
    let mut parts = Session::new(settings);
    for _ in 0..6 {
        parts.train(10).unwrap();
        parts.walk().unwrap();
        let _ = (parts.frame(), parts.surfaces(), parts.check().unwrap());
    }
    assert_eq!(parts.training(), whole.training());
    assert_eq!(parts.settings(), whole.settings());
}
