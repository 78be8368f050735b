//! The loop IR: what `parse/` makes, `infer.rs` types, `analysis/` judges and both back ends read.
//!
//! One annotated function is one [`Function`]. Its driver code and its loops live in one tree of
//! [`Block`]s; expressions, variables, loops and array accesses live in arenas and are named by
//! handles, so that later stages can keep side tables (types, index forms, bounds proofs) without
//! touching the tree. Driver statements that the kernel subset has no word for are
//! [`StmtKind::Opaque`]: legal in the driver, a reason for refusal inside a region.

pub mod arena;
pub mod dump;
pub mod iteration;
pub mod names;
pub mod ops;
pub mod pass;
pub mod template;
pub mod types;
pub mod verify;
pub mod walk;

pub use arena::{Arena, Id};
pub use iteration::Iteration;
pub use ops::{BinaryOp, Builtin, UnaryOp};
pub use template::Template;
pub use types::{Scalar, Ty};

use crate::tables::{HashMap, HashSet};
use proc_macro2::{TokenStream, TokenTree};

/// A stretch of source: the spans of its first and last token. Stable proc macros cannot join
/// spans, but `compile_error!` underlines from the first token of its path to its last brace.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Span of the first token; a panic reported at this stretch shows this line and column.
    pub start: proc_macro2::Span,
    /// Span of the last token.
    pub end: proc_macro2::Span,
}

pub type VarId = Id<Var>;
pub type ExprId = Id<Expr>;
pub type LoopId = Id<Loop>;
pub type AccessId = Id<Access>;
pub type CalleeId = Id<Callee>;

/// One function under `#[kernel]`.
#[derive(Debug)]
pub struct Function {
    /// The function's name as written (raw identifiers keep their `r#`).
    pub name: proc_macro2::Ident,
    /// Parameters in order.
    pub params: Vec<VarId>,
    /// Every binding of the function, parameters and loop variables included.
    pub vars: Arena<Var>,
    pub exprs: Arena<Expr>,
    /// Every `for` loop, outer before inner, in source order.
    pub loops: Arena<Loop>,
    /// Every `array[index]` on an array of the function, reads and writes.
    pub accesses: Arena<Access>,
    /// What rustc has to confirm about names in the whole function.
    pub proofs: Vec<Proof>,
    /// Every function outside of this one that a loop calls, once for each path.
    pub callees: Arena<Callee>,
    /// Expressions whose type the source gives away beyond their own form: `f64::max(a, b)`.
    pub pinned: Vec<(ExprId, Scalar)>,
    /// Arrays from outside the function, and how many dimensions they are indexed with.
    pub tables: Vec<(VarId, u32)>,
    /// How many elements arrays have, where their types say it in numbers.
    pub lens: HashMap<VarId, u64>,
    /// How many elements the innermost rows of arrays of arrays have, where their types say it in
    /// numbers.
    pub rows: HashMap<VarId, u64>,
    /// The constants that say it otherwise, of arrays that are parameters.
    pub row_names: HashMap<VarId, TokenStream>,
    /// What the lowering of iterators and slices made. Its arithmetic cannot overflow where it is
    /// evaluated; a condition among these is a bounds check, which the guard may answer.
    pub made: HashSet<ExprId>,
    /// Where the names of called methods stand, which is what a panic of theirs shows.
    pub methods: HashMap<ExprId, proc_macro2::Span>,
    /// What names of the driver's that keep their values are bound to. Filled by `analysis/`.
    pub definitions: HashMap<VarId, ExprId>,
    /// What the source has for the types of arrays that [`crate::lower`] changes.
    pub unlowered: HashMap<VarId, Ty>,
    /// Scalars that belong to an `Option` of the driver's.
    pub options: HashMap<VarId, OptionPart>,
    /// Literals whose type only the function outside knows that takes them: `2.0` in `f(2.0)`.
    pub open: HashSet<ExprId>,
    /// Elementary functions are the standard library's, not the runtime's.
    pub std_math: bool,
    /// The return type, and the values of `return`s in driver code.
    pub ret: Ty,
    pub returned: Vec<ExprId>,
    /// The body: driver statements with loops among them.
    pub body: Block,
    /// The body as tokens with holes where the loops stand; see [`template`].
    pub template: Template,
}

