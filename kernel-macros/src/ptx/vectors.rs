//! Which iterations a thread takes together because they are neighbours, so that what they load and
//! store is one access of up to 16 bytes.
//!
//! To know it, an iteration is emitted once on trial, and its addresses are looked at: polynomials
//! in parameters and trip numbers. All that moves with the innermost loop has to move by one
//! element, and nothing may fail.
//!
//! In a map, every array that is written has one place where it is, which every iteration comes to.
//! Iterations are independent, so it does not matter that the loads of one come before the stores
//! of the one before it; within an iteration, an array's loads come before its store. Reductions are
//! in [`super::lane_vectors`].

use super::code::{Class, Operand, Reg};
use super::emitter::Emitter;
use super::fail::Number;
use super::params::{self, DeviceParam, Shape};
use super::poly::Poly;
use crate::analysis::plan::Bounds;
use crate::ir::{AccessId, AccessMode, Scalar, VarId};
use crate::tables::HashMap;
use std::collections::BTreeSet;

/// Bytes of the longest access.
pub const LONGEST: u32 = 16;
/// Iterations that a thread takes together, at most.
const MOST: u32 = 4;
/// Bodies up to this many expressions are written once for each of them, and for each lane of a thread.
pub const UNROLLED_SIZE: usize = 48;

/// An access of an iteration, as it was emitted.
#[derive(Clone, Debug)]
pub struct Touch {
    pub access: AccessId,
    pub address: Poly,
    /// Number of scopes around it.
    pub depth: usize,
}

/// Iterations that go together.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// How many: a power of two.
    pub width: i64,
    /// Arrays whose elements have to be neighbours in memory along the last dimension.
    pub strided: Vec<VarId>,
    /// The store that decides where the first of them begins; in a reduction, a load.
    pub lead: Element,
    /// Elements of the first of them at which vectors are loaded.
    pub loads: Vec<Element>,
    /// Elements that have to lie on boundaries besides the lead.
    pub aligned: Vec<Element>,
    /// What has to be zero if the rows of a nest are to follow one another in memory.
    pub gaps: Vec<Poly>,
    pub names: HashMap<Reg, Name>,
    pub innermost: Reg,
}

/// Where an element is, in terms of the trial's registers.
#[derive(Clone, Debug)]
pub struct Element {
    pub address: Poly,
    pub ty: Scalar,
    /// Nothing writes the array.
    pub constant: bool,
}

/// What a register of the trial holds.
#[derive(Clone, Copy, Debug)]
pub enum Name {
    Param(DeviceParam),
    /// Trip number of a parallel loop.
    Trip(usize),
}

/// Loads of one array whose addresses differ by constants.
pub struct Group {
    rest: Poly,
    pub element: Element,
    /// Bytes from `rest` in the first of the iterations.
    pub constants: Vec<i64>,
}

impl Emitter<'_> {
    /// How this map's iterations go together, if they can.
    pub fn find_vectors(&self) -> Option<Vectors> {
        let region = self.region;
        if region.combines() || !self.may_go_together() {
            return None;
        }
        Trial::of(self)?.map()
    }

    /// Whether every iteration can load the element, even one that does not.
    pub fn is_there_anyway(&self, access: AccessId) -> bool {
        let inside = match self.region.bounds.get(&access) {
            Some(Bounds::Proved) => true,
            Some(Bounds::Relaxed) => self.relaxed,
            _ => false,
        };
        inside && self.region.free.contains(&access)
    }

    pub fn may_go_together(&self) -> bool {
        let fails = !self.relaxed && self.region.can_fail(self.debug);
        !fails && !self.uses.has_loop && self.uses.size <= UNROLLED_SIZE
    }
}

/// An iteration that was emitted to see what it touches.
pub struct Trial<'a> {
    pub emitter: Emitter<'a>,
    /// Number of scopes around the body.
    depth: usize,
    pub trips: Vec<Reg>,
}

