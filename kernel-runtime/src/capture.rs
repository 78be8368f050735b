//! Panics of a call as values: message and place, and nothing on standard error.
//!
//! Only a panic hook learns where a panic happened, and hooks are global. The one installed here
//! looks at a flag of the panicking thread: where it is set, the panic is noted for the call that
//! set it; everywhere else the previous hook runs as if nothing were between. A program that
//! replaces the hook later merely loses the place of such panics, until the next call reinstalls
//! it around the new one. In `panic = "abort"` builds nothing can be caught, so the flag is never
//! set and the program dies with the message that it should have.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Mutex;

/// What a panic said, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    pub message: String,
    /// `file:line:column`; `None` where the panic reached no hook.
    pub location: Option<String>,
}

/// A call that did not return.
pub struct Unwound {
    /// Where there was a panic; `resume_unwind` makes none.
    pub noted: Option<Panicked>,
    /// What unwound.
    pub payload: Box<dyn Any + Send>,
}

impl Unwound {
    /// The panic as far as it is known.
    pub fn panicked(self) -> Panicked {
        self.noted.unwrap_or_else(|| Panicked {
            message: message(&*self.payload),
            location: None,
        })
    }
}

enum Watch {
    Off,
    On(Option<Panicked>),
}

thread_local! {
    static WATCH: RefCell<Watch> = const { RefCell::new(Watch::Off) };
}

/// Runs `f`, quietly if it panics.
pub fn capture<R>(f: impl FnOnce() -> R) -> Result<R, Unwound> {
    if cfg!(panic = "abort") {
        return Ok(f());
    }
    install();
    let outer = WATCH.replace(Watch::On(None));
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    let watched = WATCH.replace(outer);
    result.map_err(|payload| {
        let noted = match watched {
            Watch::On(noted) => noted,
            Watch::Off => None,
        };
        Unwound { noted, payload }
    })
}

/// Notes the panic if this thread is watched.
fn note(info: &PanicHookInfo<'_>) -> bool {
    let noted = WATCH.try_with(|watch| {
        let mut watch = watch.try_borrow_mut().ok()?;
        match &mut *watch {
            Watch::Off => None,
            Watch::On(slot) => {
                *slot = Some(Panicked {
                    message: message(info.payload()),
                    location: info.location().map(ToString::to_string),
                });
                Some(())
            }
        }
    });
    matches!(noted, Ok(Some(())))
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        return (*text).to_owned();
    }
    match payload.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => "a panic whose payload is no text".to_owned(),
    }
}

fn install() {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if *installed || std::thread::panicking() {
        return;
    }
    *installed = true;
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !note(info) {
            previous(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_place_are_noted() {
        let line = line!() + 1;
        let unwound = capture(|| panic!("{} went wrong", "it")).err().unwrap();
        let panicked = unwound.panicked();
        assert_eq!(panicked.message, "it went wrong");
        let location = panicked.location.unwrap();
        assert!(location.starts_with(&format!("{}:{line}:", file!())));
    }

    #[test]
    fn the_quiet_unwinding_is_told_apart() {
        let unwound = capture(|| panic::resume_unwind(Box::new(7u8)))
            .err()
            .unwrap();
        assert!(unwound.noted.is_none());
        assert_eq!(unwound.payload.downcast_ref::<u8>(), Some(&7));
    }

    #[test]
    fn captures_nest_and_threads_are_apart() {
        let outer = capture(|| {
            let inner = capture(|| panic!("inner")).err().unwrap().panicked();
            assert_eq!(inner.message, "inner");
            let elsewhere = std::thread::spawn(|| capture(|| 5).ok());
            assert_eq!(elsewhere.join().unwrap(), Some(5));
            panic!("outer");
        });
        assert_eq!(outer.err().unwrap().panicked().message, "outer");
    }
}
