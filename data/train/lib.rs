//! The 60,000 images of MNIST to train on, as bytes inside the program: the largest part of `gradus-data`, which has them with the other files.
#![no_std]
#![forbid(unsafe_code)]

/// The file `train-images-idx3-ubyte.gz`: packed with gzip; unpacked, the original IDX file. (In the repository it is a link to the file in `data/mnist`.)
pub const IMAGES: &[u8] = include_bytes!("train-images-idx3-ubyte.gz");
