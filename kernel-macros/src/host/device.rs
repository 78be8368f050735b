//! How a device runs a function's regions.

use crate::analysis::plan::{Plan, Region};
use crate::ir::Function;
use crate::ptx::hole::Part;
use crate::ptx::{self, DeviceParam, Other};

/// The device's side of a function.
#[derive(Debug)]
pub struct Device {
    /// PTX for crates without and with debug assertions.
    pub ptx: Ptx,
    /// One for each region of the plan.
    pub regions: Vec<DeviceEntry>,
}

/// Texts with holes where they name other functions.
#[derive(Debug)]
pub struct Ptx {
    /// What comes before everything else.
    pub head: String,
    pub release: Vec<Part>,
    pub debug: Vec<Part>,
}

/// A region's entries in the PTX.
#[derive(Debug)]
pub struct DeviceEntry {
    pub entry: String,
    /// A form of it that runs where more is known.
    pub other: Option<Other>,
    /// The second entry of a region with accumulators.
    pub fold: Option<String>,
    /// Its iterations run in the groups of the canonical order.
    pub grouped: bool,
    /// Iterations of the innermost loop that a thread takes together, if it can.
    pub width: i64,
    /// How many loops out from the innermost some array's neighbours lie.
    pub crosswise: Option<usize>,
    /// The first entry's parameters, in crates without debug assertions and with them.
    pub release: Vec<DeviceParam>,
    pub debug: Vec<DeviceParam>,
}

impl Device {
    /// The device's side of a function with this plan.
    pub fn of(function: &Function, plan: &Plan) -> Device {
        let texts = plan.regions.iter();
        let texts: Vec<_> = texts.map(|of| ptx::entries(function, of)).collect();
        let entry = |(region, text): (&Region, &ptx::Entries)| DeviceEntry {
            entry: ptx::entry_name(function, region),
            other: text.other.clone(),
            fold: (ptx::Form::of(function, region).has_fold())
                .then(|| ptx::fold_name(function, region)),
            grouped: ptx::Form::of(function, region) == ptx::Form::Groups,
            width: text.width,
            crosswise: text.crosswise,
            release: ptx::params(function, region, false),
            debug: ptx::params(function, region, true),
        };
        let release: String = texts.iter().map(|of| of.release.as_str()).collect();
        let debug: String = texts.iter().map(|of| of.debug.as_str()).collect();
        let regions = plan.regions.iter().zip(&texts);
        Device {
            regions: regions.map(entry).collect(),
            ptx: Ptx {
                head: ptx::head(function),
                release: ptx::hole::split(&release),
                debug: ptx::hole::split(&debug),
            },
        }
    }
}

impl Ptx {
    /// The texts, if nothing is missing.
    pub fn complete(&self) -> Option<(String, String)> {
        let whole = |parts: &[Part]| {
            let words = parts.iter().map(|part| match part {
                Part::Words(words) => Some(words.as_str()),
                Part::Hole(_) => None,
            });
            let words: Option<String> = words.collect();
            Some(self.head.clone() + &words?)
        };
        Some((whole(&self.release)?, whole(&self.debug)?))
    }
}
