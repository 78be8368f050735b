//! What analysis decided: the only thing, besides the IR, that the back ends read.
//!
//! A [`Plan`] cannot be made without passing the proof, and `host/` and `ptx/` take one as an
//! argument, so code for an unproved loop cannot be written by accident.

use crate::ir::{
    AccessId, BinaryOp, Block, Builtin, CalleeId, ExprId, LoopId, Proof, Scalar, Span, VarId,
};
use crate::tables::{HashMap, HashSet};

/// The decisions for one function.
#[derive(Debug)]
pub struct Plan {
    pub regions: Vec<Region>,
    /// One entry per loop of the function, by [`LoopId::index`].
    pub verdicts: Vec<Verdict>,
    /// For loops of a perfect nest that stay inside an iteration: why they are not parallel too.
    pub kept_from_more: HashMap<LoopId, Vec<Reason>>,
    /// The loops that follow a region's outermost one and run as part of it (rule R8), in order.
    pub fused: HashMap<LoopId, Vec<LoopId>>,
    /// Why a loop over the space of the one before it is a region of its own.
    pub apart: HashMap<LoopId, String>,
}

/// What became of a loop.
#[derive(Debug)]
pub enum Verdict {
    /// The outermost loop of `regions[n]`.
    Region(usize),
    /// A further parallel loop of the perfect nest of the region around it.
    Nested,
    /// Its iterations are part of those of this loop, which stands before it (rule R8).
    Fused(LoopId),
    /// Inside an iteration of the region around it, in source order.
    Inner,
    /// The same, but for its reductions: they combine in so many lanes (`fastmath(reassoc)`).
    InLanes(u64),
    /// Driver code, for these reasons (none if it simply holds regions and nothing forbids it).
    Driver(Vec<Reason>),
}

/// Why a loop did not become parallel.
#[derive(Clone, Debug)]
pub struct Reason {
    pub message: String,
    pub span: Span,
    pub help: Option<String>,
    /// The second place of a conflict.
    pub second: Option<(String, Span)>,
}

