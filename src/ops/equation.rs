//! Reads the equation of an einsum, `"bhid,bhjd->bhij"`: a letter for each axis of each operand, and for each axis of the result. What is wrong with it is
//! said with the letter, the operand and its shape.

use crate::Shape;
use thiserror::Error;

/// What the axes of the operands and of the result are called: by letters. The axes that an ellipsis stands for are called by digits, the last one '0'.
#[derive(Debug, PartialEq)]
pub(super) struct Equation {
    pub(super) operands: Vec<Vec<char>>,
    pub(super) result: Vec<char>,
}

/// Why an equation cannot be read, or does not fit the operands.
#[derive(Debug, Error, PartialEq)]
pub(super) enum Mistake {
    #[error(
        "{0:?} is no name of an axis; there are letters, \",\" between operands, one \"->\", and \"...\" for any axes"
    )]
    Sign(char),
    #[error("the equation is about {named} operands, but there are {given}")]
    Count { named: usize, given: usize },
    #[error("{term:?} is about {named} axes, but operand {operand} has shape {shape}")]
    Rank { term: String, named: usize, operand: usize, shape: Shape },
    #[error("{} is {} long in operand {operand}, of shape {shape}, but {} in operand {first}; nothing is broadcast here", said(*.index), lengths[1], lengths[0])]
    Length { index: char, lengths: [usize; 2], first: usize, operand: usize, shape: Shape },
    #[error("{} of the result is in no operand", said(*.0))]
    Unknown(char),
    #[error("{} is in the result twice", said(*.0))]
    Twice(char),
    #[error("the result has no \"...\", so it does not say where the axes go for which it stands in the operands")]
    NoEllipsis,
}

/// How messages call an axis.
fn said(index: char) -> String {
    match index.to_digit(10) {
        Some(place) => format!("axis {} of those that \"...\" stands for", -1 - i64::from(place)),
        None => format!("index {index}"),
    }
}

impl Equation {
    /// Reads an equation about operands of these shapes. Without `->`, the result has what `...` stands for, and then each index that occurs once, by the
    /// alphabet: NumPy's rule.
    pub(super) fn read(text: &str, shapes: &[Shape]) -> Result<Equation, Mistake> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = text.split_once("->").map_or((&*text, None), |(left, right)| (left, Some(right)));
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != shapes.len() {
            return Err(Mistake::Count { named: terms.len(), given: shapes.len() });
        }
        let mut operands = Vec::with_capacity(shapes.len());
        for (slot, (term, &shape)) in terms.iter().zip(shapes).enumerate() {
            let (named, has_ellipsis) = letters(term)?;
            let unnamed = shape.rank().checked_sub(named).filter(|&unnamed| unnamed == 0 || has_ellipsis);
            let unfit = || Mistake::Rank { term: (*term).to_owned(), named, operand: slot + 1, shape };
            operands.push(indices(term, unnamed.ok_or_else(unfit)?));
        }
        let every: Vec<char> = operands.iter().flatten().copied().collect();
        let unnamed = every.iter().filter_map(|index| index.to_digit(10)).max().map_or(0, |last| last as usize + 1);
        let result = match right {
            Some(right) => explicit(right, unnamed, &every)?,
            None => implicit(unnamed, &every),
        };
        let equation = Equation { operands, result };
        equation.lengths_agree(shapes).map(|()| equation)
    }

    fn lengths_agree(&self, shapes: &[Shape]) -> Result<(), Mistake> {
        let mut known: Vec<(char, usize, usize)> = Vec::new();
        for (slot, (indices, &shape)) in self.operands.iter().zip(shapes).enumerate() {
            for (&index, &length) in indices.iter().zip(shape.iter()) {
                match known.iter().find(|known| known.0 == index) {
                    None => known.push((index, length, slot + 1)),
                    Some(&(_, before, _)) if before == length => {}
                    Some(&(_, before, first)) => {
                        let lengths = [before, length];
                        return Err(Mistake::Length { index, lengths, first, operand: slot + 1, shape });
                    }
                }
            }
        }
        Ok(())
    }
}

/// How many letters a term has, and whether it has an ellipsis.
fn letters(term: &str) -> Result<(usize, bool), Mistake> {
    let letters = term.replacen("...", "", 1);
    match letters.chars().find(|c| !c.is_ascii_alphabetic()) {
        Some(sign) => Err(Mistake::Sign(sign)),
        None => Ok((letters.len(), letters.len() < term.len())),
    }
}

/// The names in a term, in which `...` stands for so many axes.
fn indices(term: &str, unnamed: usize) -> Vec<char> {
    term.replacen("...", &ellipsis(unnamed), 1).chars().collect()
}

fn ellipsis(axes: usize) -> String {
    (0..axes as u32).rev().filter_map(|place| char::from_digit(place, 10)).collect()
}

fn explicit(term: &str, unnamed: usize, every: &[char]) -> Result<Vec<char>, Mistake> {
    let (_, has_ellipsis) = letters(term)?;
    if unnamed > 0 && !has_ellipsis {
        return Err(Mistake::NoEllipsis);
    }
    let result = indices(term, unnamed);
    for (place, index) in result.iter().enumerate() {
        if !every.contains(index) {
            return Err(Mistake::Unknown(*index));
        }
        if result[..place].contains(index) {
            return Err(Mistake::Twice(*index));
        }
    }
    Ok(result)
}

fn implicit(unnamed: usize, every: &[char]) -> Vec<char> {
    let occurs_once = |index: &char| every.iter().filter(|other| *other == index).count() == 1;
    let mut once: Vec<char> =
        every.iter().copied().filter(char::is_ascii_alphabetic).filter(|index| occurs_once(index)).collect();
    once.sort_unstable();
    ellipsis(unnamed).chars().chain(once).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, shapes: &[&[usize]]) -> Result<(Vec<String>, String), String> {
        let shapes: Vec<Shape> = shapes.iter().map(|&shape| shape.into()).collect();
        let Equation { operands, result } = Equation::read(text, &shapes).map_err(|mistake| mistake.to_string())?;
        Ok((operands.iter().map(|indices| indices.iter().collect()).collect(), result.iter().collect()))
    }

    #[test]
    fn the_result_is_named_or_follows_from_the_operands() {
        let result = |text, shapes: &[&[usize]]| read(text, shapes).expect("a right equation").1;
        assert_eq!(result("ij,jk->ki", &[&[2, 3], &[3, 4]]), "ki");
        assert_eq!(result("ij,jk", &[&[2, 3], &[3, 4]]), "ik");
        assert_eq!(result(" b a ", &[&[2, 3]]), "ab");
        assert_eq!(result("aB", &[&[2, 3]]), "Ba");
        assert_eq!(result("ii", &[&[2, 2]]), "");
        assert_eq!(result("ij->", &[&[2, 3]]), "");
        assert_eq!(result(",", &[&[], &[]]), "");
        assert_eq!(result("...ij,jk", &[&[5, 6, 2, 3], &[3, 4]]), "10ik");
    }

    #[test]
    fn an_ellipsis_stands_for_the_axes_without_letters_aligned_at_the_right() {
        let (operands, result) = read("...i,i...->...", &[&[5, 6, 2], &[2, 6]]).expect("a right equation");
        assert_eq!((operands, &*result), (vec!["10i".to_owned(), "i0".to_owned()], "10"));
        assert_eq!(read("...i->i", &[&[2]]).expect("a right equation").1, "i");
    }
}
