//! Instructions that the lanes of a member mask execute together (PTX ISA 9.7.9.6, 9.7.13).
//!
//! They wait until all members that have not exited have come to an instruction with the same
//! qualifiers and the same mask, wherever it is in the program, and then happen at once.

use super::super::detect::{Checked, Kind, trouble};
use super::super::launch::Launch;
use super::super::program::{Collective, LANES, Op, Rmw, Row, Shuffle, Src, lanes};
use super::super::types::{Type, sign_extend};
use super::{Env, Group, Wait, Warp};

/// The operands of the lanes that take part.
struct Together {
    kind: Collective,
    members: u32,
    taking_part: u32,
    a: Row,
    b: Row,
    c: Row,
    pc: u32,
}

impl Warp {
    /// Group `g` waits, in one group for each member mask that its lanes name.
    pub(super) fn wait_for_members(&mut self, g: usize, members: Src) {
        let Group { mask, frame, .. } = self.groups[g];
        let row = self.row(frame, members);
        let mut left = mask;
        while left != 0 {
            let first = left.trailing_zeros();
            let members = row[first as usize] as u32;
            let same = lanes(left).filter(|lane| row[*lane] as u32 == members);
            let same = same.fold(0, |m, lane| m | 1 << lane);
            let group = self.group_of(first);
            let group = self.split(group, same);
            self.groups[group].wait = Wait::Members(members);
            self.merge(group);
            left &= !same;
        }
    }

    /// Executes what all members have come to.
    pub(super) fn run_collectives(&mut self, env: &mut Env<'_, '_>) -> Checked<()> {
        while let Some((mask, kind)) = self.complete_collective(env.launch)? {
            let together = self.gather(env.launch, mask, kind);
            self.execute(env.launch, &together)?;
        }
        Ok(())
    }

    /// A member mask and an operation that all members have come to.
    fn complete_collective(&self, launch: &Launch) -> Checked<Option<(u32, Collective)>> {
        for group in &self.groups {
            let Wait::Members(members) = group.wait else {
                continue;
            };
            if group.mask & !members != 0 {
                let lane = (group.mask & !members).trailing_zeros() as usize;
                let message = format!("this lane is not in the member mask {members:#010x}");
                return trouble(Kind::Undefined, lane, group.pc, message);
            }
            let kind = kind_at(launch, group.pc);
            let come = self.waiting(launch, members, kind);
            let come = come.fold(0, |m, g| m | self.groups[g].mask);
            if come == members & self.live {
                return Ok(Some((members, kind)));
            }
        }
        Ok(None)
    }

    /// The groups that wait for the same.
    fn waiting<'w>(
        &'w self,
        launch: &'w Launch,
        members: u32,
        kind: Collective,
    ) -> impl Iterator<Item = usize> + 'w {
        let same =
            move |g: &Group| g.wait == Wait::Members(members) && kind_at(launch, g.pc) == kind;
        (0..self.groups.len()).filter(move |g| same(&self.groups[*g]))
    }

    fn gather(&self, launch: &Launch, members: u32, kind: Collective) -> Together {
        let [mut a, mut b, mut c] = [[0; LANES]; 3];
        let (mut taking_part, mut pc) = (0, 0);
        for g in self.waiting(launch, members, kind) {
            let Group { mask, frame, .. } = self.groups[g];
            pc = self.groups[g].pc;
            taking_part |= mask;
            if let Op::Collective {
                a: x, b: y, c: z, ..
            } = &launch.program.code[pc as usize].op
            {
                for (all, source) in [(&mut a, x), (&mut b, y), (&mut c, z)] {
                    let row = self.row(frame, *source);
                    lanes(mask).for_each(|lane| all[lane] = row[lane]);
                }
            }
        }
        Together {
            kind,
            members,
            taking_part,
            a,
            b,
            c,
            pc,
        }
    }

    fn execute(&mut self, launch: &Launch, together: &Together) -> Checked<()> {
        let [d, p] = together.result()?;
        if together.kind == Collective::Sync {
            self.order.warp_barrier(together.taking_part, self.live);
        }
        let groups: Vec<usize> = self
            .waiting(launch, together.members, together.kind)
            .collect();
        for g in groups {
            let Group {
                mask, pc, frame, ..
            } = self.groups[g];
            if let Op::Collective { dst, .. } = &launch.program.code[pc as usize].op {
                for (dst, row) in dst.iter().zip([&d, &p]) {
                    if let Some(dst) = dst {
                        self.write(frame, *dst, mask, row);
                    }
                }
            }
            self.groups[g].pc += 1;
            self.groups[g].wait = Wait::Ready;
        }
        self.merge_all();
        Ok(())
    }
}

