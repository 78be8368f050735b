//! What a region is, read from the text that its expansion carries.
//!
//! The text stands for tables and arithmetic that rustc would otherwise have to type-check and
//! LLVM to compile in every kernel. One line for each property, its name first; formulas are those
//! of [`super::formula`]:
//!
//! ```text
//! loop                              the outermost loop, where its range is handed over
//! loop usize until 0;len0.1;rev     the next: type, `until` or `through`, bounds, adapters
//! ordered                           a loop runs in order inside each iteration, around which it stood
//! given true                        without which inner bounds mean nothing
//! guard hi0 len0.0 <                without which the loop runs as written
//! fast true                         with which the fast form of the body will do
//! cost 3                            operations of an iteration
//! interior 1;hi1;true               places of the innermost loop where simpler forms hold: from,
//!                                   to behind the last, and without which there are none
//! array f64:2:r                     read, written (`w`) or both; `:unit` if its type is
//!                                   contiguous, `:keep` if it may stay on a device, `:at01` if
//!                                   its dimensions are indexed with the variables of these loops,
//!                                   `:near0-` if the first follows a loop and the other none
//! scalar usize
//! sum f64:add:8000000000000000      an accumulator: how it folds, and its identity's bits; `:exact` if it
//!                                   comes to the same in any order
//! shared 0 i64:add:0                array 0 holds accumulators, which fold like that
//! lanes 64
//! across                            rows run in blocks; `across:release` where an iteration may fail in
//!                                   builds with debug assertions
//! blocks                            rows may run in blocks; `blocks:release`
//! turns                             loops may change places; `turns:release`
//! collapses                         loops over arrays without gaps may be one; `collapses:release`
//! by_one                            the variables of the two innermost loops grow by one
//! entry sum2d_0 sum2d_0_fold        on the device
//! entry:fast sum2d_0_relaxed        another form of it, where `fast` holds; `entry:narrow` where 32 bits
//!                                   hold the indices, `entry:fast:narrow` where both is so
//! grouped                           where the entry's iterations run in groups
//! width 4                           iterations that a thread takes together where it can
//! crosswise 1                       how many loops out from the innermost neighbours in memory lie
//! param trip0
//! param:release len0.1              likewise `param:debug`
//! ```

use super::fold::{self, Folding};
use super::formula::{Formula, Inputs};
use super::primitive::Primitive;
use crate::array::Array;
use crate::launch::DeviceParam;
use crate::launch::MAX_RANK;
use crate::range::Progression;

/// A region without its code.
#[derive(Debug, Default)]
pub struct Plan {
    /// Number of parallel loops.
    pub depth: usize,
    /// The loops whose ranges the plan says: all, or all but the outermost.
    pub inner: Vec<Bounds>,
    /// A loop that stood around them runs in order inside each iteration.
    pub ordered: bool,
    pub given: Formula,
    pub guard: Formula,
    pub fast: Formula,
    cost: Formula,
    /// It, where it is the same in every run.
    pub fixed_cost: Option<u64>,
    pub interior: Option<Interior>,
    pub arrays: Vec<ArrayUse>,
    /// Those of them whose types do not say that their rows are contiguous, and their ranks.
    pub strided: Vec<(usize, usize)>,
    pub scalars: Vec<Primitive>,
    pub accumulators: Vec<Accumulator>,
    /// They all come to the same in any order.
    pub exact: bool,
    /// Some of them do, beside others.
    pub mixed: bool,
    /// Some start at an infinity in the fast form.
    pub infinities: bool,
    /// Arrays whose elements are accumulators, by their numbers.
    pub shared: Vec<(usize, Accumulator)>,
    /// Rows run in blocks, and whether they may where strides ask for it.
    pub across: bool,
    pub blocks: bool,
    /// Loops may change places, with the dimensions of all arrays.
    pub turns: bool,
    /// Loops over arrays without gaps may be one.
    pub collapses: bool,
    /// The variables of the two innermost loops grow by one.
    pub by_one: bool,
    /// Lanes of the canonical order, a power of two.
    pub lanes: u64,
    pub entry: Option<&'static str>,
    /// Another form of it.
    pub other_entry: Option<OtherEntry>,
    pub fold: Option<&'static str>,
    /// The entry's iterations run in the groups of the canonical order.
    pub grouped: bool,
    /// Iterations of the innermost loop that a thread of the entry takes together where it can.
    pub width: u64,
    pub crosswise: usize,
    pub params: Vec<DeviceParam>,
}

