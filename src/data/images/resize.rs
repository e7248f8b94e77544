//! Images of another size.

/// The parts of a line of pixels that a pixel of the new line covers: the first one's place, and how much of each.
fn covered(pixel: usize, old: usize, new: usize) -> (usize, Vec<f64>) {
    let scale = old as f64 / new as f64;
    let (start, end) = (pixel as f64 * scale, (pixel + 1) as f64 * scale);
    let first = (start as usize).min(old - 1);
    // Rounding may reach a little beyond the last pixel.
    let last = (end.ceil() as usize).clamp(first + 1, old);
    let share = |place: usize| (end.min((place + 1) as f64) - start.max(place as f64)).max(0.0) / scale;
    (first, (first..last).map(share).collect())
}

/// An image, row by row, in another size, `[height, width]`: each pixel is the mean of the part of the image that it covers.
pub(super) fn resize(pixels: &[f64], old: [usize; 2], new: [usize; 2]) -> Vec<f64> {
    let columns: Vec<_> = (0..new[1]).map(|column| covered(column, old[1], new[1])).collect();
    let narrowed: Vec<f64> = pixels
        .chunks_exact(old[1])
        .flat_map(|row| {
            columns
                .iter()
                .map(|(first, shares)| shares.iter().zip(&row[*first..]).map(|(share, x)| share * x).sum::<f64>())
        })
        .collect();
    let mut resized = vec![0.0; new[0] * new[1]];
    for (row, to) in resized.chunks_exact_mut(new[1]).enumerate() {
        let (first, shares) = covered(row, old[0], new[0]);
        for (share, from) in shares.iter().zip(narrowed[first * new[1]..].chunks_exact(new[1])) {
            to.iter_mut().zip(from).for_each(|(to, x)| *to += share * x);
        }
    }
    resized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_image_has_means_and_a_larger_one_repeats() {
        let image = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]; // two rows of four
        assert_eq!(resize(&image, [2, 4], [2, 4]), image);
        assert_eq!(resize(&image, [2, 4], [1, 2]), [2.5, 4.5]);
        assert_eq!(resize(&image[..2], [1, 2], [2, 4]), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0]);
        let thirds = resize(&[0.0, 3.0], [1, 2], [1, 3]);
        assert!(thirds.iter().zip([0.0, 1.5, 3.0]).all(|(x, expected)| (x - expected).abs() < 1e-12), "{thirds:?}");
    }

    #[test]
    fn an_image_of_one_colour_keeps_it_in_any_size() {
        for (old, new) in [(7, 3), (3, 7), (1, 5), (5, 1), (28, 11), (1000, 333)] {
            let resized = resize(&vec![0.7; old * old], [old, old], [new, new]);
            assert!(resized.len() == new * new && resized.iter().all(|x| (x - 0.7).abs() < 1e-9), "{old} to {new}");
        }
    }
}
