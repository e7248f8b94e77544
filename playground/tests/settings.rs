//! Settings as a line of text, which may come from anybody's link.

use gradus_playground::Settings;
use gradus_playground::settings::SettingsError;

#[test]
fn settings_are_restored_from_their_line() {
    for line in [
        "",
        "data=xor&layers=&noise=0.07&rate=0.0003&seed=4294967295&steps=200000",
        "data=drawn&drawn=-150,150,1;0,0,0&features=sin2,x1&activation=relu&loss=squared-error&optimizer=sgd&l1=0.1&l2=1&batch=1000",
    ] {
        let settings: Settings = line.parse().unwrap();
        assert_eq!(settings.to_string().parse::<Settings>().unwrap(), settings);
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_was_expected() {
    for (line, reason) in [
        ("data=cats", "data is \"cats\"; it must be one of blobs, circles, moons, spiral, xor, drawn"),
        ("points=9", "points is \"9\"; it must be a number from 10 to 1000"),
        ("points=1e9", "points is \"1e9\"; it must be a number from 10 to 1000"),
        ("noise=NaN", "noise is \"NaN\"; it must be a number from 0 to 0.5"),
        ("rate=inf", "rate is \"inf\"; it must be a number from 0.000001 to 10"),
        ("layers=8,8,8,8,8", "layers is \"8,8,8,8,8\"; it must be at most 4 numbers of units from 1 to 8"),
        ("layers=0", "layers is \"0\"; it must be at most 4 numbers of units from 1 to 8"),
        ("features=", "features is \"\"; it must be a list of x1, x2, x1x1, x2x2, x1x2, sin1, sin2"),
        ("steps=200001", "steps is \"200001\"; it must be a number from 0 to 200000"),
        (
            "drawn=0,0,2",
            "drawn is \"0,0,2\"; it must be at most 200 points as x1,x2,class, in hundredths and within the plane",
        ),
        (
            "drawn=151,0,0",
            "drawn is \"151,0,0\"; it must be at most 200 points as x1,x2,class, in hundredths and within the plane",
        ),
        ("seed=1&seed=2", "seed is set twice"),
        ("colour=red", "there is no setting \"colour\""),
    ] {
        let refusal: SettingsError = line.parse::<Settings>().unwrap_err();
        assert_eq!(refusal.to_string(), reason);
    }
}