impl<'a> Trial<'a> {
    /// `None` if an iteration can fail.
    pub fn of(emitter: &Emitter<'a>) -> Option<Trial<'a>> {
        let mut trial = Emitter::new(emitter.function, emitter.region, emitter.debug);
        trial.relaxed = emitter.relaxed;
        trial.unit_strides = true;
        let mut trips = Vec::new();
        for n in 0..emitter.region.nest.len() {
            let trip = trial.code.induction(Class::B64, 0, None);
            trial.bind_parallel(n, &Poly::of(Operand::Reg(trip)));
            trips.push(trip);
            trial.failures.current = Some(Number::Counter(Operand::Reg(trip), 0));
        }
        let accumulators = trial.identities();
        trial.bind_accumulators(&accumulators);
        trial.iteration();
        (!trial.failures.any()).then(|| Trial {
            depth: trial.depth() + 1,
            emitter: trial,
            trips,
        })
    }

    fn map(self) -> Option<Vectors> {
        if self.emitter.code.is_target(self.emitter.next_iteration) {
            return None;
        }
        let touches = &self.emitter.touches;
        let moving = self.moving()?;
        let lead = self.stores(touches)?;
        let widest = moving.iter().map(|touch| self.ty(touch).bytes()).max()?;
        let width = i64::from((LONGEST / widest).min(MOST));
        let inner = &self.emitter.region.nest[self.trips.len() - 1];
        if Shape::of(inner).trip.is_some_and(|trip| trip < 2 * width) {
            return None;
        }
        let loads = self.loads(&moving, lead, width);
        Some(Vectors {
            width,
            strided: self.strided(touches),
            aligned: self.aligned(&moving, lead, &loads),
            loads,
            lead: self.element(lead),
            gaps: Vec::new(),
            names: self.names(touches)?,
            innermost: self.innermost(),
        })
    }

    /// Accesses that move with the innermost loop, if they do by one element; all others are loads.
    pub fn moving(&self) -> Option<Vec<&Touch>> {
        let mut moving = Vec::new();
        for touch in &self.emitter.touches {
            match self.slope(&touch.address)? {
                0 if self.mode(touch) == AccessMode::Load => {}
                slope if slope == self.bytes(touch) => moving.push(touch),
                _ => return None,
            }
        }
        Some(moving)
    }

    pub fn innermost(&self) -> Reg {
        self.trips[self.trips.len() - 1]
    }

    /// What an address grows by with the innermost trip number, if that is a constant.
    fn slope(&self, address: &Poly) -> Option<i64> {
        let inner = self.innermost();
        let (moving, _) = address.partition(|factors| factors.contains(&inner));
        let mut terms = moving.terms();
        match (terms.next(), terms.next()) {
            (None, _) => Some(0),
            (Some((factors, slope)), None) if factors.len() == 1 => Some(slope),
            _ => None,
        }
    }

    /// The first store, if each array that is written is stored to in one place, which every
    /// iteration comes to, and loaded from before that and there alone.
    fn stores<'t>(&self, touches: &'t [Touch]) -> Option<&'t Touch> {
        let function = self.emitter.function;
        let array = |touch: &Touch| function.accesses[touch.access].array;
        let mut lead = None;
        for (at, store) in touches.iter().enumerate() {
            if self.mode(store) == AccessMode::Load {
                continue;
            }
            let of_array = |other: &&Touch| array(other) == array(store);
            let before = touches[..at].iter().filter(of_array);
            let mut before = before.map(|other| (self.mode(other), &other.address));
            let loaded = before.all(|of| of == (AccessMode::Load, &store.address));
            let last = !touches[at + 1..].iter().any(|other| of_array(&other));
            if !loaded || !last || store.depth != self.depth {
                return None;
            }
            lead.get_or_insert(store);
        }
        lead
    }

    /// Arrays whose last stride is a parameter.
    pub fn strided(&self, touches: &[Touch]) -> Vec<VarId> {
        let (function, region) = (self.emitter.function, self.emitter.region);
        let mut strided = Vec::new();
        for touch in touches {
            let array = function.accesses[touch.access].array;
            let last = self.emitter.last_dimension(array);
            if !params::has_unit_stride(region, array, last) && !strided.contains(&array) {
                strided.push(array);
            }
        }
        strided
    }

    /// Where vectors are loaded, as far from a boundary as the lead is from one.
    fn loads(&self, moving: &[&Touch], lead: &Touch, width: i64) -> Vec<Element> {
        let (_, shift) = lead.address.split_constant();
        let shift = shift.div_euclid(self.bytes(lead));
        let groups = self.groups(moving).into_iter();
        let vectors = groups.map(|group| group.vectors(width, shift));
        vectors.flatten().collect()
    }

    /// A vector of each group, and every store but the lead; the lead's group is where that is.
    fn aligned(&self, moving: &[&Touch], lead: &Touch, loads: &[Element]) -> Vec<Element> {
        let stores = moving
            .iter()
            .filter(|touch| self.mode(touch) != AccessMode::Load);
        let stores = stores.map(|touch| self.element(touch));
        let mut rests = vec![lead.address.split_constant().0];
        let mut aligned = Vec::new();
        for element in stores.chain(loads.iter().cloned()) {
            let (rest, _) = element.address.split_constant();
            if !rests.contains(&rest) {
                rests.push(rest);
                aligned.push(element);
            }
        }
        aligned
    }

    pub fn groups(&self, moving: &[&Touch]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for touch in moving {
            if self.mode(touch) == AccessMode::Store || !self.emitter.is_there_anyway(touch.access)
            {
                continue;
            }
            let (rest, constant) = touch.address.split_constant();
            match groups.iter_mut().find(|group| group.rest == rest) {
                Some(group) => group.constants.push(constant),
                None => groups.push(Group {
                    rest,
                    element: self.element(touch),
                    constants: vec![constant],
                }),
            }
        }
        groups
    }

    /// What the registers in the addresses hold; `None` if one of them is computed by an iteration.
    pub fn names(&self, touches: &[Touch]) -> Option<HashMap<Reg, Name>> {
        let mut known: HashMap<Reg, Name> = (self.trips.iter().enumerate())
            .map(|(n, trip)| (*trip, Name::Trip(n)))
            .collect();
        let params = self.emitter.param_registers();
        known.extend(params.map(|(reg, param)| (reg, Name::Param(param))));
        let mut regs = touches.iter().flat_map(|touch| touch.address.regs());
        regs.all(|reg| known.contains_key(&reg)).then_some(known)
    }

    fn element(&self, touch: &Touch) -> Element {
        let array = self.emitter.function.accesses[touch.access].array;
        let mut arrays = self.emitter.region.arrays.iter();
        Element {
            address: touch.address.clone(),
            ty: self.ty(touch),
            constant: !arrays.any(|of| of.var == array && of.writes),
        }
    }

    pub fn mode(&self, touch: &Touch) -> AccessMode {
        self.emitter.function.accesses[touch.access].mode
    }

    pub fn ty(&self, touch: &Touch) -> Scalar {
        self.emitter.element_type(touch.access)
    }

    pub fn bytes(&self, touch: &Touch) -> i64 {
        self.ty(touch).bytes().into()
    }
}

