//! A CUDA device in software: it parses PTX and runs it, warp by warp, on the CPU.
//!
//! It follows NVIDIA's "Parallel Thread Execution ISA" manual, whose sections the comments name
//! (by the numbers of version 8.7). What the manual leaves undefined is a finding, not a result:
//! accesses out of bounds or misaligned, reads of memory nobody wrote, races, divergent barriers.
//! An instruction or modifier that is not known here is refused when the module is loaded.
//!
//! The way of a text: `lexer` (tokens), `parse` (syntax tree), `link` (names resolved and
//! `instructions` decoded into a `program`). The way of a launch: `launch` (all blocks), `block`
//! (its warps and barriers), `warp` (its lanes), with `memory` and `onchip` beneath, and `order`
//! and `races` watching.

pub mod device;

mod ast;
mod block;
mod detect;
mod fault;
mod instructions;
mod launch;
mod lexer;
mod link;
mod memory;
mod names;
mod onchip;
mod order;
mod parse;
mod program;
mod races;
mod softfloat;
mod types;
mod warp;
