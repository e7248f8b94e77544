//! Writes nets of the course as steps, for `gradus run` and for `tools/run_processes.py`: NAME.json, in StableHLO NAME.mlir and, for N devices, NAME.N.mlir.
//! Beside them batches.npz, which fills their inputs, and losses.json, the losses of our own engine on these batches.
//!
//! `cargo run --release -p gradus-pjrt --features train --example steps -- DIR [N]`

#[path = "../tests/course/mod.rs"]
mod course;

use course::{Net, batch, data, nets};
use gradus::io::Arrays;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

const STEPS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("where to? give the name of a folder")?);
    let devices = arguments.next().map(|count| count.parse::<usize>()).transpose()?;
    fs::create_dir_all(&folder)?;
    let (data, mut arrays, mut losses) = (data(), Arrays::new(), BTreeMap::new());
    for (name, samples) in &data {
        arrays.insert(name, samples)?;
    }
    arrays.save_npz(folder.join("batches.npz"))?;
    for Net { name, step } in nets()? {
        fs::write(folder.join(format!("{name}.json")), step.to_json())?;
        fs::write(folder.join(format!("{name}.mlir")), step.to_stablehlo()?)?;
        // A batch of ten cannot be divided among four.
        if let Some((devices, text)) = devices.and_then(|devices| Some((devices, step.to_stablehlo_on(devices).ok()?)))
        {
            fs::write(folder.join(format!("{name}.{devices}.mlir")), text)?;
        }
        let (mut runner, mut state) = (step.runner::<f32>()?, step.start::<f32>()?);
        let run = |number| runner.run(&mut state, &batch(&step, &data, number, 1));
        losses.insert(name, (0..STEPS).map(run).collect::<Result<Vec<f32>, _>>()?);
        println!("{name}: {}", step.to_string().lines().next().unwrap_or_default());
    }
    Ok(fs::write(folder.join("losses.json"), serde_json::to_string(&losses)?)?)
}
