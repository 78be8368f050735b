//! For expansions of `#[kernel]` only: no part of the public interface, and free to change.
//!
//! Expansions name everything by its path from here, primitives included, so that nothing that a
//! user's file defines can come between.

pub use crate::array::{Indexed, ReadArray, View, ViewMut, WriteArray, is_array};
pub use crate::element::{cast, is, is_type, same};
pub use crate::failure::{Checked, failure, unraised};
pub use crate::launch;
pub use crate::ops::Order;
pub use crate::order;
pub use crate::range::{Progression, Wide, progression};
pub use crate::region::{DeviceCode, Map, Reduce, Region, Shape, Visit};
pub use crate::session::{Kernel, Outcome, Session, cuda, dispatch, parallel};
pub use core::clone::Clone;
pub use core::iter::Iterator;
pub use core::marker::{Copy, PhantomData};
pub use core::option::Option;
pub use core::primitive as prim;
pub use core::result::Result;
