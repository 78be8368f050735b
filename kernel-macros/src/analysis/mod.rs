//! Loops, index forms, dependences, reductions: IR in, [`plan::Plan`] or errors out.
pub mod plan;
