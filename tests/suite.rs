//! All tests of the library in one program, so that what they share is compiled and linked once. `cargo test -p gradus --test suite engine` runs
//! those of `engine.rs`. Only tests that count allocations are programs of their own.

// Lists of programs to try read best where they stand, and x / x is meant. The library does with what the oldest compiler has; its tests need not.
#![allow(clippy::type_complexity, clippy::eq_op, clippy::incompatible_msrv)]

#[cfg(feature = "stablehlo")]
mod all_reduce;
mod batches;
#[path = "blame/main.rs"]
mod blame;
mod characters;
mod check;
mod check_deep_nets;
mod check_diagnosis;
mod check_directions;
mod check_hard_places;
mod check_node;
mod check_readme;
mod check_small_slopes;
mod check_witnesses;
#[path = "conformance/main.rs"]
mod conformance;
mod convolution;
mod costs;
mod crate_page;
#[cfg(feature = "csv")]
mod csv;
mod data;
mod data_faults;
mod dataset;
mod derivatives;
#[path = "draw/main.rs"]
mod draw;
mod einsum;
mod engine;
mod faults;
#[cfg(all(feature = "onnx", feature = "io"))]
mod foreign;
mod functions;
#[cfg(feature = "json")]
mod golden;
#[cfg(all(feature = "image", feature = "io"))]
#[path = "images/main.rs"]
mod images;
#[cfg(feature = "io")]
#[path = "io/main.rs"]
mod io;
mod kinks;
mod layers;
mod layout;
#[cfg(feature = "json")]
mod lean;
mod made_up_digits;
mod modules;
mod no_grad;
mod non_finite;
mod numerics;
#[cfg(all(feature = "onnx", feature = "stablehlo"))]
mod onnx;
mod op_mistakes;
mod operators;
mod ops;
#[path = "optim/main.rs"]
mod optim;
#[cfg(feature = "html")]
mod page;
mod parameter_updates;
mod parameters;
mod plain;
#[path = "printed/main.rs"]
mod printed;
#[cfg(feature = "json")]
mod programs;
#[path = "random_graphs/main.rs"]
mod random_graphs;
mod reach;
mod rearranged;
mod recompute;
mod reentrance;
mod rows;
mod sabotage;
#[cfg(feature = "html")]
mod session;
mod shapes_by_chance;
mod shared_inputs;
#[cfg(feature = "stablehlo")]
mod stablehlo;
#[cfg(feature = "json")]
mod steps;
mod sums;
#[path = "tails/main.rs"]
mod tails;
mod toy_data;
mod trace;
mod vjp_mistakes;

#[test]
fn every_file_of_tests_is_part_of_this_program_or_one_of_its_own() {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (this, manifest) = (include_str!("suite.rs"), include_str!("../Cargo.toml"));
    for file in std::fs::read_dir(package.join("tests")).expect("the folder").map(|file| file.expect("an entry").path())
    {
        if file.extension().is_none_or(|extension| extension != "rs") && !file.join("main.rs").exists() {
            continue;
        }
        let name = file.file_stem().expect("a name").to_str().expect("UTF-8");
        let is_tested =
            this.contains(&format!("\nmod {name};\n")) || manifest.contains(&format!("[[test]]\nname = \"{name}\"\n"));
        assert!(is_tested, "neither tests/suite.rs nor Cargo.toml names {name}");
    }
}
