//! What enters a recording that is computed more than once: [`Tape::checkpoint`](crate::Tape::checkpoint).

use std::rc::Rc;

/// The numbers of inputs, such as the random factors of dropout, which must be the same each time.
#[derive(Clone, Default)]
pub(crate) enum Replay<F> {
    /// An ordinary recording.
    #[default]
    Off,
    /// The first time: inputs are noted.
    Note(Vec<Rc<[F]>>),
    /// Another time: inputs are what was noted, from the `next` one on.
    Again { notes: Rc<[Rc<[F]>]>, next: usize },
}

impl<F: Copy> Replay<F> {
    /// The state for a part of the recording that is computed on its own.
    pub(crate) fn of_part(&self) -> Self {
        if let Replay::Again { .. } = self { self.clone() } else { Replay::Note(Vec::new()) }
    }

    /// Takes over the state that a part has ended with, and returns the notes of the part.
    pub(crate) fn end_part(&mut self, part: Self) -> Rc<[Rc<[F]>]> {
        match (&mut *self, part) {
            (Replay::Again { next, .. }, Replay::Again { notes, next: end }) => {
                let of_part = notes[*next..end].into();
                *next = end;
                of_part
            }
            (_, Replay::Note(notes)) => {
                if let Replay::Note(all) = self {
                    all.extend(notes.iter().cloned());
                }
                notes.into()
            }
            _ => [].into(),
        }
    }

    /// Whether inputs come from the notes.
    pub(crate) fn is_again(&self) -> bool {
        matches!(self, Replay::Again { .. })
    }

    /// The next input, if it was noted.
    pub(crate) fn next(&mut self) -> Option<Rc<[F]>> {
        let Replay::Again { notes, next } = self else { return None };
        *next += 1;
        notes.get(*next - 1).cloned()
    }

    /// Notes an input, if this is the first time.
    pub(crate) fn note(&mut self, numbers: &[F]) {
        if let Replay::Note(notes) = self {
            notes.push(numbers.into());
        }
    }
}