impl Group {
    /// Vectors of `width` elements: whole ones of what the iterations load whatever the conditions
    /// in them say, `shift` elements from where the array's vectors begin.
    pub fn vectors(&self, width: i64, shift: i64) -> Vec<Element> {
        let bytes = i64::from(self.element.ty.bytes());
        let needed: BTreeSet<i64> = self
            .constants
            .iter()
            .flat_map(|first| (0..width).map(move |k| first + k * bytes))
            .collect();
        let vector = width * bytes;
        let is_boundary = |at: &&i64| (*at - shift * bytes).rem_euclid(vector) == 0;
        let whole = |at: &&i64| (0..width).all(|k| needed.contains(&(*at + k * bytes)));
        let begins = needed.iter().filter(is_boundary).filter(whole);
        let element = |at: &i64| Element {
            address: self.rest.plus(&Poly::constant(*at)),
            ..self.element.clone()
        };
        begins.map(element).collect()
    }
}

impl Vectors {
    /// An element's address in the first of the iterations, given the trip numbers.
    pub fn address(&self, emitter: &mut Emitter, of: &Element, trips: &[Operand]) -> Poly {
        self.resolved(emitter, &of.address, trips)
    }

    /// The same in trip 0 of the innermost loop.
    pub fn row(&self, emitter: &mut Emitter, of: &Element, trips: &[Operand]) -> Poly {
        let moves = |factors: &Vec<Reg>| factors.contains(&self.innermost);
        let (_, fixed) = of.address.partition(moves);
        self.resolved(emitter, &fixed, trips)
    }

    /// A polynomial in terms of the trial's registers in those of an entry.
    pub fn resolved(&self, emitter: &mut Emitter, poly: &Poly, trips: &[Operand]) -> Poly {
        poly.replaced(|reg| match self.names[&reg] {
            Name::Param(param) => emitter.param(param),
            Name::Trip(n) => trips[n],
        })
    }
}
