//! Networks: layers that own named parameters and no tape. A layer records itself on the tape of its input.

#[cfg(feature = "rand")]
mod attention;
#[cfg(feature = "rand")]
mod conv;
#[cfg(feature = "data")]
mod digits;
#[cfg(feature = "rand")]
mod dropout;
#[cfg(feature = "rand")]
mod embedding;
#[cfg(feature = "rand")]
mod init;
#[cfg(feature = "rand")]
mod linear;
mod metrics;
#[cfg(feature = "rand")]
mod mlp;
mod module;
mod norm;
mod parameters;
mod predict;
#[cfg(feature = "rand")]
mod recurrent;
mod sequential;
mod simple;

#[cfg(feature = "rand")]
pub use attention::MultiHeadAttention;
#[cfg(feature = "rand")]
pub use conv::Conv2d;
#[cfg(feature = "rand")]
pub use dropout::Dropout;
#[cfg(feature = "rand")]
pub use embedding::Embedding;
#[cfg(feature = "rand")]
pub use init::Init;
#[cfg(feature = "rand")]
pub use linear::Linear;
pub use metrics::{Confusion, accuracy, argmax};
#[cfg(feature = "rand")]
pub use mlp::Mlp;
pub use module::Module;
pub use norm::{BatchNorm, LayerNorm, RmsNorm};
pub use parameters::Parameters;
pub use predict::{Predict, Samples};
#[cfg(feature = "rand")]
pub use recurrent::Rnn;
pub use sequential::Sequential;
pub use simple::{Activation, AvgPool2d, Flatten, MaxPool2d, Unflatten};