/// A nest of loops whose iterations run in parallel.
#[derive(Debug)]
pub struct Region {
    /// Position in [`Plan::regions`].
    pub index: usize,
    /// The parallel loops, outermost first: one to three. Their flattened, row-major space is the
    /// iteration space; `k` numbers its points.
    pub nest: Vec<NestLoop>,
    /// A loop that stands around the nest in the source and runs in order inside each iteration
    /// (rule R7): all of the body. If an iteration fails, the earliest failure is that of the
    /// earliest of its trips.
    pub in_order: Option<LoopId>,
    /// One iteration: the innermost parallel loop's body with its reductions normalised.
    pub body: Block,
    /// Scalars read by the body or the guard, captured by value before the region (rule R4).
    pub scalars: Vec<VarId>,
    pub arrays: Vec<ArrayUse>,
    pub accumulators: Vec<Accumulator>,
    /// Arrays whose elements are accumulators: in the body, private copies that start at the
    /// identity; see the canonical order.
    pub shared: Vec<SharedArray>,
    /// Elements that the driver reads before the region (rule R9). If one lies outside of its array,
    /// the verbatim serial loop runs.
    pub elements: Vec<Element>,
    /// Accumulators that are no variables of the source.
    pub promoted: Vec<Promoted>,
    /// Accumulators that change together.
    pub extremes: Vec<Extreme>,
    /// Of each two accumulators, the first has to start no greater than the second, or the verbatim
    /// serial loop runs. Twice the same one has to start as a number.
    pub ordered: Vec<(VarId, VarId)>,
    /// How each access of the body stays in bounds.
    pub bounds: HashMap<AccessId, Bounds>,
    /// Accesses that stay in bounds, where they do, whatever the conditions around them say.
    pub free: HashSet<AccessId>,
    /// The ranges of the inner parallel loops are what they seem: evaluated first, whenever the
    /// outermost loop is not empty (serial evaluates inner ranges only then). If one fails, the
    /// verbatim serial loop runs.
    pub space: Vec<Condition>,
    /// All must hold, or the verbatim serial loop runs. Evaluated only if no parallel loop is
    /// empty.
    pub guard: Vec<Condition>,
    /// Asked after the guard: if all hold, the accesses with [`Bounds::Relaxed`] cannot leave their
    /// arrays where they are made, and the fast form omits their checks; those that are
    /// [`Region::free`] cannot leave them elsewhere either. If not, the region still runs, with the
    /// checks.
    pub relaxed: Vec<Condition>,
    /// Divisions that do not fail where these conditions hold.
    pub relaxed_nodes: HashSet<ExprId>,
    /// Iterations in which expressions have simpler forms, for the fast form of the body.
    pub interior: Option<Interior>,
    /// How neighbouring iterations can go through inner loops together.
    pub strips: Option<Strips>,
    /// It reads elements that are no neighbours, at indices that are not affine.
    pub gathers: bool,
    /// Rows run in blocks: the loop around the innermost one goes to neighbours in memory.
    pub across: bool,
    /// Rows may run in blocks.
    pub blocks: bool,
    /// Loops may change places, where the dimensions of all arrays do.
    pub turns: bool,
    /// `fastmath` has had the body: its bits are not those of the loop as written.
    pub rounds_otherwise: bool,
    /// Places where an iteration can fail, in order of their numbers.
    pub sites: Vec<Site>,
    /// Number of the site at a node of the body; a node without an entry cannot fail, or cannot
    /// fail once the guard holds.
    pub site_of: HashMap<SiteKey, u32>,
    /// The device functions that an iteration calls, in order. Their sites are numbered after the
    /// region's own.
    pub calls: Vec<CalleeId>,
    /// Sites that serial may not reach where a lane does: that they fail decides nothing, and the
    /// verbatim serial loop runs. A region with such sites writes no array.
    pub undecided: Vec<u32>,
    /// The same of all sites of the functions called.
    pub undecided_calls: bool,
    /// What rustc has to confirm about names in the region.
    pub proofs: Vec<Proof>,
    /// Estimated operations of one iteration.
    pub cost: Wide,
}

/// One parallel loop: `for var in range` with bounds that no iteration changes. The host evaluates
/// the outermost loop's range from its own expressions, once, as the driver would; the others'
/// from the bounds here.
#[derive(Debug)]
pub struct NestLoop {
    pub id: LoopId,
    pub var: VarId,
    /// Type of the loop variable.
    pub ty: Scalar,
    pub start: Wide,
    pub end: Wide,
    pub inclusive: bool,
    pub adapters: Vec<WideAdapter>,
}

#[derive(Clone, Debug)]
pub enum WideAdapter {
    Rev,
    /// A step of zero makes the guard fail: serial then panics as Rust does.
    StepBy(Wide),
}

#[derive(Clone, Debug)]
pub struct ArrayUse {
    pub var: VarId,
    pub elem: Scalar,
    pub rank: u32,
    pub reads: bool,
    pub writes: bool,
    /// Unit stride known from the type (a slice).
    pub contiguous: bool,
    /// The loops that its dimensions follow, if all accesses do.
    pub follow: Option<Follow>,
}

/// The loops of a nest that an array's dimensions follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// For each dimension, the position of the loop whose variable its indices grow with, one by one.
    pub loops: Vec<Option<usize>>,
    /// The indices are those variables themselves, each that of one dimension.
    pub exact: bool,
}

/// What passes from one part of an iteration to another, where neighbours run a part together.
#[derive(Debug)]
pub struct Strips {
    pub carried: Vec<VarId>,
    pub ahead: Vec<Ahead>,
    pub written: Vec<Written>,
    /// Some of the loops end when they do for each iteration, which then waits for the others.
    pub masked: bool,
    /// Only a few iterations go together, each along elements of its own, in lanes that are registers.
    pub abreast: bool,
    /// The statements that are cut into parts, of [`super::stages::flat`] ones; what follows them runs iteration by
    /// iteration.
    pub cut: usize,
    /// The calls that end a part, and are made for all of a strip at once.
    pub calls: Vec<ExprId>,
}

