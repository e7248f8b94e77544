//! A program as JSON, and read with care: of a document from elsewhere nothing is taken for granted.

use super::{Operand, Parameter, Program, ProgramError, Step, What};
use crate::json::{Place, Strict, Unfit};
use crate::leaf::Leaf;
use crate::shape::Shape;
use serde::Serialize;
use serde_json::Value;

/// The version of the format.
const VERSION: usize = 1;

impl Program {
    /// The program as JSON, in the [format](crate::program#the-format) of this module: a line for each parameter and each step.
    pub fn to_json(&self) -> String {
        format!(
            "{{\"gradus_program\": {VERSION}, \"number\": \"{}\",\n\"params\": [{}],\n\"steps\": [{}]}}\n",
            self.number,
            lines(&self.params),
            lines(&self.steps)
        )
    }

    /// Reads a program. Whether its ops are known and its operands fit shows when it is [run](super::Interpreter).
    ///
    /// # Errors
    /// If it is not such a document; the message says where.
    pub fn from_json(json: &str) -> Result<Program, ProgramError> {
        let Strict(document) = serde_json::from_str(json)?;
        Program::at(&Place::whole_of(&document))
    }

    /// The program at a place of a document.
    pub(crate) fn at(program: &Place) -> Result<Program, ProgramError> {
        if program.at("gradus_program").value != VERSION {
            return Err(program
                .at("gradus_program")
                .expected("1, the version of the format that is known here")
                .into());
        }
        program.only(&["gradus_program", "number", "params", "steps"])?;
        let number = program.at("number").text()?;
        if !["f32", "f64"].contains(&&number[..]) {
            return Err(program.at("number").expected("\"f32\" or \"f64\"").into());
        }
        let params = program.at("params").list("a list of parameters")?;
        let params = params.map(|place| parameter(&place)).collect::<Result<Vec<_>, _>>()?;
        let mut steps: Vec<Step> = Vec::new();
        for place in program.at("steps").list("a list of steps")? {
            let step = step(&place, &steps, params.len())?;
            steps.push(step);
        }
        Ok(Program { number, params, steps })
    }
}

fn lines(entries: &[impl Serialize]) -> String {
    let line = |entry| serde_json::to_string(entry).expect("numbers and texts can always be written");
    let lines: Vec<String> = entries.iter().map(line).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) }
}

fn parameter(place: &Place) -> Result<Parameter, ProgramError> {
    place.only(&["name", "shape", "numbers"])?;
    let shape = place.at("shape").shape()?;
    Ok(Parameter { name: place.at("name").text()?, shape, numbers: numbers(&place.at("numbers"), shape)? })
}

/// As many numbers as a shape has.
fn numbers(place: &Place, shape: Shape) -> Result<Vec<f64>, ProgramError> {
    let numbers = place.each(|place| place.any_number(), "a list of numbers")?;
    match numbers.len() == shape.size() {
        true => Ok(numbers),
        false => Err(ProgramError::Count { at: place.path.clone(), shape: shape.to_vec(), found: numbers.len() }),
    }
}

const COMMON: [&str; 7] = ["shape", "no_grad", "node", "name", "scope", "file", "line"];

fn step(place: &Place, before: &[Step], params: usize) -> Result<Step, ProgramError> {
    let only = |keys: &[&str]| place.only(&[keys, &COMMON].concat());
    let shape = place.at("shape").shape()?;
    let has = |key| place.value.get(key).is_some();
    let what = if has("leaf") {
        only(&["leaf", "numbers"])?;
        What::Leaf { leaf: leaf(&place.at("leaf"))?, numbers: numbers(&place.at("numbers"), shape)? }
    } else if has("param") {
        only(&["param"])?;
        What::Param { param: index(&place.at("param"), params, "the number of a parameter, from 0")? }
    } else if has("op") {
        only(&["op", "with", "of"])?;
        let of = place.at("of").each(|place| operand(&place, before), "a list of operands")?;
        let with = match place.at("with").value {
            Value::Null => Default::default(),
            Value::Object(fields) => fields.clone(),
            _ => return Err(place.at("with").expected("an object").into()),
        };
        What::Op { op: place.at("op").text()?, with, of }
    } else if has("backward") {
        only(&["backward", "cotangent", "nodes", "names"])?;
        let cotangent = place.at("cotangent");
        What::Backward {
            backward: operand(&place.at("backward"), before)?,
            cotangent: if cotangent.is_empty() { None } else { Some(operand(&cotangent, before)?) },
            nodes: place.at("nodes").whole()?,
            names: if has("names") {
                place.at("names").each(named_node, "a list of [node, name]")?
            } else {
                Vec::new()
            },
        }
    } else {
        only(&["stays", "why"])?;
        What::Stays { stays: place.at("stays").text()?, why: place.at("why").text()? }
    };
    let text_or_none = |place: Place| if place.is_empty() { Ok(String::new()) } else { place.text() };
    let line = place.at("line");
    Ok(Step {
        what,
        shape,
        no_grad: if has("no_grad") { place.at("no_grad").flag()? } else { false },
        node: place.at("node").whole()?,
        name: text_or_none(place.at("name"))?,
        scope: text_or_none(place.at("scope"))?,
        file: text_or_none(place.at("file"))?,
        line: if line.is_empty() { 0 } else { line.whole()?.try_into().map_err(|_| line.expected("a line"))? },
    })
}

fn named_node(place: Place) -> Result<(usize, String), Unfit> {
    match &place.list("a node of the pass and its name")?.collect::<Vec<_>>()[..] {
        [node, name] => Ok((node.whole()?, name.text()?)),
        _ => Err(place.expected("a node of the pass and its name")),
    }
}

fn leaf(place: &Place) -> Result<Leaf, Unfit> {
    let expected = "\"input\", \"var\" or \"const\"";
    let leaf = place.value.as_str().and_then(Leaf::named);
    leaf.filter(|leaf| matches!(leaf, Leaf::Input | Leaf::Var | Leaf::Const)).ok_or_else(|| place.expected(expected))
}

/// A number below `count`.
fn index(place: &Place, count: usize, expected: &'static str) -> Result<usize, Unfit> {
    place.whole().ok().filter(|&index| index < count).ok_or_else(|| place.expected(expected))
}

fn operand(place: &Place, before: &[Step]) -> Result<Operand, Unfit> {
    let result = |place: &Place| {
        let expected = "the number of an earlier step that has a result";
        let of = index(place, before.len(), expected)?;
        match before[of].what {
            What::Backward { .. } | What::Stays { .. } => Err(place.expected(expected)),
            _ => Ok(of),
        }
    };
    if !place.value.is_object() {
        return result(place).map(Operand::Result);
    }
    place.only(&["gradient", "of"])?;
    let expected = "the number of an earlier step that is a backward pass";
    let gradient = index(&place.at("gradient"), before.len(), expected)?;
    match before[gradient].what {
        What::Backward { .. } => Ok(Operand::Gradient { gradient, of: result(&place.at("of"))? }),
        _ => Err(place.at("gradient").expected(expected)),
    }
}