/// An entry for runs of which more is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherEntry {
    pub name: &'static str,
    /// Only where `fast` holds.
    pub fast: bool,
    /// Only where 32 bits hold the indices.
    pub narrow: bool,
}

/// The range of a loop.
#[derive(Debug)]
pub struct Bounds {
    ty: Primitive,
    inclusive: bool,
    start: Formula,
    end: Formula,
    adapters: Vec<Adapter>,
}

#[derive(Debug)]
enum Adapter {
    Rev,
    StepBy(Formula),
}

/// Places of the innermost loop.
#[derive(Debug)]
pub struct Interior {
    start: Formula,
    end: Formula,
    given: Formula,
}

/// An array of a region.
#[derive(Debug)]
pub struct ArrayUse {
    pub elem: Primitive,
    pub rank: usize,
    pub reads: bool,
    pub writes: bool,
    /// The body knows that neighbours in the last dimension are neighbours in memory.
    pub unit: bool,
    /// It may stay on a device when the region is done.
    pub keep: bool,
    /// The loops that its dimensions follow, if all accesses do.
    pub follow: Option<Follow>,
}

/// The loops of the nest that an array's dimensions follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The position of the loop whose variable a dimension's indices grow with, one by one.
    pub loops: [Option<usize>; MAX_RANK],
    /// The indices are those variables themselves.
    pub exact: bool,
}

/// A scalar that iterations combine.
#[derive(Debug)]
pub struct Accumulator {
    pub ty: Primitive,
    /// Bits of the value that changes nothing.
    pub identity: u64,
    /// The same, as often as a word has room for it.
    pub identity_word: u64,
    /// Bits of the infinity that lanes of the fast form start at, where the identity is a NaN.
    pub infinity: Option<u64>,
    /// What lanes of the fast form start at, as often as a word has room for it.
    pub fast_word: u64,
    /// Values combine to the same in any order: those of integers, and in minima and maxima those of
    /// floats where they meet a number. Said of scalars alone.
    pub exact: bool,
    pub folding: &'static Folding,
}

impl Plan {
    /// Reads a plan for a crate with or without debug assertions; `None` if the text is none.
    pub fn parse(text: &'static str, debug: bool) -> Option<Plan> {
        let mut plan = Plan {
            width: 1,
            ..Plan::default()
        };
        for line in text.lines() {
            let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
            plan.line(name, rest, debug)?;
        }
        let arrays = plan.arrays.iter().enumerate();
        let strided = arrays.filter(|(_, of)| !of.unit);
        plan.strided = strided.map(|(at, of)| (at, of.rank)).collect();
        plan.exact = plan.accumulators.iter().all(|of| of.exact);
        plan.mixed = !plan.exact && plan.accumulators.iter().any(|of| of.exact);
        plan.infinities = plan.accumulators.iter().any(|of| of.infinity.is_some());
        let cost = plan.cost.constant();
        plan.fixed_cost = cost.map(|cost| u64::try_from(cost).unwrap_or(0));
        (plan.depth >= 1).then_some(plan)
    }