fn kind_at(launch: &Launch, pc: u32) -> Collective {
    match &launch.program.code[pc as usize].op {
        Op::Collective { kind, .. } => *kind,
        _ => unreachable!("a group waits for members at a collective instruction"),
    }
}

impl Together {
    /// Result and predicate of every lane.
    fn result(&self) -> Checked<[Row; 2]> {
        let all = |value: u64| Ok([[value; LANES], [0; LANES]]);
        let voters = self.taking_part.count_ones();
        let votes = lanes(self.taking_part)
            .filter(|lane| self.a[*lane] != 0)
            .count() as u32;
        match self.kind {
            Collective::Sync => all(0),
            Collective::Shuffle(mode) => self.shuffle(mode),
            Collective::VoteAll => all((votes == voters).into()),
            Collective::VoteAny => all((votes > 0).into()),
            Collective::VoteUni => all((votes == 0 || votes == voters).into()),
            Collective::Ballot => {
                all(lanes(self.taking_part).fold(0, |m, lane| m | self.a[lane] << lane))
            }
            Collective::MatchAny => {
                Ok([std::array::from_fn(|lane| self.equal_to(lane)), [0; LANES]])
            }
            Collective::MatchAll => {
                let first = self.taking_part.trailing_zeros() as usize;
                let same = self.equal_to(first) == u64::from(self.taking_part);
                let mask = if same { self.taking_part } else { 0 };
                Ok([[mask.into(); LANES], [same.into(); LANES]])
            }
            Collective::Redux(rmw, ty) => all(self.redux(rmw, ty)),
        }
    }

    /// The lanes that have the same value as one.
    fn equal_to(&self, lane: usize) -> u64 {
        let same = lanes(self.taking_part).filter(|other| self.a[*other] == self.a[lane]);
        same.fold(0, |m, other| m | 1 << other)
    }

    fn redux(&self, rmw: Rmw, ty: Type) -> u64 {
        let values = lanes(self.taking_part).map(|lane| self.a[lane]);
        let ordered = |v: u64| {
            if ty.is_signed() {
                sign_extend(v, 32)
            } else {
                v as i64
            }
        };
        let all = match rmw {
            Rmw::Add => values.reduce(u64::wrapping_add),
            Rmw::Min => values.min_by_key(|v| ordered(*v)),
            Rmw::Max => values.max_by_key(|v| ordered(*v)),
            Rmw::And => values.reduce(|x, y| x & y),
            Rmw::Or => values.reduce(|x, y| x | y),
            _ => values.reduce(|x, y| x ^ y),
        };
        all.unwrap_or(0) & 0xffff_ffff
    }

    /// 9.7.9.6. Reading a lane that takes no part is undefined.
    fn shuffle(&self, mode: Shuffle) -> Checked<[Row; 2]> {
        let (mut d, mut p) = ([0; LANES], [0; LANES]);
        for lane in lanes(self.taking_part) {
            let (b, c) = (self.b[lane] as i64, self.c[lane] as i64);
            let (from, inside) = source_lane(mode, lane as i64, b, c);
            let from = if inside { from as usize } else { lane };
            if self.taking_part >> from & 1 == 0 {
                let message = format!(
                    "undefined shuffle: lane {lane} reads lane {from}, which takes no part"
                );
                return trouble(Kind::Undefined, lane, self.pc, message);
            }
            d[lane] = self.a[from];
            p[lane] = inside.into();
        }
        Ok([d, p])
    }
}

/// The lane that a shuffle reads, and whether it is in range.
fn source_lane(mode: Shuffle, lane: i64, b: i64, c: i64) -> (i64, bool) {
    let (b, clamp, segment) = (b & 31, c & 31, c >> 8 & 31);
    let max = lane & segment | clamp & !segment & 31;
    let min = lane & segment;
    match mode {
        Shuffle::Up => (lane - b, lane - b >= max),
        Shuffle::Down => (lane + b, lane + b <= max),
        Shuffle::Butterfly => (lane ^ b, lane ^ b <= max),
        Shuffle::Index => {
            let from = min | b & !segment & 31;
            (from, from <= max)
        }
    }
}
