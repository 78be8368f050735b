//! The forms of the entry that runs a region's iterations: the first runs in any case, the other one
//! where more is known of a run.

use super::code::{Code, InnerLoop};
use super::emitter::Emitter;
use super::form::Form;
use super::{grouped, map, names, reduce};
use crate::analysis::plan::Region;
use crate::ir::Function;

/// The forms in one build of the user's crate.
pub struct Forms {
    pub first: Code,
    pub other: Option<(Other, Code)>,
    /// Iterations of the innermost loop that a thread takes together; 1 if it never does.
    pub width: i64,
    /// How many loops out from the innermost some array's neighbours lie.
    pub crosswise: Option<usize>,
}

/// What the other form is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub name: String,
    /// It runs only where [`Region::relaxed`] holds.
    pub relaxed: bool,
    /// It runs only where 32 bits hold every index.
    pub narrow: bool,
}

impl Other {
    /// When it runs, in words.
    pub fn condition(&self) -> &'static str {
        match (self.relaxed, self.narrow) {
            (true, false) => "no access can leave its array",
            (true, true) => "no access can leave its array and indices fit into 32 bits",
            (false, _) => "indices fit into 32 bits",
        }
    }
}

/// Writes the forms of a region's entry.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    pub function: &'a Function,
    pub region: &'a Region,
    pub debug: bool,
}

impl Writer<'_> {
    /// The forms; the last of them has indices of 32 bits where that is worth a text.
    pub fn forms(self) -> Forms {
        let (first, width) = self.form(false, false);
        let mut forms = Forms {
            first,
            other: None,
            width,
            crosswise: self.crosswise(width),
        };
        if self.is_relaxed() {
            let (code, width) = self.form(true, false);
            forms.other = Some((self.other(false), code));
            forms.width = width;
        }
        if let Some(code) = self.narrow(&mut forms) {
            forms.other = Some((self.other(true), code));
        }
        forms
    }

    /// The same forms as those of another build.
    pub fn like(self, of: &Forms) -> Forms {
        let other = of.other.as_ref().map(|(other, _)| other.clone());
        let code = |of: &Other| self.form(of.relaxed, of.narrow).0;
        Forms {
            first: self.form(false, false).0,
            other: other.map(|other| (other.clone(), code(&other))),
            width: of.width,
            crosswise: of.crosswise,
        }
    }

    /// Where iterations go together, all arrays' neighbours lie along the innermost loop.
    fn crosswise(self, width: i64) -> Option<usize> {
        if width > 1 {
            return None;
        }
        Emitter::new(self.function, self.region, self.debug).find_crosswise()
    }

    fn is_relaxed(self) -> bool {
        !self.region.relaxed.is_empty()
    }

    fn other(self, narrow: bool) -> Other {
        let relaxed = self.is_relaxed();
        let name = match relaxed {
            true => names::relaxed_name(self.function, self.region),
            false => names::narrow_name(self.function, self.region),
        };
        Other {
            name,
            relaxed,
            narrow,
        }
    }

    /// A form, and how many iterations it takes together.
    fn form(self, relaxed: bool, narrow: bool) -> (Code, i64) {
        let mut emitter = Emitter::new(self.function, self.region, self.debug);
        emitter.relaxed = relaxed;
        emitter.narrow = narrow;
        if !narrow {
            emitter.vectors = emitter.find_vectors();
        }
        let width = emitter.vectors.as_ref().map_or(1, |of| of.width);
        let code = match Form::of(self.function, self.region) {
            Form::Map => map::emit(emitter),
            Form::Reduction => reduce::emit(emitter),
            Form::Groups => grouped::emit(emitter),
        };
        (code, width)
    }

    /// The last form with indices of 32 bits, if it is written differently and shorter for it.
    fn narrow(self, forms: &mut Forms) -> Option<Code> {
        if forms.width > 1 {
            return None;
        }
        let last = match &mut forms.other {
            Some((_, code)) => code,
            None => &mut forms.first,
        };
        let wide = last.inner_loops();
        if wide.iter().all(|of| of.wide_products == 0) {
            return None;
        }
        let (mut code, _) = self.form(self.is_relaxed(), true);
        is_shorter(&code.inner_loops(), &wide).then_some(code)
    }
}

/// Whether the innermost loops have an eighth less to do in one form than in another.
fn is_shorter(loops: &[InnerLoop], than: &[InnerLoop]) -> bool {
    let cost = |loops: &[InnerLoop]| loops.iter().map(|of| of.cost).sum::<u32>();
    8 * cost(loops) <= 7 * cost(than)
}