    /// The entry for a run: whether `fast` holds, and how to know whether 32 bits hold its indices.
    pub fn entry_of(&self, relaxed: bool, fits: impl FnOnce() -> bool) -> Option<&'static str> {
        let other = self.other_entry.as_ref();
        let other = other.filter(|of| (relaxed || !of.fast) && (!of.narrow || fits()));
        other.map(|of| of.name).or(self.entry)
    }

    /// Whether it says more than the guard about loops inside of the outermost one.
    #[inline]
    pub fn has_inner(&self) -> bool {
        !self.inner.is_empty() || !self.given.is_true()
    }

    /// Whether some accumulators come to the same in any order.
    pub fn has_exact(&self) -> bool {
        self.exact || self.mixed
    }

    /// Operations of an iteration.
    #[inline]
    pub fn cost(&self, inputs: &Inputs) -> u64 {
        match self.fixed_cost {
            Some(cost) => cost,
            None => self.cost.amount(inputs),
        }
    }

    /// Bytes of the widest number that it reads, writes or combines; 8 where there is none.
    pub fn widest(&self) -> u64 {
        let arrays = self.arrays.iter().map(|of| of.elem.bytes());
        let accumulators = self.accumulators.iter().map(|of| of.ty.bytes());
        arrays.chain(accumulators).max().unwrap_or(8) as u64
    }

    /// Whether neighbours in the last dimension are neighbours in memory, in all arrays.
    #[inline]
    pub fn has_unit_rows(&self, arrays: &[Array<'_>]) -> bool {
        for (at, rank) in &self.strided {
            if !arrays[*at].is_unit(*rank) {
                return false;
            }
        }
        true
    }

    fn line(&mut self, name: &str, rest: &'static str, debug: bool) -> Option<()> {
        match name {
            "loop" => {
                if self.depth > 0 || !rest.is_empty() {
                    self.inner.push(bounds(rest)?);
                }
                self.depth += 1;
            }
            "ordered" => self.ordered = true,
            "given" => self.given = Formula::condition(rest, debug)?,
            "guard" => self.guard = Formula::condition(rest, debug)?,
            "fast" => self.fast = Formula::condition(rest, debug)?,
            "cost" => self.cost = Formula::parse(rest)?,
            "interior" => self.interior = Some(interior(rest)?),
            "array" => self.arrays.push(array(rest)?),
            "scalar" => self.scalars.push(Primitive::from_name(rest)?),
            "sum" => self.accumulators.push(accumulator(rest)?),
            "shared" => {
                let (array, of) = rest.split_once(' ')?;
                self.shared.push((array.parse().ok()?, accumulator(of)?));
            }
            "across" => self.across = true,
            "across:release" => self.across = !debug,
            "blocks" => self.blocks = true,
            "blocks:release" => self.blocks = !debug,
            "turns" => self.turns = true,
            "turns:release" => self.turns = !debug,
            "collapses" => self.collapses = true,
            "collapses:release" => self.collapses = !debug,
            "by_one" => self.by_one = true,
            "lanes" => self.lanes = rest.parse().ok()?,
            "entry" => {
                let (entry, fold) = rest.split_once(' ').unwrap_or((rest, ""));
                self.entry = Some(entry);
                self.fold = (!fold.is_empty()).then_some(fold);
            }
            "grouped" => self.grouped = true,
            "entry:fast" => self.other_entry = Some(OtherEntry::new(rest, true, false)),
            "entry:narrow" => self.other_entry = Some(OtherEntry::new(rest, false, true)),
            "entry:fast:narrow" => self.other_entry = Some(OtherEntry::new(rest, true, true)),
            "width" => self.width = rest.parse().ok()?,
            "crosswise" => self.crosswise = rest.parse().ok()?,
            "param" => self.params.push(param(rest)?),
            "param:debug" if debug => self.params.push(param(rest)?),
            "param:release" if !debug => self.params.push(param(rest)?),
            "param:debug" | "param:release" => {}
            _ => return None,
        }
        Some(())
    }
}

impl OtherEntry {
    fn new(name: &'static str, fast: bool, narrow: bool) -> OtherEntry {
        OtherEntry { name, fast, narrow }
    }
}

