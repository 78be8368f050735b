//! Executing instructions.

use super::super::detect::{Checked, Kind, trouble};
use super::super::launch::Launch;
use super::super::program::{Access, Inst, LANES, Op, Order, Reg, Row, Special, Src, lanes};
use super::{Env, Group, Wait, Warp};

/// What happens to a group after an instruction.
enum Next {
    /// The next instruction.
    On,
    /// It moved, split, waits or is gone: choose again.
    Choose,
}

/// What an instruction takes of a turn. One that waiting for others takes (a loop over an atomic
/// operation or a volatile load) takes much of it, so that those others get theirs soon.
fn effort(op: &Op) -> u32 {
    let strong = |access: &Access| matches!(access.order, Order::Strong { .. });
    match op {
        Op::Atomic { .. } => 128,
        Op::Load { access, .. } if strong(access) => 128,
        _ => 1,
    }
}

impl Warp {
    /// Executes group `g` until something else might have to go first.
    pub(super) fn slice(&mut self, g: usize, env: &mut Env<'_, '_>, turn: &mut u32) -> Checked<()> {
        let launch = env.launch;
        let stop = self.meeting_point(g);
        loop {
            let inst = &launch.program.code[self.groups[g].pc as usize];
            let effort = effort(&inst.op);
            *turn = turn.saturating_sub(effort);
            // Now, as the group may split or go.
            self.account(g, effort);
            match self.step(g, inst, env)? {
                Next::Choose => return Ok(()),
                Next::On => self.groups[g].pc += 1,
            }
            if self.groups[g].pc == stop {
                self.merge(g);
                return Ok(());
            }
            if *turn == 0 {
                return Ok(());
            }
        }
    }

    /// The next instruction at which another group is.
    fn meeting_point(&self, g: usize) -> u32 {
        if self.groups.len() == 1 {
            return u32::MAX;
        }
        let this = self.groups[g];
        let ahead = self
            .groups
            .iter()
            .filter(|o| o.frame == this.frame && o.pc > this.pc);
        ahead.map(|o| o.pc).min().unwrap_or(u32::MAX)
    }

    fn step(&mut self, g: usize, inst: &Inst, env: &mut Env<'_, '_>) -> Checked<Next> {
        let Group {
            mask, pc, frame, ..
        } = self.groups[g];
        let active = match inst.guard {
            None => mask,
            Some((reg, negated)) => {
                let row = &self.frame(frame).regs[reg as usize];
                let holds = lanes(mask).fold(0, |m, i| m | (row[i] as u32 & 1) << i);
                if negated { mask & !holds } else { holds }
            }
        };
        if active == 0 {
            return Ok(Next::On);
        }
        match &inst.op {
            Op::Branch { .. }
            | Op::BranchIndex { .. }
            | Op::Call { .. }
            | Op::Return
            | Op::Exit
            | Op::Trap
            | Op::Barrier { .. }
            | Op::Collective { .. } => {
                self.control(g, inst, active, env)?;
                Ok(Next::Choose)
            }
            op => {
                self.data(frame, op, active, pc, env)?;
                Ok(Next::On)
            }
        }
    }

    /// Instructions that move, split, stop or end the group.
    fn control(
        &mut self,
        g: usize,
        inst: &Inst,
        active: u32,
        env: &mut Env<'_, '_>,
    ) -> Checked<()> {
        let launch = env.launch;
        let Group { mask, pc, .. } = self.groups[g];
        if let Op::Branch { uniform: true, .. } = inst.op
            && active != mask
        {
            let lane = active.trailing_zeros() as usize;
            let message = "a branch said to be uniform (`.uni`) diverges".to_owned();
            return trouble(Kind::Undefined, lane, pc, message);
        }
        let g = self.detach(g, active);
        match &inst.op {
            Op::Branch { target, .. } => self.jump(g, *target),
            Op::BranchIndex { index, targets } => self.branch_index(g, *index, targets)?,
            Op::Call {
                function,
                arguments,
                ..
            } => {
                self.call(launch, g, *function, arguments)?;
                self.merge(g);
            }
            Op::Return => self.ret(launch, g),
            Op::Exit => self.exit(g),
            Op::Trap => {
                let lane = active.trailing_zeros() as usize;
                return trouble(Kind::Trap, lane, pc, "`trap` was executed".to_owned());
            }
            Op::Barrier { .. } => {
                self.groups[g].wait = Wait::Barrier;
                self.merge(g);
            }
            Op::Collective { members, .. } => self.wait_for_members(g, *members),
            _ => {}
        }
        // Lanes that wait for others may have waited for those that are gone now.
        if self.has_waiting_members() {
            self.run_collectives(env)?;
        }
        Ok(())
    }

    /// The active lanes as a group of their own; the others go on to the next instruction.
    fn detach(&mut self, g: usize, active: u32) -> usize {
        let mask = self.groups[g].mask;
        if active == mask {
            return g;
        }
        let others = self.split(g, mask & !active);
        self.groups[others].pc += 1;
        let lane = active.trailing_zeros();
        self.merge(others);
        self.group_of(lane)
    }

    /// The group that a lane is in.
    pub(super) fn group_of(&self, lane: u32) -> usize {
        let found = self.groups.iter().position(|g| g.mask >> lane & 1 == 1);
        found.expect("a live lane is in a group")
    }

    fn jump(&mut self, g: usize, target: u32) {
        self.groups[g].pc = target;
        self.merge(g);
    }

