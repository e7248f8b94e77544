//! The chapters of the course, compiled once: the program of each chapter, `gradus`, the judges and the tests all use them from here.
#![deny(unsafe_code)]

#[path = "ch01_first_graph/chapter.rs"]
pub mod ch01;
#[path = "ch02_perceptron/chapter.rs"]
pub mod ch02;
#[path = "ch03_xor_wall/chapter.rs"]
pub mod ch03;
#[path = "ch04_activations/chapter.rs"]
pub mod ch04;
#[path = "ch05_losses/chapter.rs"]
pub mod ch05;
#[path = "ch06_nudging/chapter.rs"]
pub mod ch06;
#[path = "ch07_descent/chapter.rs"]
pub mod ch07;
#[path = "ch08_tape/chapter.rs"]
pub mod ch08;
#[path = "ch09_xor_by_hand/chapter.rs"]
pub mod ch09;
#[path = "ch10_xor_by_tape/chapter.rs"]
pub mod ch10;
#[path = "ch11_broadcasting/chapter.rs"]
pub mod ch11;
#[path = "ch12_layers/chapter.rs"]
pub mod ch12;
#[path = "ch13_gradient_check/chapter.rs"]
pub mod ch13;
#[path = "ch14_four_equations/chapter.rs"]
pub mod ch14;
#[path = "ch15_mnist_nielsen/chapter.rs"]
pub mod ch15;
#[path = "ch16_mnist_two_layer/chapter.rs"]
pub mod ch16;
#[path = "ch17_mnist_16_16/chapter.rs"]
pub mod ch17;
#[path = "ch18_mnist_adam/chapter.rs"]
pub mod ch18;
#[path = "ch19_optimizers/chapter.rs"]
pub mod ch19;
#[path = "ch20_depth/chapter.rs"]
pub mod ch20;
#[path = "ch21_overfitting/chapter.rs"]
pub mod ch21;
#[path = "ch22_convolution/chapter.rs"]
pub mod ch22;
#[path = "ch23_words_and_attention/chapter.rs"]
pub mod ch23;
#[path = "ch24_keeping_a_model/chapter.rs"]
pub mod ch24;
#[path = "ch25_forward_mode/chapter.rs"]
pub mod ch25;
#[path = "ch26_higher_order/chapter.rs"]
pub mod ch26;
#[path = "ch27_rewind/chapter.rs"]
pub mod ch27;
#[path = "ch28_debug_dojo/chapter.rs"]
pub mod ch28;
#[path = "ch29_build_it/chapter.rs"]
pub mod ch29;
#[path = "ch30_outgrowing/chapter.rs"]
pub mod ch30;

#[path = "quiz/mod.rs"]
pub mod quiz;

#[path = "gradus/command.rs"]
pub mod command;

use frame::{Chapter, Result, Run};

/// The program of a chapter.
pub type Story = fn(&mut Run) -> Result;

/// The chapters, in order.
pub const CHAPTERS: [(&Chapter, Story); 30] = [
    (&ch01::CHAPTER, ch01::run),
    (&ch02::CHAPTER, ch02::run),
    (&ch03::CHAPTER, ch03::run),
    (&ch04::CHAPTER, ch04::run),
    (&ch05::CHAPTER, ch05::run),
    (&ch06::CHAPTER, ch06::run),
    (&ch07::CHAPTER, ch07::run),
    (&ch08::CHAPTER, ch08::run),
    (&ch09::CHAPTER, ch09::run),
    (&ch10::CHAPTER, ch10::run),
    (&ch11::CHAPTER, ch11::run),
    (&ch12::CHAPTER, ch12::run),
    (&ch13::CHAPTER, ch13::run),
    (&ch14::CHAPTER, ch14::run),
    (&ch15::CHAPTER, ch15::run),
    (&ch16::CHAPTER, ch16::run),
    (&ch17::CHAPTER, ch17::run),
    (&ch18::CHAPTER, ch18::run),
    (&ch19::CHAPTER, ch19::run),
    (&ch20::CHAPTER, ch20::run),
    (&ch21::CHAPTER, ch21::run),
    (&ch22::CHAPTER, ch22::run),
    (&ch23::CHAPTER, ch23::run),
    (&ch24::CHAPTER, ch24::run),
    (&ch25::CHAPTER, ch25::run),
    (&ch26::CHAPTER, ch26::run),
    (&ch27::CHAPTER, ch27::run),
    (&ch28::CHAPTER, ch28::run),
    (&ch29::CHAPTER, ch29::run),
    (&ch30::CHAPTER, ch30::run),
];
