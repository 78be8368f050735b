//! Memory instructions: addresses found, checked, and carried out lane by lane.

use std::sync::PoisonError;

use super::super::detect::{Checked, Kind, trouble};
use super::super::launch::{Launch, Tracked};
use super::super::memory::{LOCAL_WINDOW, Owner, PARAM_WINDOW, SHARED_WINDOW, WINDOW_BYTES};
use super::super::onchip::Outside;
use super::super::program::{Access, Base, Dst, LANES, Op, Order, Rmw, Row, Scope, Src, lanes};
use super::super::races::{Accessor, Mode, PAGE_BYTES, Record};
use super::super::types::{Space, Type, sign_extend};
use super::coalesced::Run;
use super::{Env, Warp};

/// One lane's access.
#[derive(Clone, Copy)]
struct One {
    frame: usize,
    lane: usize,
    pc: u32,
    order: Order,
    /// Bytes of the whole access, and of an element.
    bytes: usize,
    element: usize,
    address: u64,
    space: Space,
    /// The instruction names no space.
    generic: bool,
    write: bool,
}

/// Where an access goes.
enum Site<'l> {
    Global(&'l Tracked, usize),
    Shared(usize),
    Local(usize),
    Param(usize),
}

impl Warp {
    pub(super) fn memory(
        &mut self,
        frame: usize,
        op: &Op,
        active: u32,
        pc: u32,
        env: &mut Env<'_, '_>,
    ) -> Checked<()> {
        match op {
            Op::Load { access, dst } => self.load(frame, *access, dst, active, pc, env),
            Op::Store { access, values } => self.store(frame, *access, values, active, pc, env),
            Op::Atomic {
                access,
                rmw,
                dst,
                b,
                c,
            } => self.atomic(frame, *access, (*rmw, *dst), [*b, *c], active, pc, env),
            Op::LoadEntryParam { offset, ty, dst } => {
                for (i, dst) in dst.iter().enumerate() {
                    let at = offset + i * ty.bytes();
                    let value = bytes_at(&env.launch.params, at, ty.bytes());
                    self.put(frame, *dst, *ty, active, &[value; LANES]);
                }
                Ok(())
            }
            Op::LoadParam { offset, ty, dst } => {
                for (i, dst) in dst.iter().enumerate() {
                    let at = offset + i * ty.bytes();
                    let mut row = [0; LANES];
                    for lane in lanes(active) {
                        row[lane] = self.param(frame, lane, at, ty.bytes());
                    }
                    self.put(frame, *dst, *ty, active, &row);
                }
                Ok(())
            }
            Op::StoreParam { offset, ty, values } => {
                for (i, value) in values.iter().enumerate() {
                    let row = self.row(frame, *value);
                    for lane in lanes(active) {
                        let at = offset + i * ty.bytes();
                        self.set_param(frame, lane, at, ty.bytes(), row[lane]);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes loaded values: signed types fill a wider register with the sign, others with zeros
    /// (PTX ISA 9.2.1).
    fn put(&mut self, frame: usize, dst: Option<Dst>, ty: Type, active: u32, row: &Row) {
        let Some(dst) = dst else {
            return;
        };
        let target = &mut self.frame_mut(frame).regs[dst.reg as usize];
        for lane in lanes(active) {
            target[lane] = match ty.is_signed() {
                true => sign_extend(row[lane], ty.bits()) as u64 & dst.mask,
                false => row[lane],
            };
        }
    }

    /// The addresses of all lanes.
    fn addresses(&self, frame: usize, access: Access) -> Row {
        let offset = access.address.offset;
        match access.address.base {
            Base::Register(reg) => {
                self.frame(frame).regs[reg as usize].map(|a| a.wrapping_add_signed(offset))
            }
            Base::Space => [offset as u64; LANES],
            Base::Frame => [self.frame(frame).local.wrapping_add_signed(offset); LANES],
        }
    }

    fn load(
        &mut self,
        frame: usize,
        access: Access,
        dst: &[Option<Dst>],
        active: u32,
        pc: u32,
        env: &mut Env<'_, '_>,
    ) -> Checked<()> {
        let addresses = self.addresses(frame, access);
        let size = access.ty.bytes();
        let run = Run::new(env.launch, access, size * dst.len(), active, &addresses);
        if let Some(run) = run.filter(|run| run.is_written() && run.note(self, false, pc)) {
            for (i, dst) in dst.iter().enumerate() {
                self.put(frame, *dst, access.ty, active, &run.load(i, size));
            }
            return Ok(());
        }
        let mut rows = [[0; LANES]; 4];
        for lane in lanes(active) {
            let one = One::new(
                access,
                frame,
                lane,
                pc,
                (size * dst.len(), false),
                addresses[lane],
            );
            let site = self.site(env, one)?;
            self.check_written(env, one, &site)?;
            self.check_race(env, one, &site)?;
            for (i, row) in rows.iter_mut().enumerate().take(dst.len()) {
                row[lane] = self.fetch(env, lane, &site, i * size, size);
            }
            if let Order::Strong { acquire, .. } = access.order {
                self.synchronise_read(env, lane, &site, acquire);
            }
        }
        for (dst, row) in dst.iter().zip(&rows) {
            self.put(frame, *dst, access.ty, active, row);
        }
        Ok(())
    }

    fn store(
        &mut self,
        frame: usize,
        access: Access,
        values: &[Src],
        active: u32,
        pc: u32,
        env: &mut Env<'_, '_>,
    ) -> Checked<()> {
        let addresses = self.addresses(frame, access);
        let size = access.ty.bytes();
        let mut rows = [[0; LANES]; 4];
        for (row, value) in rows.iter_mut().zip(values) {
            *row = self.row(frame, *value);
        }
        let run = Run::new(env.launch, access, size * values.len(), active, &addresses);
        if let Some(run) = run.filter(|run| run.note(self, true, pc)) {
            for (i, row) in rows.iter().enumerate().take(values.len()) {
                run.store(i, size, row, access.ty.mask());
            }
            return Ok(());
        }
        for lane in lanes(active) {
            let one = One::new(
                access,
                frame,
                lane,
                pc,
                (size * values.len(), true),
                addresses[lane],
            );
            let site = self.site(env, one)?;
            check_writable(one, &site)?;
            self.check_race(env, one, &site)?;
            if let Order::Strong { release, scope, .. } = access.order {
                self.synchronise_write(env, lane, &site, release.then_some(scope), false);
            }
            for (i, row) in rows.iter().enumerate().take(values.len()) {
                let value = row[lane] & access.ty.mask();
                self.place_value(env, lane, &site, i * size, size, value);
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one instruction's operands")]
    fn atomic(
        &mut self,
        frame: usize,
        access: Access,
        (rmw, dst): (Rmw, Option<u32>),
        [b, c]: [Src; 2],
        active: u32,
        pc: u32,
        env: &mut Env<'_, '_>,
    ) -> Checked<()> {
        let addresses = self.addresses(frame, access);
        let (b, c) = (self.row(frame, b), self.row(frame, c));
        let mut old = [0; LANES];
        for lane in lanes(active) {
            let size = access.ty.bytes();
            let one = One::new(access, frame, lane, pc, (size, true), addresses[lane]);
            let site = self.site(env, one)?;
            check_writable(one, &site)?;
            if rmw != Rmw::Exchange {
                self.check_written(env, one, &site)?;
            }
            self.check_race(env, one, &site)?;
            let Order::Strong {
                acquire,
                release,
                scope,
            } = access.order
            else {
                continue;
            };
            self.synchronise_write(env, lane, &site, release.then_some(scope), true);
            old[lane] = self.update(env, one, &site, (rmw, access.ty), b[lane], c[lane])?;
            self.synchronise_read(env, lane, &site, acquire);
        }
        if let Some(dst) = dst {
            self.write(frame, dst, active, &old);
        }
        Ok(())
    }

    fn update(
        &mut self,
        env: &mut Env<'_, '_>,
        one: One,
        site: &Site<'_>,
        (rmw, ty): (Rmw, Type),
        b: u64,
        c: u64,
    ) -> Checked<u64> {
        match site {
            Site::Global(tracked, offset) => {
                let old = tracked
                    .allocation
                    .update(*offset, one.bytes, |old| modify(rmw, ty, old, b, c, true));
                tracked.allocation.mark_written(*offset, one.bytes);
                Ok(old)
            }
            Site::Shared(at) => {
                let old = env.shared.load(*at, one.bytes);
                env.shared
                    .store(*at, one.bytes, modify(rmw, ty, old, b, c, false));
                Ok(old)
            }
            Site::Local(_) | Site::Param(_) => {
                let message = "an atomic operation on memory that is neither global nor shared";
                trouble(Kind::OutOfBounds, one.lane, one.pc, message.to_owned())
            }
        }
    }

    /// Finds where an access goes: state space, alignment, bounds.
    fn site<'l>(&self, env: &Env<'l, '_>, one: One) -> Checked<Site<'l>> {
        let one = one.specific();
        if !one.address.is_multiple_of(one.bytes as u64) {
            let message = format!("misaligned {}", one.describe());
            return trouble(Kind::Misaligned, one.lane, one.pc, message);
        }
        match one.space {
            Space::Shared => match env.shared.locate(one.address, one.bytes) {
                Ok(at) => Ok(Site::Shared(at)),
                Err(outside) => one.outside(&outside),
            },
            Space::Local => self.local_site(env.launch, one),
            Space::Param => match usize::try_from(one.address) {
                Ok(at) if at.saturating_add(one.bytes) <= env.launch.params.len() => {
                    Ok(Site::Param(at))
                }
                _ => one.outside(&Outside::Nowhere),
            },
            _ => global_site(env.launch, one),
        }
    }

    fn local_site<'l>(&self, launch: &Launch, one: One) -> Checked<Site<'l>> {
        let frame = self.frame(one.frame);
        let regions = &launch.program.functions[frame.function].local;
        let Some(local) = self.local.get(one.lane) else {
            return one.outside(&Outside::Nowhere);
        };
        match local.locate(regions, frame.local, one.address, one.bytes) {
            Ok(at) => Ok(Site::Local(at)),
            Err(outside) => one.outside(&outside),
        }
    }

    fn check_written(&self, env: &Env<'_, '_>, one: One, site: &Site<'_>) -> Checked<()> {
        let elements = (0..one.bytes).step_by(one.element);
        let unwritten = |i: &usize| match site {
            Site::Global(tracked, offset) => {
                !tracked.allocation.is_written(offset + i, one.element)
            }
            Site::Shared(at) => !env.shared.is_written(at + i, one.element),
            Site::Local(at) => !self.local[one.lane].is_written(at + i, one.element),
            Site::Param(_) => false,
        };
        let Some(_) = elements.into_iter().find(unwritten) else {
            return Ok(());
        };
        let message = format!("read of memory that nobody wrote: {}", one.at(site));
        trouble(Kind::Uninitialised, one.lane, one.pc, message)
    }

    fn check_race(&self, env: &mut Env<'_, '_>, one: One, site: &Site<'_>) -> Checked<()> {
        let scope = match one.order {
            Order::Strong { scope, .. } => Some(scope),
            _ => None,
        };
        let mode = Mode {
            write: one.write,
            strong: scope.is_some(),
            cta: scope == Some(Scope::Cta),
        };
        let by = Accessor {
            order: &self.order,
            lane: one.lane,
            pc: one.pc,
        };
        let conflict = match site {
            Site::Global(tracked, offset) => global_race(tracked, *offset, one, mode, &by)?,
            Site::Shared(at) => env.shared.access(*at, one.bytes, mode, &by),
            Site::Local(_) | Site::Param(_) => None,
        };
        match conflict {
            None => Ok(()),
            Some(other) => self.race(env.launch, one, site, other),
        }
    }

    fn race(&self, launch: &Launch, one: One, site: &Site<'_>, other: Record) -> Checked<()> {
        let what = match (one.order, one.write) {
            (Order::Strong { .. }, true) => "synchronising write",
            (Order::Strong { .. }, false) => "synchronising read",
            (_, true) => "write",
            (_, false) => "read",
        };
        let message = format!(
            "race: {what} of {} races with {}, which no barrier or synchronisation orders before it",
            one.at(site),
            launch.describe(other)
        );
        trouble(Kind::Race, one.lane, one.pc, message)
    }

    fn synchronise_read(&mut self, env: &Env<'_, '_>, lane: usize, site: &Site<'_>, acquire: bool) {
        match site {
            Site::Global(tracked, offset) => {
                let address = tracked.allocation.base + *offset as u64;
                self.order
                    .read(lane, &env.launch.releases, address, acquire);
            }
            Site::Shared(at) => self
                .order
                .read(lane, &env.shared.releases, *at as u64, acquire),
            Site::Local(_) | Site::Param(_) => {}
        }
    }

    fn synchronise_write(
        &mut self,
        env: &Env<'_, '_>,
        lane: usize,
        site: &Site<'_>,
        release: Option<Scope>,
        rmw: bool,
    ) {
        match site {
            Site::Global(tracked, offset) => {
                let address = tracked.allocation.base + *offset as u64;
                self.order
                    .write(lane, &env.launch.releases, address, release, rmw);
            }
            Site::Shared(at) => {
                self.order
                    .write(lane, &env.shared.releases, *at as u64, release, rmw);
            }
            Site::Local(_) | Site::Param(_) => {}
        }
    }

    fn fetch(
        &self,
        env: &Env<'_, '_>,
        lane: usize,
        site: &Site<'_>,
        offset: usize,
        size: usize,
    ) -> u64 {
        match site {
            Site::Global(tracked, at) => tracked.allocation.load(at + offset, size),
            Site::Shared(at) => env.shared.load(at + offset, size),
            Site::Local(at) => self.local[lane].load(at + offset, size),
            Site::Param(at) => bytes_at(&env.launch.params, at + offset, size),
        }
    }

    fn place_value(
        &mut self,
        env: &mut Env<'_, '_>,
        lane: usize,
        site: &Site<'_>,
        offset: usize,
        size: usize,
        value: u64,
    ) {
        match site {
            Site::Global(tracked, at) => tracked.allocation.store(at + offset, size, value),
            Site::Shared(at) => env.shared.store(at + offset, size, value),
            Site::Local(at) => self.local[lane].store(at + offset, size, value),
            Site::Param(_) => unreachable!("parameters of an entry are not written"),
        }
    }
}

/// Notes an access to global memory.
fn global_race(
    tracked: &Tracked,
    offset: usize,
    one: One,
    mode: Mode,
    by: &Accessor<'_>,
) -> Checked<Option<Record>> {
    let page = tracked.page(offset, one.bytes);
    let mut page = page.lock().unwrap_or_else(PoisonError::into_inner);
    let at = offset % PAGE_BYTES;
    if one.order == Order::NonCoherent && page.was_written(at, one.bytes) {
        let message = format!(
            "{} through the non-coherent cache, of memory that this launch writes",
            one.describe()
        );
        return trouble(Kind::Undefined, one.lane, one.pc, message);
    }
    Ok(page.access(at, one.bytes, mode, by))
}

fn global_site(launch: &Launch, one: One) -> Checked<Site<'_>> {
    let after = launch
        .memory
        .partition_point(|t| t.allocation.base <= one.address);
    let Some(tracked) = after.checked_sub(1).map(|i| &launch.memory[i]) else {
        return one.outside(&Outside::Nowhere);
    };
    let offset = one.address - tracked.allocation.base;
    let bytes = tracked.allocation.bytes as u64;
    if offset.saturating_add(one.bytes as u64) > bytes {
        return one.outside(&Outside::Beyond { offset, bytes });
    }
    let constant = tracked.allocation.owner == Owner::Constant;
    let wrong = match one.space {
        Space::Const => !constant,
        Space::Global => constant && !one.generic,
        _ => false,
    };
    if wrong {
        return one.outside(&Outside::Nowhere);
    }
    Ok(Site::Global(tracked, offset as usize))
}

fn check_writable(one: One, site: &Site<'_>) -> Checked<()> {
    let constant = match site {
        Site::Global(tracked, _) => tracked.allocation.owner == Owner::Constant,
        Site::Param(_) => true,
        _ => false,
    };
    match constant {
        false => Ok(()),
        true => {
            let message = format!("{} in memory that is constant", one.describe());
            trouble(Kind::OutOfBounds, one.lane, one.pc, message)
        }
    }
}

fn bytes_at(bytes: &[u8], at: usize, size: usize) -> u64 {
    let mut value = [0; 8];
    value[..size].copy_from_slice(&bytes[at..at + size]);
    u64::from_le_bytes(value)
}

/// The new value of `atom` and `red` (9.7.13.4). `add.f32` on global memory flushes subnormals.
fn modify(rmw: Rmw, ty: Type, old: u64, b: u64, c: u64, global: bool) -> u64 {
    let signed = |v: u64| sign_extend(v, ty.bits());
    let new = match (rmw, ty) {
        (Rmw::Add, Type::Float(32)) => add_single(old, b, global),
        (Rmw::Add, Type::Float(_)) => (f64::from_bits(old) + f64::from_bits(b)).to_bits(),
        (Rmw::Add, _) => old.wrapping_add(b),
        (Rmw::Min, Type::Signed(_)) => signed(old).min(signed(b)) as u64,
        (Rmw::Max, Type::Signed(_)) => signed(old).max(signed(b)) as u64,
        (Rmw::Min, _) => old.min(b),
        (Rmw::Max, _) => old.max(b),
        (Rmw::And, _) => old & b,
        (Rmw::Or, _) => old | b,
        (Rmw::Xor, _) => old ^ b,
        (Rmw::Inc, _) => {
            if old >= b {
                0
            } else {
                old + 1
            }
        }
        (Rmw::Dec, _) => {
            if old == 0 || old > b {
                b
            } else {
                old - 1
            }
        }
        (Rmw::Exchange, _) => b,
        (Rmw::CompareAndSwap, _) => {
            if old == b {
                c
            } else {
                old
            }
        }
    };
    new & ty.mask()
}

fn add_single(a: u64, b: u64, flush: bool) -> u64 {
    use super::super::instructions::flush as flushed;
    let keep = |v: u64| if flush { flushed(v) } else { v };
    let sum = f32::from_bits(keep(a) as u32) + f32::from_bits(keep(b) as u32);
    if sum.is_nan() {
        0x7fff_ffff
    } else {
        keep(sum.to_bits().into())
    }
}

impl One {
    fn new(
        access: Access,
        frame: usize,
        lane: usize,
        pc: u32,
        (bytes, write): (usize, bool),
        address: u64,
    ) -> Self {
        let Access {
            space, ty, order, ..
        } = access;
        let element = ty.bytes();
        One {
            frame,
            lane,
            pc,
            order,
            bytes,
            element,
            address,
            space,
            generic: false,
            write,
        }
    }

    /// A generic access in the space that its address points to (PTX ISA 6.4.1.1).
    fn specific(self) -> Self {
        if self.space != Space::Generic {
            return self;
        }
        let windows = [
            (SHARED_WINDOW, Space::Shared),
            (LOCAL_WINDOW, Space::Local),
            (PARAM_WINDOW, Space::Param),
        ];
        let inside = |(window, _): &(u64, Space)| self.address.wrapping_sub(*window) < WINDOW_BYTES;
        match windows.into_iter().find(inside) {
            Some((window, space)) => One {
                space,
                address: self.address - window,
                generic: true,
                ..self
            },
            None => One {
                space: Space::Global,
                generic: true,
                ..self
            },
        }
    }

    fn verb(&self) -> &'static str {
        if self.write { "write" } else { "read" }
    }

    fn describe(&self) -> String {
        let Self {
            bytes,
            space,
            address,
            ..
        } = self.specific();
        format!("{} of {bytes} bytes at {space} {address:#x}", self.verb())
    }

    fn outside<T>(&self, outside: &Outside) -> Checked<T> {
        let Self {
            bytes,
            space,
            address,
            ..
        } = *self;
        let what = match *outside {
            Outside::Nowhere => format!("{space} {address:#x} (nothing is there)"),
            Outside::Beyond { offset, bytes } => {
                let thing = if space == Space::Global {
                    "allocation"
                } else {
                    "variable"
                };
                let base = address.wrapping_sub(offset);
                format!("{space} {base:#x}+{offset} ({thing} of {bytes} bytes)")
            }
        };
        let message = format!("out-of-bounds {} of {bytes} bytes at {what}", self.verb());
        trouble(Kind::OutOfBounds, self.lane, self.pc, message)
    }

    /// The access in words, with what it goes to.
    fn at(&self, site: &Site<'_>) -> String {
        let Self { bytes, .. } = self;
        let here = self.specific();
        match site {
            Site::Global(tracked, offset) => {
                let Owner::User = tracked.allocation.owner else {
                    return format!("{bytes} bytes at {} {:#x}", here.space, here.address);
                };
                let (base, size) = (tracked.allocation.base, tracked.allocation.bytes);
                format!("{bytes} bytes at global {base:#x}+{offset} (allocation of {size} bytes)")
            }
            _ => format!("{bytes} bytes at {} {:#x}", here.space, here.address),
        }
    }
}
