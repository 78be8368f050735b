//! A warp's side of the barriers of its block (PTX ISA 9.7.13.1).

use super::super::detect::{Checked, Kind, trouble};
use super::super::launch::Launch;
use super::super::program::{LANES, Op, Src, lanes};
use super::{AtBarrier, Group, Wait, Warp};

impl Warp {
    /// The barrier that the whole warp has arrived at (all lanes that have not exited wait at
    /// one) and has not been counted at yet.
    pub(in super::super) fn arrival(&mut self, launch: &Launch) -> Checked<Option<AtBarrier>> {
        let waits = self.groups.iter().all(|g| g.wait == Wait::Barrier);
        if self.is_done() || !waits || self.counted {
            return Ok(None);
        }
        let mut arrival: Option<AtBarrier> = None;
        for g in 0..self.groups.len() {
            let (here, aligned) = self.at_barrier(launch, self.groups[g])?;
            let Some(sum) = &mut arrival else {
                arrival = Some(here);
                continue;
            };
            let same_place = here.pc == sum.pc || !aligned;
            let same_barrier = (here.kind, here.id, here.count) == (sum.kind, sum.id, sum.count);
            if !same_place || !same_barrier {
                let line = |pc: u32| launch.program.code[pc as usize].line;
                let message = format!(
                    "divergent barrier: lanes of one warp wait in PTX lines {} and {}",
                    line(sum.pc),
                    line(here.pc)
                );
                return trouble(Kind::DivergentBarrier, here.lane, here.pc, message);
            }
            sum.holds += here.holds;
            sum.voters += here.voters;
        }
        self.counted = true;
        Ok(arrival)
    }

    /// What one group brings, and whether its barrier is an aligned one.
    fn at_barrier(&self, launch: &Launch, group: Group) -> Checked<(AtBarrier, bool)> {
        let lane = group.mask.trailing_zeros() as usize;
        let Op::Barrier {
            kind,
            aligned,
            id,
            count,
            test,
            ..
        } = &launch.program.code[group.pc as usize].op
        else {
            unreachable!("a group waits for a barrier at a barrier");
        };
        let id = self.uniform(group, *id)?;
        let count = match count {
            Some(count) => Some(self.uniform(group, *count)? as u32),
            None => None,
        };
        let test = self.row(group.frame, *test);
        let holds = lanes(group.mask).filter(|lane| test[*lane] != 0).count() as u32;
        let voters = group.mask.count_ones();
        let here = AtBarrier {
            kind: *kind,
            id,
            count,
            holds,
            voters,
            lane,
            pc: group.pc,
        };
        Ok((here, *aligned))
    }

    fn uniform(&self, group: Group, source: Src) -> Checked<u64> {
        let row = self.row(group.frame, source);
        let lane = group.mask.trailing_zeros() as usize;
        match lanes(group.mask).find(|other| row[*other] != row[lane]) {
            None => Ok(row[lane]),
            Some(other) => {
                let message = "lanes of one warp name different barriers".to_owned();
                trouble(Kind::DivergentBarrier, other, group.pc, message)
            }
        }
    }

    /// The barrier is complete, or need not be waited for.
    pub(in super::super) fn pass_barrier(&mut self, launch: &Launch, result: Option<u32>) {
        self.counted = false;
        for g in 0..self.groups.len() {
            let Group {
                mask, pc, frame, ..
            } = self.groups[g];
            if let (Some(result), Op::Barrier { dst, .. }) =
                (result, &launch.program.code[pc as usize].op)
            {
                self.write(frame, *dst, mask, &[result.into(); LANES]);
            }
            let group = &mut self.groups[g];
            group.pc += 1;
            group.wait = Wait::Ready;
        }
        self.merge_all();
    }

    /// A lane that cannot go on, and where it is.
    pub(in super::super) fn stuck_at(&self) -> (usize, u32) {
        let group = self.groups.first();
        group.map_or((0, 0), |g| (g.mask.trailing_zeros() as usize, g.pc))
    }

    /// Lets all groups that are at the same place join.
    pub(super) fn merge_all(&mut self) {
        let mut g = 0;
        while g < self.groups.len() {
            let before = self.groups.len();
            self.merge(g);
            g += usize::from(self.groups.len() == before);
        }
    }
}