/// An element that an inner loop names and that is read before: all the accesses to it.
#[derive(Debug)]
pub struct Ahead {
    pub accesses: Vec<AccessId>,
    /// The loop of which each trip begins with reading it. If there is none, no loop changes it, and it
    /// is read when the outermost one around it makes its first trip.
    pub trip: Option<LoopId>,
}

/// An element that a trip of an inner loop writes, of which each iteration holds the value until the trip is
/// done, and the accesses that read it there.
#[derive(Debug)]
pub struct Written {
    pub access: AccessId,
    pub reads: Vec<AccessId>,
}

/// The iterations in which the variable of the innermost parallel loop, which counts in steps of
/// one, lies between two values. There are none unless the tests hold.
#[derive(Debug)]
pub struct Interior {
    pub from: Wide,
    /// The greatest value.
    pub to: Wide,
    pub given: Vec<Test>,
    /// What these expressions of the body are there. They have the same value.
    pub simpler: HashMap<ExprId, Simpler>,
    /// Remainders whose dividends are a few times their divisors at most, at the borders too.
    pub near: HashSet<ExprId>,
}

/// A simpler form of an expression with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simpler {
    /// Of a comparison.
    Truth(bool),
    /// The operand at this position.
    Operand(usize),
    /// The first operand less so many times the second.
    Less(i128),
}

/// A scalar that iterations combine. Inside the body it is an ordinary mutable local that starts
/// at the identity; see the canonical order.
#[derive(Clone, Debug)]
pub struct Accumulator {
    pub var: VarId,
    pub ty: Scalar,
    pub fold: Fold,
}

impl Accumulator {
    /// See [`Region::is_free_of_order`].
    pub fn is_free_of_order(&self) -> bool {
        match self.fold {
            Fold::Min | Fold::Max | Fold::MinIf | Fold::MaxIf => true,
            Fold::Companion | Fold::Place => true,
            _ => !self.ty.is_float(),
        }
    }
}

/// An array's element as it is before the region.
#[derive(Clone, Debug)]
pub struct Element {
    /// Names it in [`Promoted::start`].
    pub var: VarId,
    pub access: AccessId,
}

/// A scalar that stands for an element (rule R9).
#[derive(Clone, Debug)]
pub struct Promoted {
    /// The accumulator.
    pub var: VarId,
    /// Its value before the region, of elements and invariants. It cannot fail.
    pub start: ExprId,
    /// The element that has its value after the region.
    pub back: Option<AccessId>,
}

/// An array of [`Region::arrays`] into whose elements iterations combine, and which they do not
/// use in any other way.
#[derive(Clone, Debug)]
pub struct SharedArray {
    pub var: VarId,
    pub ty: Scalar,
    pub fold: Fold,
}

/// An arg-min or arg-max: of two partial results, the one whose leader is ahead gives all members'
/// values; where the leaders are equal, the one with the earlier (later) place does. Members are
/// positions in [`Region::accumulators`].
#[derive(Clone, Debug)]
pub struct Extreme {
    pub leader: usize,
    /// Number of the iteration that gave the values; -1 if none did.
    pub place: usize,
    /// Members whose values decide where those before them are equal, and whether the smaller one is ahead.
    pub further: Vec<(usize, bool)>,
    pub companions: Vec<usize>,
    /// Members that add up where the leaders are equal.
    pub tallies: Vec<usize>,
    /// What keeps the next best value.
    pub follower: Option<Follower>,
    /// The smaller leader is ahead.
    pub least: bool,
    /// Of equal leaders the later one is ahead.
    pub last: bool,
}

/// The member of an [`Extreme`] that keeps the next best of both leaders and both followers.
#[derive(Clone, Copy, Debug)]
pub struct Follower {
    pub at: usize,
    /// What is equal to the leader does not follow it.
    pub apart: bool,
}

impl Extreme {
    /// Whether a member is combined of both sides where their leaders are equal.
    pub fn adds(&self, member: usize) -> bool {
        let apart = self.follower.is_some_and(|of| of.at == member && of.apart);
        apart || self.tallies.contains(&member)
    }

