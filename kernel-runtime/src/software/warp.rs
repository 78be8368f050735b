//! A warp: 32 lanes, in groups that execute together.
//!
//! Every group has its own place in the program, as threads have from sm_70 on (PTX ISA 3.1).
//! The group at the lowest instruction goes first, so that groups meet again where their ways
//! join; a group that has waited long gets a turn nevertheless, so that a lane that holds a lock
//! is never kept from releasing it by those that wait for it.

mod barriers;
mod calls;
mod carry;
mod coalesced;
mod collectives;
mod step;
mod transfer;

use super::detect::Checked;
use super::launch::Launch;
use super::onchip::{LocalMemory, SharedMemory};
use super::order::WarpOrder;
use super::program::{Barrier, LANES, Row, Src, lanes};

/// What a warp needs from outside.
pub(super) struct Env<'l, 's> {
    pub(super) launch: &'l Launch,
    pub(super) shared: &'s mut SharedMemory,
}

/// What a group is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Ready,
    /// At a barrier of the block.
    Barrier,
    /// At an instruction that lanes of this member mask execute together.
    Members(u32),
}

/// Lanes that execute together.
#[derive(Clone, Copy, Debug)]
struct Group {
    mask: u32,
    pc: u32,
    frame: usize,
    wait: Wait,
    /// Effort of others since this group was last chosen.
    starved: u32,
}

/// An active function.
struct Frame {
    function: usize,
    regs: Vec<Row>,
    carry: carry::Carry,
    /// Parameter memory of every lane.
    params: Vec<u8>,
    /// The call and the caller's frame; none for the entry.
    caller: Option<(u32, usize)>,
    /// Lanes in it, or in functions that it called.
    mask: u32,
    depth: u32,
    /// Where its variables begin in local memory.
    local: u64,
}

/// A group that has waited for this much effort of others goes first,
const PATIENCE: u32 = 4096;
/// for so much of its own.
const BOOST: u32 = 1024;

pub(super) struct Warp {
    index: u32,
    /// Lanes that have not exited.
    live: u32,
    groups: Vec<Group>,
    frames: Vec<Option<Frame>>,
    local: Vec<LocalMemory>,
    pub(super) order: WarpOrder,
    /// A lane whose group goes first, and for how long.
    boost: (usize, u32),
    /// Instructions executed so far.
    clock: u64,
    /// Whether the warp has been counted at the barrier that it waits at.
    counted: bool,
}

/// A warp at a barrier of its block.
pub(super) struct AtBarrier {
    pub(super) kind: Barrier,
    pub(super) id: u64,
    pub(super) count: Option<u32>,
    /// Lanes whose predicate holds, and lanes in all.
    pub(super) holds: u32,
    pub(super) voters: u32,
    pub(super) lane: usize,
    pub(super) pc: u32,
}

impl Warp {
    pub(super) fn new(launch: &Launch, block: u32, index: u32, lanes: u32) -> Self {
        let live = u32::MAX >> (LANES as u32 - lanes);
        let entry = launch.function();
        let mut warp = Warp {
            index,
            live,
            groups: Vec::new(),
            frames: Vec::new(),
            local: Vec::new(),
            order: WarpOrder::new(launch.geometry, block, index),
            boost: (0, 0),
            clock: 0,
            counted: false,
        };
        let frame = warp.new_frame(launch, launch.entry, None, live, 0);
        let (pc, wait) = (entry.start, Wait::Ready);
        warp.groups.push(Group {
            mask: live,
            pc,
            frame,
            wait,
            starved: 0,
        });
        warp
    }

    pub(super) fn is_done(&self) -> bool {
        self.live == 0
    }

    pub(super) fn is_ready(&self) -> bool {
        self.groups.iter().any(|g| g.wait == Wait::Ready)
    }

    /// Executes for a turn.
    pub(super) fn run(&mut self, env: &mut Env<'_, '_>, mut turn: u32) -> Checked<()> {
        while turn > 0 {
            let Some(g) = self.choose() else {
                return Ok(());
            };
            let before = turn;
            self.slice(g, env, &mut turn)?;
            self.clock += u64::from(before - turn);
        }
        Ok(())
    }

    /// The group to execute next.
    fn choose(&mut self) -> Option<usize> {
        if let [only] = &self.groups[..] {
            return (only.wait == Wait::Ready).then_some(0);
        }
        let ready = |g: &Group| g.wait == Wait::Ready;
        let (lane, left) = self.boost;
        if left > 0
            && let Some(g) = self
                .groups
                .iter()
                .position(|g| ready(g) && g.mask >> lane & 1 == 1)
        {
            return Some(g);
        }
        let starved = self
            .groups
            .iter()
            .position(|g| ready(g) && g.starved >= PATIENCE);
        if let Some(g) = starved {
            self.boost = (self.groups[g].mask.trailing_zeros() as usize, BOOST);
            return Some(g);
        }
        let depth = |g: &Group| self.frame(g.frame).depth;
        let all = self.groups.iter().enumerate().filter(|(_, g)| ready(g));
        all.min_by_key(|(_, g)| (u32::MAX - depth(g), g.pc))
            .map(|(i, _)| i)
    }

    /// Accounts for an effort of group `g`.
    fn account(&mut self, g: usize, effort: u32) {
        if self.groups.len() == 1 {
            return;
        }
        self.boost.1 = self.boost.1.saturating_sub(effort);
        for (i, group) in self.groups.iter_mut().enumerate() {
            match (i == g, group.wait) {
                (true, _) => group.starved = 0,
                (false, Wait::Ready) => group.starved = group.starved.saturating_add(effort),
                _ => {}
            }
        }
    }

    /// Lets group `g` join one that is at the same place, if there is one.
    fn merge(&mut self, g: usize) {
        let this = self.groups[g];
        let same =
            |other: &Group| (other.pc, other.frame, other.wait) == (this.pc, this.frame, this.wait);
        let other = (0..self.groups.len()).find(|i| *i != g && same(&self.groups[*i]));
        if let Some(other) = other {
            self.groups[other].mask |= this.mask;
            self.groups.swap_remove(g);
        }
    }

    /// Takes the lanes of `mask` out of group `g` into a group of their own, which is returned.
    fn split(&mut self, g: usize, mask: u32) -> usize {
        let group = &mut self.groups[g];
        if group.mask == mask {
            return g;
        }
        group.mask &= !mask;
        let new = Group { mask, ..*group };
        self.groups.push(new);
        self.groups.len() - 1
    }

    fn frame(&self, frame: usize) -> &Frame {
        self.frames[frame]
            .as_ref()
            .expect("a group's frame is alive")
    }

    fn frame_mut(&mut self, frame: usize) -> &mut Frame {
        self.frames[frame]
            .as_mut()
            .expect("a group's frame is alive")
    }

    /// A source operand of a group.
    fn row(&self, frame: usize, source: Src) -> Row {
        match source {
            Src::Reg(reg) => self.frame(frame).regs[reg as usize],
            Src::Not(reg) => self.frame(frame).regs[reg as usize].map(|p| p ^ 1),
            Src::Imm(value) => [value; LANES],
        }
    }

    /// Writes the lanes of `mask`.
    fn write(&mut self, frame: usize, reg: u32, mask: u32, row: &Row) {
        let target = &mut self.frame_mut(frame).regs[reg as usize];
        for lane in lanes(mask) {
            target[lane] = row[lane];
        }
    }
}