impl Bounds {
    /// The loop's iterations; `None` where they cannot be counted.
    pub fn progression(&self, inputs: &Inputs) -> Option<Progression> {
        let (start, end) = (self.start.value(inputs)?, self.end.value(inputs)?);
        let mut loop_ = Progression::between(self.ty.range()?, start, end, self.inclusive)?;
        for adapter in &self.adapters {
            loop_ = match adapter {
                Adapter::Rev => loop_.rev(),
                Adapter::StepBy(step) => loop_.step_by(step.value(inputs)?)?,
            };
        }
        Some(loop_)
    }
}

fn bounds(text: &str) -> Option<Bounds> {
    let (ty, text) = text.split_once(' ')?;
    let (kind, text) = text.split_once(' ')?;
    let mut parts = text.split(';');
    let (start, end) = (
        Formula::parse(parts.next()?)?,
        Formula::parse(parts.next()?)?,
    );
    let adapter = |text: &str| match text.strip_prefix("by ") {
        Some(step) => Some(Adapter::StepBy(Formula::parse(step)?)),
        None => (text == "rev").then_some(Adapter::Rev),
    };
    Some(Bounds {
        ty: Primitive::from_name(ty)?,
        inclusive: match kind {
            "until" => false,
            "through" => true,
            _ => return None,
        },
        start,
        end,
        adapters: parts.map(adapter).collect::<Option<_>>()?,
    })
}

impl Interior {
    /// From the first to behind the last; equal where there is none.
    pub fn places(&self, inputs: &Inputs) -> (u64, u64) {
        if !self.given.holds(inputs) {
            return (0, 0);
        }
        let place = |of: &Formula| of.value(inputs).map(|value| value.max(0));
        let ends = place(&self.start).zip(place(&self.end));
        let ends = ends
            .and_then(|(start, end)| Some((u64::try_from(start).ok()?, u64::try_from(end).ok()?)));
        ends.unwrap_or_default()
    }
}

fn interior(text: &str) -> Option<Interior> {
    let mut parts = text.split(';').map(Formula::parse);
    Some(Interior {
        start: parts.next()??,
        end: parts.next()??,
        given: parts.next()??,
    })
}

fn array(text: &str) -> Option<ArrayUse> {
    let mut parts = text.split(':');
    let (elem, rank, access) = (parts.next()?, parts.next()?, parts.next()?);
    Some(ArrayUse {
        elem: Primitive::from_name(elem)?,
        rank: rank.parse().ok()?,
        reads: access.contains('r'),
        writes: access.contains('w'),
        unit: text.contains(":unit"),
        keep: text.contains(":keep"),
        follow: parts.find_map(follow),
    })
}

/// `at01` or `near-0`: a digit for each dimension.
fn follow(text: &str) -> Option<Follow> {
    let exact = text.strip_prefix("at");
    let digits = exact.or(text.strip_prefix("near"))?;
    let mut loops = [None; MAX_RANK];
    for (of, digit) in loops.iter_mut().zip(digits.chars()) {
        *of = digit.to_digit(10).map(|position| position as usize);
    }
    Some(Follow {
        loops,
        exact: exact.is_some(),
    })
}

fn accumulator(text: &str) -> Option<Accumulator> {
    let mut parts = text.split(':');
    let ty = Primitive::from_name(parts.next()?)?;
    let name = parts.next()?;
    let folding = fold::named(name, ty)?;
    let identity = u64::from_str_radix(parts.next()?, 16).ok()?;
    let infinity = fold::infinity(name, ty);
    Some(Accumulator {
        ty,
        identity,
        identity_word: fold::repeated(ty.bytes(), identity),
        infinity,
        fast_word: fold::repeated(ty.bytes(), infinity.unwrap_or(identity)),
        exact: text.contains(":exact"),
        folding,
    })
}