    fn branch_index(&mut self, g: usize, index: Src, targets: &[u32]) -> Checked<()> {
        let Group {
            mask, pc, frame, ..
        } = self.groups[g];
        let row = self.row(frame, index);
        for lane in lanes(mask) {
            let Some(target) = targets.get(row[lane] as usize) else {
                let message = format!("index {} is beyond the list of labels", row[lane]);
                return trouble(Kind::Undefined, lane, pc, message);
            };
            let g = self.group_of(lane as u32);
            let one = self.split(g, 1 << lane);
            self.jump(one, *target);
        }
        Ok(())
    }

    /// Instructions after which the next one follows.
    fn data(
        &mut self,
        frame: usize,
        op: &Op,
        active: u32,
        pc: u32,
        env: &mut Env<'_, '_>,
    ) -> Checked<()> {
        match op {
            Op::Map1 { f, dst, a } => {
                let a = self.row(frame, *a);
                f(active, self.target(frame, *dst), &a);
            }
            Op::Map2 { f, dst, a, b } => {
                let [a, b] = [a, b].map(|s| self.row(frame, *s));
                f(active, self.target(frame, *dst), &a, &b);
            }
            Op::Map3 { f, dst, a, b, c } => {
                let [a, b, c] = [a, b, c].map(|s| self.row(frame, *s));
                f(active, self.target(frame, *dst), &a, &b, &c);
            }
            Op::Map4 { f, dst, sources } => {
                let rows = sources.map(|s| self.row(frame, s));
                for lane in lanes(active) {
                    self.target(frame, *dst)[lane] = f(rows.each_ref().map(|row| row[lane]));
                }
            }
            Op::Carry {
                f,
                dst,
                sources,
                reads,
                writes,
            } => {
                let sum = (f, *sources, *dst);
                self.sum_with_carry((frame, active, pc), sum, (*reads, *writes))?;
            }
            Op::Both { f, dst, a, b, c } => {
                let [a, b, c] = [a, b, c].map(|s| self.row(frame, *s));
                for (f, dst) in f.iter().zip(dst) {
                    let Some(dst) = dst else { continue };
                    f(active, self.target(frame, *dst), &a, &b, &c);
                }
            }
            Op::Special { dst, which, f } => {
                let row = self.special(env.launch, *which, pc);
                match f {
                    Some(f) => f(active, self.target(frame, *dst), &row),
                    None => self.write(frame, *dst, active, &row),
                }
            }
            Op::FrameAddress {
                dst,
                offset,
                window,
            } => {
                let local = self.frame(frame).local;
                let address = local.wrapping_add_signed(*offset).wrapping_add(*window);
                self.write(frame, *dst, active, &[address; LANES]);
            }
            Op::ActiveMask { dst } => self.write(frame, *dst, active, &[active.into(); LANES]),
            Op::Fence(scope) => {
                lanes(active).for_each(|lane| self.order.fence(lane, *scope));
                std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
            }
            Op::Pack { dst, parts, bits } => self.pack((frame, active), *dst, parts, *bits),
            Op::Unpack { dst, a, bits } => self.unpack((frame, active), dst, *a, *bits),
            _ => self.memory(frame, op, active, pc, env)?,
        }
        Ok(())
    }

    /// Joins registers of so many bits to a wider one, the lowest first.
    fn pack(&mut self, (frame, active): (usize, u32), dst: Reg, parts: &[Src], bits: u32) {
        let mut out = [0; LANES];
        for (i, part) in parts.iter().enumerate() {
            let row = self.row(frame, *part);
            for lane in 0..LANES {
                out[lane] |= row[lane] << (i as u32 * bits);
            }
        }
        self.write(frame, dst, active, &out);
    }

    /// Takes a register apart.
    fn unpack(&mut self, (frame, active): (usize, u32), dst: &[Option<Reg>], a: Src, bits: u32) {
        let a = self.row(frame, a);
        let ones = u64::MAX >> (64 - bits);
        for (i, dst) in dst.iter().enumerate() {
            let Some(dst) = dst else { continue };
            let row = a.map(|v| v >> (i as u32 * bits) & ones);
            self.write(frame, *dst, active, &row);
        }
    }

    /// The lanes of a register that an instruction writes.
    fn target(&mut self, frame: usize, reg: Reg) -> &mut Row {
        &mut self.frame_mut(frame).regs[reg as usize]
    }

    fn special(&self, launch: &Launch, which: Special, pc: u32) -> Row {
        let all = |value: u64| [value; LANES];
        let by_lane = |f: &dyn Fn(u32) -> u64| std::array::from_fn(|lane| f(lane as u32));
        let first = self.index * LANES as u32;
        match which {
            Special::Tid(d) => by_lane(&|lane| launch.thread_index(first + lane)[d].into()),
            Special::Ntid(d) => all(launch.block[d].into()),
            Special::Ctaid(d) => all(launch.block_index(self.order.block())[d].into()),
            Special::Nctaid(d) => all(launch.grid[d].into()),
            Special::LaneId => by_lane(&u64::from),
            Special::WarpId => all(self.index.into()),
            Special::WarpCount => all(launch.geometry.warps_per_block.into()),
            Special::MaskEq => by_lane(&|lane| 1 << lane),
            Special::MaskLt => by_lane(&|lane| (1 << lane) - 1),
            Special::MaskLe => by_lane(&|lane| (2 << lane) - 1),
            Special::MaskGt => by_lane(&|lane| 0xffff_ffff & !((2 << lane) - 1)),
            Special::MaskGe => by_lane(&|lane| 0xffff_ffff & !((1 << lane) - 1)),
            Special::Clock => all((self.clock + u64::from(pc)) & 0xffff_ffff),
            Special::Zero => all(0),
            Special::One => all(1),
            Special::SharedBytes => {
                let fixed: u64 = launch.function().shared.iter().map(|r| r.bytes).sum();
                all(fixed + launch.dynamic_shared)
            }
            Special::DynamicSharedBytes => all(launch.dynamic_shared),
        }
    }
}
