//! Frames: calls, returns, exits (PTX ISA 7.1, 9.7.12).

use super::super::detect::{Checked, Kind, trouble};
use super::super::launch::Launch;
use super::super::onchip::LocalMemory;
use super::super::program::{LANES, Op, Place, Src, Transfer, lanes};
use super::{Frame, Group, Wait, Warp};

/// Calls within calls at most.
const MAX_DEPTH: u32 = 1000;
/// Local memory of a thread at most (compute capabilities 7.0 to 12.0).
const MAX_LOCAL: u64 = 512 << 10;

impl Warp {
    /// Makes a frame.
    pub(super) fn new_frame(
        &mut self,
        launch: &Launch,
        function: usize,
        caller: Option<(u32, usize)>,
        mask: u32,
        local: u64,
    ) -> usize {
        let code = &launch.program.functions[function];
        let depth = caller.map_or(0, |(_, frame)| self.frame(frame).depth + 1);
        if code.local_bytes > 0 {
            self.local.resize_with(LANES, LocalMemory::default);
            for lane in lanes(mask) {
                self.local[lane].enter(local, code.local_bytes);
            }
        }
        let frame = Frame {
            function,
            regs: vec![[0; LANES]; code.registers],
            carry: Default::default(),
            params: vec![0; code.param_bytes * LANES],
            caller,
            mask,
            depth,
            local,
        };
        match self.frames.iter().position(Option::is_none) {
            Some(free) => {
                self.frames[free] = Some(frame);
                free
            }
            None => {
                self.frames.push(Some(frame));
                self.frames.len() - 1
            }
        }
    }

    /// Group `g` enters a function.
    pub(super) fn call(
        &mut self,
        launch: &Launch,
        g: usize,
        function: usize,
        arguments: &[Transfer],
    ) -> Checked<()> {
        let Group {
            mask,
            pc,
            frame: caller,
            ..
        } = self.groups[g];
        let own = self.frame(caller);
        let local = own.local + launch.program.functions[own.function].local_bytes;
        let needed = local + launch.program.functions[function].local_bytes;
        if own.depth >= MAX_DEPTH || needed > MAX_LOCAL {
            let lane = mask.trailing_zeros() as usize;
            let message = "stack overflow: too many calls within calls".to_owned();
            return trouble(Kind::Undefined, lane, pc, message);
        }
        let frame = self.new_frame(launch, function, Some((pc, caller)), mask, local);
        for (actual, formal) in arguments {
            self.pass(mask, (caller, *actual), (frame, *formal));
        }
        self.groups[g].frame = frame;
        self.groups[g].pc = launch.program.functions[function].start;
        Ok(())
    }

    /// Group `g` returns; from the entry, it exits.
    pub(super) fn ret(&mut self, launch: &Launch, g: usize) {
        let Group { mask, frame, .. } = self.groups[g];
        let Some((pc, caller)) = self.frame(frame).caller else {
            return self.exit(g);
        };
        if let Op::Call { results, .. } = &launch.program.code[pc as usize].op {
            for (actual, formal) in results {
                self.pass(mask, (frame, *formal), (caller, *actual));
            }
        }
        self.leave(frame, mask);
        self.frame_mut(caller).carry.forget(mask);
        self.groups[g].frame = caller;
        self.groups[g].pc = pc + 1;
        self.merge(g);
    }

    /// Moves an argument or a result from one frame to another.
    fn pass(&mut self, mask: u32, from: (usize, Place), to: (usize, Place)) {
        let bytes = match (from.1, to.1) {
            (Place::Memory { bytes, .. }, _) | (_, Place::Memory { bytes, .. }) => bytes,
            _ => 8,
        };
        for lane in lanes(mask) {
            let mut at = 0;
            while at < bytes {
                let size = (bytes - at).min(8);
                let value = self.place(from, lane, at, size);
                self.set_place(to, lane, at, size, value);
                at += size;
            }
        }
    }

    fn place(&self, (frame, place): (usize, Place), lane: usize, at: usize, size: usize) -> u64 {
        match place {
            Place::Value(source) => self.row(frame, source)[lane],
            Place::Memory { offset, .. } => self.param(frame, lane, offset + at, size),
        }
    }

    fn set_place(
        &mut self,
        (frame, place): (usize, Place),
        lane: usize,
        at: usize,
        size: usize,
        value: u64,
    ) {
        match place {
            Place::Value(Src::Reg(reg)) => {
                self.frame_mut(frame).regs[reg as usize][lane] = value;
            }
            Place::Value(_) => unreachable!("results go to registers"),
            Place::Memory { offset, .. } => self.set_param(frame, lane, offset + at, size, value),
        }
    }

    /// Reads a lane's parameter memory.
    pub(super) fn param(&self, frame: usize, lane: usize, at: usize, size: usize) -> u64 {
        let params = &self.frame(frame).params;
        let start = params.len() / LANES * lane + at;
        let mut value = [0; 8];
        value[..size].copy_from_slice(&params[start..start + size]);
        u64::from_le_bytes(value)
    }

    /// Writes a lane's parameter memory.
    pub(super) fn set_param(
        &mut self,
        frame: usize,
        lane: usize,
        at: usize,
        size: usize,
        value: u64,
    ) {
        let params = &mut self.frame_mut(frame).params;
        let start = params.len() / LANES * lane + at;
        params[start..start + size].copy_from_slice(&value.to_le_bytes()[..size]);
    }

    /// Lanes leave a frame; the last ones take it away.
    fn leave(&mut self, frame: usize, mask: u32) {
        let this = self.frame_mut(frame);
        this.mask &= !mask;
        if this.mask == 0 {
            self.frames[frame] = None;
        }
    }

    /// The lanes of group `g` are done.
    pub(super) fn exit(&mut self, g: usize) {
        let Group { mask, frame, .. } = self.groups.swap_remove(g);
        self.live &= !mask;
        let mut at = Some(frame);
        while let Some(frame) = at {
            at = self.frame(frame).caller.map(|(_, caller)| caller);
            self.leave(frame, mask);
        }
    }

    /// Whether lanes wait for others at a warp-level instruction.
    pub(super) fn has_waiting_members(&self) -> bool {
        self.groups
            .iter()
            .any(|g| matches!(g.wait, Wait::Members(_)))
    }
}
