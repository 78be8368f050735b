//! A module ready to run: names resolved, modifiers checked, one [`Inst`] per instruction.

use std::sync::Arc;

use super::memory::Allocation;
use super::types::{Space, Type};

/// Lanes of a warp.
pub(super) const LANES: usize = 32;

/// One register of a warp: a value for each lane, zero-extended to 64 bits.
pub(super) type Row = [u64; LANES];

/// Number of a register in its frame.
pub(super) type Reg = u32;

/// Computes the lanes of a mask.
pub(super) type Map1 = Box<dyn Fn(u32, &mut Row, &Row) + Send + Sync>;
/// See [`Map1`].
pub(super) type Map2 = Box<dyn Fn(u32, &mut Row, &Row, &Row) + Send + Sync>;
/// See [`Map1`].
pub(super) type Map3 = Box<dyn Fn(u32, &mut Row, &Row, &Row, &Row) + Send + Sync>;

/// A sum of one lane's operands with the carry before it, and the carry after it.
pub(super) type CarryMap = Box<dyn Fn([u64; 3], bool) -> (u64, bool) + Send + Sync>;

/// The lanes of a mask, lowest first.
pub(super) fn lanes(mut mask: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
        (lane < 32).then_some(lane as usize)
    })
}

/// A function of one lane, for all.
pub(super) fn map1(f: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Map1 {
    Box::new(move |mask, out, a| {
        if mask == u32::MAX {
            for (out, a) in out.iter_mut().zip(a) {
                *out = f(*a);
            }
            return;
        }
        for i in lanes(mask) {
            out[i] = f(a[i]);
        }
    })
}

/// A function of one lane, for all.
pub(super) fn map2(f: impl Fn(u64, u64) -> u64 + Send + Sync + 'static) -> Map2 {
    Box::new(move |mask, out, a, b| {
        if mask == u32::MAX {
            for (i, out) in out.iter_mut().enumerate() {
                *out = f(a[i], b[i]);
            }
            return;
        }
        for i in lanes(mask) {
            out[i] = f(a[i], b[i]);
        }
    })
}

/// A function of one lane, for all.
pub(super) fn map3(f: impl Fn(u64, u64, u64) -> u64 + Send + Sync + 'static) -> Map3 {
    Box::new(move |mask, out, a, b, c| {
        if mask == u32::MAX {
            for (i, out) in out.iter_mut().enumerate() {
                *out = f(a[i], b[i], c[i]);
            }
            return;
        }
        for i in lanes(mask) {
            out[i] = f(a[i], b[i], c[i]);
        }
    })
}

/// A source operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Src {
    Reg(Reg),
    /// The complement of a predicate.
    Not(Reg),
    Imm(u64),
}

/// A destination of an instruction that may write a wider register than its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dst {
    pub(super) reg: Reg,
    /// All ones in the register's width.
    pub(super) mask: u64,
}

/// An address operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) base: Base,
    pub(super) offset: i64,
}

/// What an address's offset counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Register(Reg),
    /// The beginning of the state space.
    Space,
    /// The local memory of the function being executed.
    Frame,
}

/// Which threads an operation synchronises with, as far as it matters here (PTX ISA 8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Cta,
    /// `.gpu`, `.cluster` and `.sys`: all threads of a launch. (A cluster is one block here.)
    Gpu,
}

/// How an access synchronises (PTX ISA 8.3, 8.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Weak,
    /// Weak, through the non-coherent cache.
    NonCoherent,
    Strong {
        acquire: bool,
        release: bool,
        scope: Scope,
    },
}

/// Where memory instructions go, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) space: Space,
    pub(super) ty: Type,
    pub(super) order: Order,
    pub(super) address: Address,
}

/// Special registers (PTX ISA 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    Tid(usize),
    Ntid(usize),
    Ctaid(usize),
    Nctaid(usize),
    LaneId,
    WarpId,
    WarpCount,
    MaskEq,
    MaskLt,
    MaskLe,
    MaskGt,
    MaskGe,
    Clock,
    Zero,
    One,
    SharedBytes,
    DynamicSharedBytes,
}

/// What `atom` and `red` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rmw {
    Add,
    Min,
    Max,
    And,
    Or,
    Xor,
    Inc,
    Dec,
    Exchange,
    CompareAndSwap,
}

/// Instructions executed by the lanes of a member mask together (PTX ISA 9.7.9, 9.7.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collective {
    Sync,
    Shuffle(Shuffle),
    VoteAll,
    VoteAny,
    VoteUni,
    Ballot,
    MatchAny,
    MatchAll,
    Redux(Rmw, Type),
}

/// Modes of `shfl.sync`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shuffle {
    Up,
    Down,
    Butterfly,
    Index,
}

/// Forms of `barrier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barrier {
    Sync,
    Arrive,
    Popc,
    And,
    Or,
}

/// Where an argument or a result of a call comes from, or goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A register or constant.
    Value(Src),
    /// Bytes of the frame's parameter memory.
    Memory { offset: usize, bytes: usize },
}

