//! A step as a file: the program and the roles of its nodes. The one idea to know: **of a document from elsewhere nothing is taken for granted**; whether the
//! shapes fit shows when the step is run.

use super::{Held, Role, Slot, Step, StepError};
use crate::json::{Place, Strict, Unfit};
use crate::program::{Program, ProgramError};

/// The version of the format.
const VERSION: usize = 1;

impl Step {
    /// The step as JSON, in the [format](crate::step#the-format) of this module.
    pub fn to_json(&self) -> String {
        let role = |held: &Held| {
            let Held { slot: Slot { name, .. }, gradient, next } = held.clone();
            serde_json::to_string(&Role { name, gradient, next }).expect("numbers and texts can always be written")
        };
        let held: Vec<String> = self.held.iter().map(role).collect();
        format!(
            "{{\"gradus_step\": {VERSION}, \"loss\": {},\n\"held\": [\n{}\n],\n\"program\": {}}}\n",
            self.loss,
            held.join(",\n"),
            self.program.to_json().trim_end()
        )
    }

    /// Reads a step. Whether its ops are known and its shapes fit shows when it is run, or written down for another engine.
    ///
    /// # Errors
    /// If it is not such a document; the message says where.
    pub fn from_json(json: &str) -> Result<Step, StepError> {
        let Strict(document) = serde_json::from_str(json).map_err(ProgramError::from)?;
        Step::at(&Place::whole_of(&document))
    }

    fn at(step: &Place) -> Result<Step, StepError> {
        let version = step.at("gradus_step");
        if version.value != VERSION {
            return Err(unfit(version.expected("1, the version of the format that is known here")));
        }
        step.only(&["gradus_step", "loss", "held", "program"]).map_err(unfit)?;
        let program = Program::at(&step.at("program"))?;
        let nodes = program.count_nodes().map_err(|place| {
            let steps = step.at("program.steps").list("a list of steps").into_iter().flatten();
            let expected = "a step that can be run, at the node that comes next";
            unfit(steps.map(|step| step.expected(expected)).nth(place).expect("a step that was read"))
        })?;
        let node = |place: Place| {
            let whole = place.whole().ok().filter(|&node| node < nodes);
            whole.ok_or_else(|| place.expected("the number of a node of the program, from 0"))
        };
        let role = |place: Place| {
            place.only(&["name", "gradient", "next"])?;
            let node_or_none = |key| Some(place.at(key)).filter(|place| !place.is_empty()).map(node).transpose();
            Ok(Role {
                name: place.at("name").text()?,
                gradient: node_or_none("gradient")?,
                next: node_or_none("next")?,
            })
        };
        let roles = step.at("held").each(role, "a list of what is handed from step to step").map_err(unfit)?;
        let loss = node(step.at("loss")).map_err(unfit)?;
        Step::of_program(program, roles, loss)
    }
}

fn unfit(found: Unfit) -> StepError {
    ProgramError::from(found).into()
}