    /// Every member, the leader first.
    pub fn members(&self) -> impl Iterator<Item = usize> {
        let companions = self.companions.iter().copied();
        let further = self.further.iter().map(|(at, _)| *at);
        let tallies = self.tallies.iter().copied();
        let follower = self.follower.iter().map(|of| of.at);
        let others = further.chain(companions).chain(tallies).chain(follower);
        [self.leader, self.place].into_iter().chain(others)
    }

    /// What decides, the most important first: members, and whether the smaller one is ahead. The places are the
    /// last.
    pub fn order(&self) -> Vec<(usize, bool)> {
        let mut order = vec![(self.leader, self.least)];
        order.extend(&self.further);
        order.push((self.place, !self.last));
        order
    }
}

/// How two partial results combine, left before right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Add,
    Mul,
    /// `f64::min`, `Ord::min`: NaN loses.
    Min,
    Max,
    /// `if x < m { m = x }`: NaN never enters.
    MinIf,
    MaxIf,
    And,
    Or,
    Xor,
    /// Of unsigned integers.
    SaturatingAdd,
    /// As the leader of its [`Extreme`] says.
    Companion,
    /// The place of an [`Extreme`].
    Place,
}

/// An operation that combines two partial results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    Binary(BinaryOp),
    Builtin(Builtin),
}

/// The value that leaves every other unchanged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Identity {
    Int(i128),
    Bool(bool),
    /// Bits are those of an `f64`; exact in `f32` too.
    Float(f64),
}

impl Fold {
    pub fn combine(self) -> Combine {
        match self {
            Fold::Add => Combine::Binary(BinaryOp::Add),
            Fold::Mul => Combine::Binary(BinaryOp::Mul),
            Fold::And => Combine::Binary(BinaryOp::And),
            Fold::Or => Combine::Binary(BinaryOp::Or),
            Fold::Xor => Combine::Binary(BinaryOp::Xor),
            Fold::Min => Combine::Builtin(Builtin::Min),
            Fold::Max => Combine::Builtin(Builtin::Max),
            Fold::MinIf => Combine::Builtin(Builtin::MinIf),
            Fold::MaxIf => Combine::Builtin(Builtin::MaxIf),
            Fold::SaturatingAdd => Combine::Builtin(Builtin::SaturatingAdd),
            Fold::Companion | Fold::Place => unreachable!("an extreme's members fold together"),
        }
    }

    /// The same of a type: the greatest of bools is whether any is true, the least whether all are.
    pub fn of(self, ty: Scalar) -> Fold {
        match self {
            Fold::Max | Fold::MaxIf if ty == Scalar::Bool => Fold::Or,
            Fold::Min | Fold::MinIf if ty == Scalar::Bool => Fold::And,
            fold => fold,
        }
    }

    /// Float sums start at `-0.0`, so that an empty lane vanishes and a sum of `-0.0` survives.
    pub fn identity(self, ty: Scalar) -> Identity {
        if ty == Scalar::Bool {
            return Identity::Bool(self.of(ty) == Fold::And);
        }
        let (min, max) = ty.int_range().unwrap_or((0, 0));
        match (self, ty.is_float()) {
            (Fold::Add, true) => Identity::Float(-0.0),
            (Fold::Mul, true) => Identity::Float(1.0),
            (Fold::Min | Fold::Max, true) => Identity::Float(f64::NAN),
            (Fold::MinIf, true) => Identity::Float(f64::INFINITY),
            (Fold::MaxIf, true) => Identity::Float(f64::NEG_INFINITY),
            (Fold::Companion, true) => Identity::Float(0.0),
            (Fold::Place, _) => Identity::Int(-1),
            (Fold::Add | Fold::Or | Fold::Xor | Fold::SaturatingAdd | Fold::Companion, _) => {
                Identity::Int(0)
            }
            (Fold::Mul, false) => Identity::Int(1),
            (Fold::Min | Fold::MinIf, false) => Identity::Int(max),
            (Fold::Max | Fold::MaxIf, false) => Identity::Int(min),
            (Fold::And, _) => Identity::Int(if ty.is_signed() { -1 } else { max }),
        }
    }
}