fn param(text: &str) -> Option<DeviceParam> {
    let split = text.find(|c: char| c.is_ascii_digit());
    let (name, numbers) = text.split_at(split.unwrap_or(text.len()));
    let (first, second) = numbers.split_once('.').unwrap_or((numbers, ""));
    let number = || first.parse().ok();
    let param = match name {
        "trip" => DeviceParam::Trip(number()?),
        "first" => DeviceParam::First(number()?),
        "step" => DeviceParam::Step(number()?),
        "base" => DeviceParam::Base(number()?),
        "len" => DeviceParam::Len(number()?, second.parse().ok()?),
        "stride" => DeviceParam::Stride(number()?, second.parse().ok()?),
        "scalar" => DeviceParam::Scalar(number()?),
        "failure" => DeviceParam::Failure,
        "chunk" => DeviceParam::Chunk,
        "chunks" => DeviceParam::Chunks,
        "partials" => DeviceParam::Partials(number()?),
        "initial" => DeviceParam::Initial(number()?),
        "copies" => DeviceParam::Copies(number()?),
        _ => return None,
    };
    Some(param)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "loop\nloop i32 through 0;int0;rev;by 2\nguard hi0 len0.0 <\n\
        cost 3\narray f64:2:r:at1-\narray f32:1:rw:unit\nscalar i32\nsum f64:add:8000000000000000\n\
        lanes 64\nentry f_0 f_0_fold\nentry:fast f_0_relaxed\nparam trip0\nparam:debug failure\nparam len0.1";

    #[test]
    fn every_line_is_read() {
        let plan = Plan::parse(TEXT, false).unwrap();
        assert_eq!((plan.depth, plan.inner.len(), plan.lanes), (2, 1, 64));
        assert!(plan.arrays[0].reads && !plan.arrays[0].writes && !plan.arrays[0].unit);
        assert!(plan.arrays[1].reads && plan.arrays[1].writes && plan.arrays[1].unit);
        assert_eq!(plan.arrays[0].rank, 2);
        let follow = Follow {
            loops: [Some(1), None, None, None],
            exact: true,
        };
        assert_eq!(
            (plan.arrays[0].follow, plan.arrays[1].follow),
            (Some(follow), None)
        );
        assert_eq!(plan.scalars, [Primitive::I32]);
        assert_eq!(plan.accumulators[0].identity, (-0.0f64).to_bits());
        assert_eq!((plan.entry, plan.fold), (Some("f_0"), Some("f_0_fold")));
        assert_eq!(
            plan.other_entry,
            Some(OtherEntry::new("f_0_relaxed", true, false))
        );
        assert_eq!(plan.params, [DeviceParam::Trip(0), DeviceParam::Len(0, 1)]);
    }

    #[test]
    fn debug_builds_have_parameters_of_their_own() {
        let plan = Plan::parse(TEXT, true).unwrap();
        assert_eq!(plan.params[1], DeviceParam::Failure);
    }

    #[test]
    fn another_entry_needs_what_its_line_says() {
        let entry = |line: &str, run: [bool; 2]| {
            let text: &'static str = format!("loop\nentry f\n{line}").leak();
            let [relaxed, narrow] = run;
            let plan = Plan::parse(text, false).unwrap();
            plan.entry_of(relaxed, || narrow) == Some("g")
        };
        let runs = [[false, false], [false, true], [true, false], [true, true]];
        for (line, which) in [
            ("entry:fast g", [false, false, true, true]),
            ("entry:narrow g", [false, true, false, true]),
            ("entry:fast:narrow g", [false, false, false, true]),
        ] {
            assert_eq!(runs.map(|run| entry(line, run)), which, "{line}");
        }
    }

    #[test]
    fn other_text_is_none() {
        for text in [
            "",
            "guard true",
            "loop\nloop i32",
            "loop\nguess 1",
            "loop\nsum f64:add",
        ] {
            assert!(Plan::parse(text, false).is_none(), "{text}");
        }
    }
}