/// A scalar of an `Option`.
#[derive(Clone, Debug)]
pub struct OptionPart {
    /// The `Option`.
    pub whole: TokenStream,
    /// Which part of its value this is, as in `.1`; nothing, if it is whether there is none.
    pub part: Option<TokenStream>,
}

/// A binding: parameter, `let`, loop variable, or a name from outside the function.
#[derive(Clone, Debug)]
pub struct Var {
    /// The identifier at its binding, with the user's span.
    pub ident: proc_macro2::Ident,
    pub span: Span,
    pub kind: VarKind,
    /// The innermost `for` loop around the binding; for a loop variable, its own loop.
    pub home: Option<LoopId>,
    /// Declared `mut` (or a `&mut` parameter).
    pub mutable: bool,
    /// Filled by inference; [`Ty::Unknown`] until then and for driver values nothing pinned down.
    pub ty: Ty,
    /// Tokens that name the variable in driver code: its name, the outside path, or `(*name)` for a
    /// scalar behind a reference parameter.
    pub tokens: TokenStream,
    /// Declared by `let` without a value: its first assignment is where its type shows.
    pub deferred: bool,
    /// Made by the reader, not by the user: no message names it.
    pub hidden: bool,
}

impl Var {
    /// Whether it is a part of a complex number of the user's.
    pub fn is_complex_part(&self) -> bool {
        // Of a number behind a reference, the driver's name is `(*z).re`.
        let mut names = self.tokens.clone().into_iter().skip(1);
        let name = names.by_ref().last();
        matches!(name, Some(TokenTree::Ident(name)) if name == "re" || name == "im")
    }

