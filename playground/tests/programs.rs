//! "As Rust": the programs in `examples/` are what the playground writes for these settings, and print the losses that it shows.

use gradus_playground::program::program;
use gradus_playground::session::Score;
use gradus_playground::{Session, Settings};
use std::path::Path;
use std::process::Command;

/// Between them they have each set that is written in its own way, each feature, activation, loss and optimizer but plain SGD, and both penalties.
const PROGRAMS: [(&str, &str); 4] = [
    ("spiral", "data=spiral&noise=0.1&layers=8,8&seed=2&steps=300"),
    (
        "circles",
        "data=circles&features=x1,x2,x1x1,x2x2,x1x2,sin1,sin2&layers=4&activation=relu&loss=squared-error&optimizer=momentum&rate=0.1&l1=0.001&l2=0.003&batch=16&steps=200",
    ),
    (
        "moons",
        "data=moons&points=100&features=x2,x1x1&layers=3,3&activation=sigmoid&optimizer=rmsprop&rate=0.01&l2=0.001&validation=0.5&seed=5&steps=250",
    ),
    (
        "drawn",
        "data=drawn&layers=&activation=linear&validation=0&batch=4&rate=0.1&drawn=-50,0,0;-40,70,0;-90,-80,0;60,10,1;45,-35,1;120,77,1&steps=100",
    ),
];

#[test]
fn a_written_program_prints_what_the_playground_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_to_write = std::env::var_os("GRADUS_WRITE_PROGRAMS").is_some();
    for (name, line) in PROGRAMS {
        let settings: Settings = line.parse().unwrap();
        let (file, written) = (root.join(format!("examples/{name}.rs")), program(&settings));
        if is_to_write {
            std::fs::write(&file, &written).unwrap();
            continue;
        }
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(kept, written, "GRADUS_WRITE_PROGRAMS=1 writes examples/{name}.rs anew");

        let session = Session::trained(settings).unwrap();
        assert_eq!(printed(name), shown("training", session.training()) + &shown("validation", session.validation()));
    }
}

fn shown(name: &str, score: Option<Score>) -> String {
    score.map_or(String::new(), |Score { loss, accuracy }| {
        format!("{name}: loss {loss:.9}, {:.1}% right\n", 100.0 * accuracy)
    })
}

/// What the example prints. Cargo builds examples before it runs tests, into the folder beside that of this program.
fn printed(name: &str) -> String {
    let tests = std::env::current_exe().unwrap();
    let example = tests.ancestors().nth(2).unwrap().join("examples").join(name);
    let run = Command::new(&example)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; cargo test builds it", example.display()));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}
