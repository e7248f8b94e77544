//! All tests of the course in one program: what they share is compiled and linked once. `cargo test -p gradus-course --test suite ch07`
//! runs those of `ch07.rs`.

mod bounds;
mod ch01;
mod ch03;
mod ch04;
mod ch05;
mod ch06;
mod ch07;
mod ch08;
mod ch09;
mod ch11;
mod ch12;
mod ch13;
mod ch14;
mod ch16;
mod ch17;
mod ch18;
mod ch19;
mod ch20;
mod ch21;
mod ch22;
mod ch23;
mod ch24;
mod ch25;
mod ch26;
mod ch27;
mod ch28;
mod ch29;
mod ch30;
mod command_line;
#[path = "coverage/main.rs"]
mod coverage;
mod exercises;
mod figures;
mod installed;
mod language;
mod misuse;
mod mnist;
mod must_use;
mod plots;
mod quiz;
mod reproduce;
mod resume;
mod run;
mod runner;
mod slips;
mod support;

#[test]
fn every_file_of_this_folder_is_part_of_the_program() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let this = include_str!("suite.rs");
    for file in std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("an entry").path()) {
        if file.is_dir() && !["main.rs", "mod.rs"].iter().any(|name| file.join(name).exists()) {
            continue;
        }
        let module = file.file_stem().expect("a name").to_str().expect("UTF-8");
        assert!(module == "suite" || this.contains(&format!("\nmod {module};\n")), "suite.rs does not name {module}");
    }
}