impl Region {
    /// The position of the extreme of which the accumulator at a position is a member.
    pub fn extreme_of(&self, accumulator: usize) -> Option<usize> {
        let has = |extreme: &Extreme| extreme.members().any(|member| member == accumulator);
        self.extremes.iter().position(has)
    }

    /// What stands for an accumulator that the source does not have.
    pub fn promoted(&self, accumulator: VarId) -> Option<&Promoted> {
        self.promoted.iter().find(|of| of.var == accumulator)
    }

    /// Types of the accumulators that are no arrays.
    pub fn accumulator_types(&self) -> Vec<Scalar> {
        self.accumulators.iter().map(|of| of.ty).collect()
    }

    /// Lanes of the canonical order: 512 bytes of the widest accumulator's lanes.
    pub fn lanes(&self) -> u32 {
        let wide = self
            .accumulators
            .iter()
            .any(|accumulator| accumulator.ty.bytes() == 8);
        if wide { 64 } else { 128 }
    }

    /// Whether the accumulators come to the same however iterations are grouped: those of floats do
    /// in minima and maxima, and what follows one of these is decided by the number of its iteration.
    pub fn is_free_of_order(&self) -> bool {
        let zeros = self.followers().any(|of| of.ty.is_float());
        !zeros && self.accumulators.iter().all(Accumulator::is_free_of_order)
    }

    /// The accumulators that keep a next best value: of two zeros among floats, an order decides which.
    pub fn followers(&self) -> impl Iterator<Item = &Accumulator> {
        let followers = self.extremes.iter().filter_map(|of| of.follower);
        followers.map(|of| &self.accumulators[of.at])
    }

    /// Whether a host may combine all iterations in order: integers, of which LLVM makes lanes as it
    /// sees fit.
    pub fn needs_no_lanes(&self) -> bool {
        let accumulators = self.accumulators.iter();
        let mut others = accumulators.filter(|of| of.ty.is_float());
        self.extremes.is_empty() && others.next().is_none()
    }

    /// Whether iterations combine values, in variables or in elements: else it is a map.
    pub fn combines(&self) -> bool {
        !self.accumulators.is_empty() || !self.shared.is_empty()
    }

    /// Whether the body has a fast form of its own: some accesses are checked or strided elsewhere.
    pub fn has_fast_form(&self) -> bool {
        let strided = self.arrays.iter().any(|of| !of.contiguous);
        strided || !self.relaxed.is_empty() || self.interior.is_some()
    }

    /// Whether builds with debug assertions have failures that others have not.
    pub fn differs_in_debug(&self) -> bool {
        self.sites.iter().any(|site| site.debug_only)
    }

    /// Whether an iteration can fail in builds with (`debug`) or without debug assertions.
    pub fn can_fail(&self, debug: bool) -> bool {
        !self.calls.is_empty() || self.sites.iter().any(|site| debug || !site.debug_only)
    }

    /// Whether an iteration of the fast form can fail in builds without debug assertions. Where
    /// iterations change places, it would not be the earliest that fails first.
    pub fn fast_can_fail(&self) -> bool {
        let mut keys = self.site_of.keys();
        keys.any(|key| self.is_open(key)) || !self.calls.is_empty()
    }

    /// Whether the fast form can fail here, in builds without debug assertions.
    pub fn is_open(&self, key: &SiteKey) -> bool {
        let settled = match key {
            SiteKey::Access(id) => self.bounds.get(id) == Some(&Bounds::Relaxed),
            SiteKey::Expr(id) => self.relaxed_nodes.contains(id),
            _ => false,
        };
        let site = self.site_of.get(key);
        site.is_some_and(|site| !self.sites[*site as usize].debug_only && !settled)
    }
}