/// One move of a call: (in the caller, in the callee).
pub(super) type Transfer = (Place, Place);

/// What an instruction does.
pub(super) enum Op {
    Map1 {
        f: Map1,
        dst: Reg,
        a: Src,
    },
    Map2 {
        f: Map2,
        dst: Reg,
        a: Src,
        b: Src,
    },
    Map3 {
        f: Map3,
        dst: Reg,
        a: Src,
        b: Src,
        c: Src,
    },
    Map4 {
        f: fn([u64; 4]) -> u64,
        dst: Reg,
        sources: [Src; 4],
    },
    /// A sum that reads or writes the carry flag.
    Carry {
        f: CarryMap,
        dst: Reg,
        sources: [Src; 3],
        reads: bool,
        writes: bool,
    },
    /// Two results of the same operands: `setp p|q`.
    Both {
        f: [Map3; 2],
        dst: [Option<Reg>; 2],
        a: Src,
        b: Src,
        c: Src,
    },
    /// Reads a special register, through a conversion where `cvt` does.
    Special {
        dst: Reg,
        which: Special,
        f: Option<Map1>,
    },
    FrameAddress {
        dst: Reg,
        offset: i64,
        window: u64,
    },
    Pack {
        dst: Reg,
        parts: Vec<Src>,
        bits: u32,
    },
    Unpack {
        dst: Vec<Option<Reg>>,
        a: Src,
        bits: u32,
    },
    Load {
        access: Access,
        dst: Vec<Option<Dst>>,
    },
    Store {
        access: Access,
        values: Vec<Src>,
    },
    /// From the parameters of the entry (one value for all lanes), at an offset known here.
    LoadEntryParam {
        offset: usize,
        ty: Type,
        dst: Vec<Option<Dst>>,
    },
    /// From and to the frame's own parameter memory.
    LoadParam {
        offset: usize,
        ty: Type,
        dst: Vec<Option<Dst>>,
    },
    StoreParam {
        offset: usize,
        ty: Type,
        values: Vec<Src>,
    },
    Atomic {
        access: Access,
        rmw: Rmw,
        dst: Option<Reg>,
        b: Src,
        c: Src,
    },
    Fence(Scope),
    Branch {
        target: u32,
        uniform: bool,
    },
    BranchIndex {
        index: Src,
        targets: Vec<u32>,
    },
    Call {
        function: usize,
        arguments: Vec<Transfer>,
        results: Vec<Transfer>,
    },
    Return,
    Exit,
    Trap,
    Barrier {
        kind: Barrier,
        aligned: bool,
        id: Src,
        count: Option<Src>,
        dst: Reg,
        test: Src,
    },
    Collective {
        kind: Collective,
        dst: [Option<Reg>; 2],
        a: Src,
        b: Src,
        c: Src,
        members: Src,
    },
    ActiveMask {
        dst: Reg,
    },
    Nothing,
}

/// A decoded instruction.
pub(super) struct Inst {
    /// Register, and whether its complement guards.
    pub(super) guard: Option<(Reg, bool)>,
    pub(super) op: Op,
    pub(super) line: u32,
    /// Where its text is in the source.
    pub(super) text: (usize, usize),
}

/// A variable in shared or local memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start: u64,
    pub(super) bytes: u64,
}

/// An entry or function.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) entry: bool,
    /// Its first instruction.
    pub(super) start: u32,
    /// Registers of its frame.
    pub(super) registers: usize,
    /// An entry's parameters: offset and size.
    pub(super) params: Vec<(usize, usize)>,
    /// Parameter memory of its frame, for each lane.
    pub(super) param_bytes: usize,
    /// Local memory of its frame, for each lane.
    pub(super) local: Vec<Region>,
    pub(super) local_bytes: u64,
    /// Statically declared shared memory that an entry may touch.
    pub(super) shared: Vec<Region>,
    pub(super) max_threads: Option<u64>,
    pub(super) required_threads: Option<[u64; 3]>,
}

/// A `.global` or `.const` variable of a module.
pub(super) struct GlobalVariable {
    pub(super) name: String,
    pub(super) memory: Arc<Allocation>,
}

/// A module.
pub(super) struct Program {
    pub(super) source: String,
    pub(super) code: Vec<Inst>,
    pub(super) functions: Vec<Function>,
    pub(super) globals: Vec<GlobalVariable>,
}

impl Program {
    /// The text of an instruction, in one line.
    pub(super) fn instruction_text(&self, pc: u32) -> String {
        let (start, end) = self.code[pc as usize].text;
        let words: Vec<&str> = self.source[start..end].split_whitespace().collect();
        words.join(" ")
    }

    /// The nearest `//` comment line before a line.
    pub(super) fn comment_before(&self, line: u32) -> Option<&str> {
        let before: Vec<&str> = self.source.lines().take(line as usize).collect();
        before
            .iter()
            .rev()
            .find_map(|l| l.trim_start().strip_prefix("//"))
            .map(str::trim)
    }
}