    /// Whether it is a part of an `Option` of the user's.
    pub fn is_option_part(&self) -> bool {
        let mut names = self.tokens.clone().into_iter().skip(1);
        names.any(|name| {
            let TokenTree::Ident(name) = name else {
                return false;
            };
            name == "unwrap_or_default" || name == "map_or"
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum VarKind {
    Param,
    /// Bound by driver code.
    Driver,
    /// Bound inside the outermost `for` loop or deeper.
    Local,
    /// The variable of a `for` loop.
    Index(LoopId),
    /// A path that is bound nowhere in the function: a constant or static, read by the host.
    Outside,
}

#[derive(Clone, Debug, Default)]
pub struct Block {
    pub stmts: Vec<Stmt>,
    /// The tail expression.
    pub value: Option<ExprId>,
}

impl Block {
    /// Statements, and no value.
    pub fn of(stmts: &[Stmt]) -> Self {
        Block {
            stmts: stmts.to_vec(),
            value: None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    Let {
        pat: Pat,
        init: Option<ExprId>,
    },
    /// `target = value`, or `target op= value` where `op` is set.
    Assign {
        target: Place,
        op: Option<BinaryOp>,
        value: ExprId,
    },
    /// An expression for its effect: an `if` or a block, mostly.
    Expr(ExprId),
    For(LoopId),
    While {
        cond: ExprId,
        body: Block,
    },
    Loop {
        body: Block,
    },
    /// Leaves the loop `depth` levels up: 0 is the innermost loop around the statement.
    /// Loops counted are `for`, `while` and `loop` alike.
    Break {
        depth: u32,
    },
    Continue {
        depth: u32,
    },
    /// Leaves a device function with a value.
    Return(ExprId),
    /// `assert!(cond, ..)` and kin; the tokens raise it with Rust's own message.
    Assert {
        cond: ExprId,
        args: Vec<ExprId>,
        tokens: TokenStream,
        /// `debug_assert!`: evaluated only where the user's crate has debug assertions.
        debug_only: bool,
    },
    /// Outside the kernel subset: nothing is known of what it reads, writes or binds.
    Opaque(Opaque),
}

/// Something the kernel subset has no word for.
#[derive(Clone, Debug)]
pub struct Opaque {
    /// What it is, as a noun phrase: "a closure", "the macro `println!`".
    pub what: String,
    /// The way out, if there is a better one than leaving it out.
    pub help: Option<String>,
    /// Blocks inside it whose statements were parsed (bodies of driver `if let`, `match`, `while
    /// let`, ..), because loops in them are still candidates.
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub enum Pat {
    Var(VarId),
    Tuple(Vec<Pat>),
    Wild,
}

impl Pat {
    /// Calls `visit` for every variable that it binds.
    pub fn variables(&self, visit: &mut impl FnMut(VarId)) {
        match self {
            Pat::Var(var) => visit(*var),
            Pat::Tuple(parts) => parts.iter().for_each(|part| part.variables(visit)),
            Pat::Wild => {}
        }
    }
}

/// What can be assigned to.
#[derive(Clone, Debug)]
pub enum Place {
    Var(VarId),
    Element(AccessId),
    /// `local[i][j]` where `local` is a fixed array bound in the region, of arrays perhaps.
    LocalElement {
        base: VarId,
        index: Vec<ExprId>,
    },
    /// `local.0`
    Field {
        base: VarId,
        index: u32,
    },
}

impl Place {
    /// The variable that changes, or a part of it; an array's elements are no variables.
    pub fn variable(&self) -> Option<VarId> {
        match self {
            Place::Var(var) => Some(*var),
            Place::Field { base, .. } | Place::LocalElement { base, .. } => Some(*base),
            Place::Element(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    /// Filled by inference.
    pub ty: Ty,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer literal (a leading `-` is `Unary(Neg, ..)` as in Rust) and its suffix.
    Int(u128, Option<Scalar>),
    /// A float literal without its suffix and without `_`, as Rust's `parse` takes it.
    Float(String, Option<Scalar>),
    Bool(bool),
    Var(VarId),
    Unary(UnaryOp, ExprId),
    /// Arithmetic, bit operations, comparisons; `&&` and `||` are [`ExprKind::Logic`].
    Binary(BinaryOp, ExprId, ExprId),
    /// Short-circuit `&&` (`and`) or `||`.
    Logic {
        and: bool,
        left: ExprId,
        right: ExprId,
    },
    Cast(ExprId, Scalar),
    /// A read of an array element.
    Load(AccessId),
    /// The length of dimension `dim` of an array: `len()`, `nrows()`, `dim().1`, `shape()[1]`.
    Len {
        array: VarId,
        dim: u32,
    },
    /// The number of the region's iteration, an `i64`. Made by `analysis/`; has no spelling.
    Iteration,
    /// An inherent method or associated function or constant of a primitive.
    Call(Builtin, Vec<ExprId>),
    /// A call of a function outside, on values.
    Apply(CalleeId, Vec<ExprId>),
    Tuple(Vec<ExprId>),
    Field(ExprId, u32),
    /// `Some(value)`, or `None`. Until [`crate::lower`].
    Option(Option<ExprId>),
    /// `Ordering::Less` and kin, as -1, 0 and 1. Until [`crate::lower`].
    Ordering(i8),
    /// A complex number made of other values. Until [`crate::lower`].
    Complex(Box<Maker>, Vec<ExprId>),
    /// `[a, b, c]` bound to a local.
    Array(Vec<ExprId>),
    /// `[value; count]`, the count a literal.
    Repeat(ExprId, u64),
    /// `local[i][j]` where `local` is a fixed array bound in the region, of arrays perhaps.
    LocalElement {
        base: VarId,
        index: Vec<ExprId>,
    },
    If {
        cond: ExprId,
        then: Block,
        otherwise: Option<Block>,
    },
    Block(Block),
    /// A new array: `vec![fill; n]`, `Array2::zeros((m, n))`, `other.to_vec()`. Driver only. Its
    /// elements are as one of these says, if any.
    NewArray {
        fill: Option<ExprId>,
        elem: Option<Ty>,
        like: Option<VarId>,
        rank: u32,
        kind: types::ViewKind,
    },
    /// A driver expression outside the subset (its type may still be pinned down by its use).
    Opaque(Opaque),
}

/// What makes a complex number.
#[derive(Clone, Debug)]
pub struct Maker {
    pub kind: MakerKind,
    /// The function's path, or the struct's, as written.
    pub path: TokenStream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MakerKind {
    /// `Complex { re, im }`
    Literal,
    /// `Complex::new(re, im)`
    New,
    /// `Complex::from(re)`
    From,
    /// `Complex::from_polar(r, theta)`
    FromPolar,
    /// `Complex::cis(phase)`
    Cis,
    /// `Complex::i()`
    I,
}

impl MakerKind {
    /// The associated function's name.
    pub fn name(self) -> &'static str {
        match self {
            MakerKind::Literal => "",
            MakerKind::New => "new",
            MakerKind::From => "from",
            MakerKind::FromPolar => "from_polar",
            MakerKind::Cis => "cis",
            MakerKind::I => "i",
        }
    }

    pub fn arity(self) -> usize {
        match self {
            MakerKind::Literal | MakerKind::New | MakerKind::FromPolar => 2,
            MakerKind::From | MakerKind::Cis => 1,
            MakerKind::I => 0,
        }
    }

    pub fn from_name(name: &str) -> Option<MakerKind> {
        use MakerKind::*;
        let functions = [New, From, FromPolar, Cis, I];
        functions.into_iter().find(|kind| kind.name() == name)
    }
}

/// A `for` loop over an integer range.
#[derive(Debug)]
pub struct Loop {
    pub var: VarId,
    pub range: Range,
    /// `prange`: being serial is an error.
    pub demanded: bool,
    /// What rustc has to confirm about names in this loop (inner loops have their own).
    pub proofs: Vec<Proof>,
    pub body: Block,
    pub parent: Option<LoopId>,
    /// From `for` to the end of the range expression.
    pub head: Span,
    /// The range expression alone.
    pub range_span: Span,
    /// The source has an iterator over arrays here, and `range` counts what it hands out.
    pub iteration: Option<Iteration>,
    /// It is part of a nested function's body, of which this is one call: never a region itself,
    /// because the driver's tokens have no place for it.
    pub inlined: bool,
    /// It goes over values that stand in its head, by their positions: never a region itself,
    /// because the driver's tokens have no range there.
    pub listed: bool,
    /// Why this loop is no range loop over integers, where it is not: then it stays in the driver
    /// and is a reason for refusal inside a region.
    pub opaque: Option<Opaque>,
}

/// `start..end` with its adapters, in the order written.
#[derive(Clone, Debug)]
pub struct Range {
    pub start: ExprId,
    pub end: ExprId,
    pub inclusive: bool,
    pub adapters: Vec<Adapter>,
}

impl Range {
    /// All expressions in it.
    pub fn exprs(&self) -> impl Iterator<Item = ExprId> + '_ {
        let steps = self.adapters.iter().filter_map(|adapter| match adapter {
            Adapter::StepBy(step) => Some(*step),
            Adapter::Rev => None,
        });
        [self.start, self.end].into_iter().chain(steps)
    }
}

#[derive(Clone, Debug)]
pub enum Adapter {
    Rev,
    StepBy(ExprId),
}

/// One `array[..]` in the source.
#[derive(Clone, Debug)]
pub struct Access {
    pub array: VarId,
    /// One expression per dimension, each of type `usize` once typed.
    pub index: Vec<ExprId>,
    /// Reads are `Load`, plain assignments `Store`, compound assignments `Update`.
    pub mode: AccessMode,
    pub span: Span,
    /// The brackets', the first ones' of several. A panic of an array that is no slice shows their
    /// place, and they stay where they are when parentheses around them move the span.
    pub brackets: proc_macro2::Span,
    /// How the index is written, for messages and for raising the panic that serial would raise.
    pub style: IndexStyle,
    /// The lowering made the index so that it lies in the array: a loop's own element, or one of a
    /// slice that has been checked before.
    pub inside: bool,
    /// Loops whose iterators hand out the part of the array that it lies in for writing. No two of
    /// their iterations share an element, and rustc keeps every other way to the array shut.
    pub own: Vec<LoopId>,
    /// The outermost name through which it goes that borrows the array for writing.
    pub through: Option<VarId>,
    /// The part of an element of several scalars that it means. Lowered, it is the last index.
    pub part: Option<Part>,
}

/// A part of an element of several scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of a complex number, 0 is `re` and 1 is `im`.
    pub number: u32,
    /// The source has it behind the index, so named; else it has the whole element.
    pub named: Option<PartNames>,
}

/// How the parts of an element are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartNames {
    Complex,
    Numbers,
}

impl Access {
    /// The indices of the source, of a lowered access.
    pub fn written(&self) -> &[ExprId] {
        let parts = usize::from(self.part.is_some());
        &self.index[..self.index.len() - parts]
    }

    /// How the source names the part that it means.
    pub fn suffix(&self) -> &'static str {
        const COMPLEX: [&str; 2] = [".re", ".im"];
        const NUMBERS: [&str; 6] = [".0", ".1", ".2", ".3", ".4", ".5"];
        let Some(Part { number, named }) = self.part else {
            return "";
        };
        let names = match named {
            Some(PartNames::Complex) => &COMPLEX[..],
            Some(PartNames::Numbers) => &NUMBERS[..],
            None => &[],
        };
        names.get(number as usize).copied().unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMode {
    Load,
    Store,
    Update,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexStyle {
    /// `a[i]`
    Flat,
    /// `a[[i, j]]`
    Bracketed,
    /// `a[(i, j)]`
    Tuple,
    /// `a[i][j]`
    Nested,
    /// As `Nested`, but written as the row `a[i]`.
    Row,
}

/// A function outside of the one that is compiled.
#[derive(Clone, Debug)]
pub struct Callee {
    /// Its path as written where it is first called.
    pub path: TokenStream,
    /// The path as one word, for messages: `shapes::area`.
    pub name: String,
    pub span: Span,
    pub kind: CalleeKind,
    /// A call stands in a block with items, which may give the path another meaning there than in
    /// the kernel's outermost block.
    pub hidden: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalleeKind {
    /// A `#[kernel(device)]` function: rustc says if it is none.
    Device,
    /// Any function, which the user vouches for.
    Assumed,
}

impl IndexStyle {
    /// Each index is checked before the next is evaluated.
    pub fn is_nested(self) -> bool {
        matches!(self, IndexStyle::Nested | IndexStyle::Row)
    }
}

/// What the compiler took a name for; rustc confirms it where the name stands.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A type in a cast: `x as u64`.
    Type { tokens: TokenStream, ty: Ty },
    /// An associated function: `f64::max`.
    Function {
        tokens: TokenStream,
        scalar: Scalar,
        builtin: Builtin,
    },
    /// A name in a pattern that binds: no constant has it.
    Pattern(proc_macro2::Ident),
    /// A conversion that the runtime's trait `Number` has: `T::from_f64`.
    Conversion {
        tokens: TokenStream,
        scalar: Scalar,
        name: String,
    },
    /// The length of a dimension, or the product of several, as the source asks for it.
    Length {
        tokens: TokenStream,
        array: VarId,
        dims: Vec<u32>,
    },
    /// `prange`, without type arguments.
    Prange(TokenStream),
    /// What makes a complex number of these floats.
    Maker { maker: Maker, scalar: Scalar },
    /// A method that takes its number by reference, so that another trait's that takes it by value
    /// would be called instead.
    ByReference { builtin: Builtin, ty: Ty },
    /// A complex number or an option from outside of the loop.
    Value { tokens: TokenStream, ty: Ty },
    /// `std::mem::swap`, without type arguments.
    Swap(TokenStream),
    /// `std::iter::zip`, without type arguments.
    Zip(TokenStream),
    /// `std::cmp::max` or `min`, or the method of `Ord`, without type arguments.
    Compared {
        tokens: TokenStream,
        builtin: Builtin,
        method: bool,
    },
    /// `Ordering::Less` and kin.
    Ordering { tokens: TokenStream, value: i8 },
    /// `Some` or `None`, as a pattern and so as a value.
    Variant { tokens: TokenStream, some: bool },
    /// `Ok` or `Err` of a conversion between integers, as a pattern.
    Outcome { tokens: TokenStream, ok: bool },
    /// A method that rustc finds after those of traits for such a receiver: no trait has one of
    /// the name. The type is known after inference.
    Method {
        of: Typed,
        ty: Ty,
        receiver: Receiver,
        name: proc_macro2::Ident,
        args: usize,
    },
    /// A slice's `contains` or `starts_with`, called of an array of the driver's: no trait has one of the name
    /// for what rustc looks at before.
    OfArray {
        array: TokenStream,
        name: proc_macro2::Ident,
    },
    /// A macro of std's: `assert`.
    Macro(proc_macro2::Ident),
    /// A variable's binding and a use of it. Their texts are equal; where the code comes out of
    /// another macro, that does not make them one variable.
    Binding {
        bound: proc_macro2::Ident,
        used: proc_macro2::Ident,
    },
}

impl Proof {
    /// Whether both ask about one method of one variable, or about one variant of `Option`, which
    /// many loops name again and again.
    pub fn asks_the_same(&self, other: &Proof) -> bool {
        match (self, other) {
            (
                Proof::Method {
                    of, name, receiver, ..
                },
                Proof::Method {
                    of: other,
                    name: called,
                    receiver: like,
                    ..
                },
            ) => of == other && name == called && receiver == like,
            (
                Proof::Variant { tokens, some },
                Proof::Variant {
                    tokens: other,
                    some: like,
                },
            ) => some == like && tokens.to_string() == other.to_string(),
            _ => false,
        }
    }
}

/// What has the type that a proof speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A variable, or the elements of an array.
    Var(VarId),
    Expr(ExprId),
}

/// What a method is called of, made of the type `T` that a proof knows, and what std's takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// A fixed array, or a reference to one, whose method is a slice's.
    Array,
    /// A slice of `T`, or of arrays of so many, behind a reference that may be for writing; its method
    /// borrows it.
    Slice(Option<u64>),
    /// An array of so many `T`, or the element of a `T` that is an array of arrays: as `Array`.
    Row(u64),
    /// An array of arrays of so many `T`, outermost first, or a slice of such: as `Array` and `Slice`.
    Nested {
        slice: bool,
        /// Zeros behind the last.
        lens: [u64; 3],
    },
    /// A range of `T`, whose method borrows it.
    Range { inclusive: bool },
    /// A view of `T` with so many dimensions, whose method borrows it.
    View(usize),
    /// A `T` behind a reference, whose method takes the `T`.
    Behind,
    /// A `T`, or a reference to one, whose method takes `&T`.
    Borrowed,
    /// `Borrowed`, of the result of a conversion to what `T` is an `Option` of.
    Outcome,
    /// `Behind`, of an `Option` of references to what `T` is an `Option` of.
    BehindReferences,
    /// `Borrowed`, of an `Option` of references to what `T` is an `Option` of.
    BorrowedReferences,
}

impl Function {
    /// What a panic of a call shows: a method's name, or where a function's path begins.
    pub fn panic_place(&self, call: ExprId) -> proc_macro2::Span {
        let name = self.methods.get(&call).copied();
        name.unwrap_or(self.exprs[call].span.start)
    }

    /// Whether a loop is this one or lies in it.
    pub fn encloses(&self, outer: LoopId, inner: Option<LoopId>) -> bool {
        let mut around = std::iter::successors(inner, |id| self.loops[*id].parent);
        around.any(|id| id == outer)
    }
}

impl Span {
    /// From the first to the last token of a piece of source.
    pub fn of(tokens: &impl quote::ToTokens) -> Span {
        let mut spans = tokens
            .to_token_stream()
            .into_iter()
            .map(|token| token.span());
        let start = spans.next().unwrap_or_else(proc_macro2::Span::call_site);
        Span {
            start,
            end: spans.last().unwrap_or(start),
        }
    }

    /// A single token's.
    pub fn at(span: proc_macro2::Span) -> Span {
        Span {
            start: span,
            end: span,
        }
    }
}