/// How an access stays inside its array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bounds {
    /// The guard proves it for every iteration: no check in the fast form.
    Proved,
    /// Affine, but made under conditions that the guard cannot follow: checked as below unless
    /// [`Region::relaxed`] holds.
    Relaxed,
    /// Checked in the iteration; failing is a failure at the access's site.
    Checked,
}

/// One condition of a guard.
#[derive(Clone, Debug)]
pub struct Condition {
    pub test: Test,
    /// What it is for, as the report says it: "`out[i * n + j]` stays in bounds".
    pub purpose: String,
}

#[derive(Clone, Debug)]
pub enum Test {
    Le(Wide, Wide),
    Lt(Wide, Wide),
    /// The value is one of the type's.
    Fits(Wide, Scalar),
    All(Vec<Test>),
    Any(Vec<Test>),
    /// Only asked where the user's crate has debug assertions (elsewhere it holds).
    Debug(Box<Test>),
}

/// An integer expression over captured values, evaluated by the host in checked 128-bit
/// arithmetic: an overflow makes the condition that contains it fail (rule R1).
#[derive(Clone, Debug)]
pub enum Wide {
    Const(i128),
    /// A captured integer scalar.
    Var(VarId),
    /// The length of a dimension of an array of the region.
    Len {
        array: VarId,
        dim: u32,
    },
    /// An invariant expression that is not polynomial (`n / 2`), which cannot fail.
    Atom(ExprId),
    /// Smallest and largest value that the variable of a parallel loop (by position in the nest)
    /// takes; only meaningful when the loop is not empty.
    Lo(usize),
    Hi(usize),
    Add(Box<Wide>, Box<Wide>),
    Sub(Box<Wide>, Box<Wide>),
    Mul(Box<Wide>, Box<Wide>),
    Min(Box<Wide>, Box<Wide>),
    Max(Box<Wide>, Box<Wide>),
}

/// A node of a region's body that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteKey {
    /// An arithmetic expression or call.
    Expr(ExprId),
    /// An array access with [`Bounds::Checked`] or [`Bounds::Relaxed`].
    Access(AccessId),
    /// A compound assignment, by its right-hand side.
    Compound(ExprId),
    /// An element of a fixed local array, by its index.
    LocalIndex(ExprId),
}

/// A place where an iteration can fail, and what a worker records there: the site's number and
/// up to four argument values, each as the bits of its type, zero-extended.
#[derive(Clone, Debug)]
pub struct Site {
    pub kind: SiteKind,
    pub span: Span,
    /// Only fails where the user's crate has debug assertions (integer overflow).
    pub debug_only: bool,
}

#[derive(Clone, Debug)]
pub enum SiteKind {
    /// Arguments: the index of each dimension.
    Index(AccessId),
    /// A fixed local array of `len` elements. Argument: the index.
    LocalIndex { len: u64 },
    /// Arguments: left and right operand, the right one with type `right` (shifts may differ).
    /// `Div` and `Rem` fail on zero and on `MIN / -1` in every build.
    Binary {
        op: BinaryOp,
        left: Scalar,
        right: Scalar,
    },
    /// Negation of the type's minimum. Argument: the operand.
    Neg(Scalar),
    /// A built-in that can panic. Arguments: its arguments, the first of type `ty`.
    Call { builtin: Builtin, ty: Scalar },
    /// A function that the user vouches for. Arguments: its own, without literals whose type only
    /// the function knows.
    Assumed { callee: CalleeId, args: Vec<ExprId> },
    /// `assert!` and kin. Arguments: the formatted values.
    Assert {
        tokens: proc_macro2::TokenStream,
        args: Vec<Scalar>,
    },
}

impl Test {
    /// Visits every run-time expression in it.
    pub fn for_each_wide(&self, visit: &mut impl FnMut(&Wide)) {
        match self {
            Test::Le(a, b) | Test::Lt(a, b) => {
                visit(a);
                visit(b);
            }
            Test::Fits(wide, _) => visit(wide),
            Test::All(tests) | Test::Any(tests) => {
                tests.iter().for_each(|test| test.for_each_wide(visit));
            }
            Test::Debug(test) => test.for_each_wide(visit),
        }
    }
}
