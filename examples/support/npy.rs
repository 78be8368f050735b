//! NumPy's `.npy` files as matrices of `f64`, with errors that say what to do.

use crate::memory;
use crate::units;
use ndarray::Array2;
use ndarray_npy::ReadNpyExt;
use ndarray_npy::npy::header::{Header, ParseHeaderError, ReadHeaderError};
use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

/// Why a file did not become a matrix.
#[derive(Debug, thiserror::Error)]
#[error("cannot use `{}`: {problem}", path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a file, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The operating system said no.
    #[error("it cannot be read ({0}); check the path and its permissions")]
    Unreadable(#[from] io::Error),
    /// A directory, a pipe, a device.
    #[error("it is not a regular file; name a file written by `numpy.save`")]
    NotAFile,
    /// No `.npy` magic string at its start.
    #[error(
        "it is not a .npy file (it does not start with \"\\x93NUMPY\"); write it with \
         `numpy.save(path, array)`, not `savetxt` or `savez`"
    )]
    NotNpy,
    /// The magic string is there, the rest of the header makes no sense.
    #[error("its .npy header is damaged ({0}); write it again with `numpy.save`")]
    Header(String),
    /// Not a matrix.
    #[error(
        "it holds an array of {} dimension{} with shape {shape:?}, but the sum is over 2; save \
         `array.reshape(rows, columns)`",
        shape.len(), if shape.len() == 1 { "" } else { "s" }
    )]
    Dimensions {
        /// The lengths of its dimensions.
        shape: Vec<usize>,
    },
    /// Not `f64`.
    #[error("its elements are {found}, not 'f8' (float64); save `array.astype(numpy.float64)`")]
    Element {
        /// NumPy's name of the type that it has.
        found: String,
    },
    /// Fewer or more bytes than the header says.
    #[error(
        "its header promises {promised} bytes of data, but {found} follow; it was cut short or \
         overwritten: write it again with `numpy.save`"
    )]
    Length {
        /// Bytes of the array in the header.
        promised: u64,
        /// Bytes after the header.
        found: u64,
    },
    /// More than the memory that is free.
    #[error(
        "it needs {}, but {} of memory are free; save a part of it, such as `array[:rows]`",
        units::bytes(*needed), units::bytes(*free)
    )]
    TooLarge {
        /// Bytes of the array.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
}

/// Reads a two-dimensional `f64` array, in C or Fortran order and either byte order.
///
/// # Errors
/// Whatever keeps the file from being such an array; see [`Problem`].
pub fn read(path: &Path) -> Result<Array2<f64>, Error> {
    read_matrix(path).map_err(|problem| Error {
        path: path.to_owned(),
        problem,
    })
}

fn read_matrix(path: &Path) -> Result<Array2<f64>, Problem> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Problem::NotAFile);
    }
    let header = Header::from_reader(&mut file).map_err(header_problem)?;
    let data = metadata.len() - file.stream_position()?;
    check(&header, data)?;
    file.rewind()?;
    Array2::read_npy(file).map_err(|error| Problem::Header(error.to_string()))
}

fn header_problem(error: ReadHeaderError) -> Problem {
    match error {
        ReadHeaderError::Parse(ParseHeaderError::MagicString) => Problem::NotNpy,
        ReadHeaderError::Parse(error) => Problem::Header(error.to_string()),
        // A file that ends inside its first bytes.
        ReadHeaderError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Problem::NotNpy
        }
        ReadHeaderError::Io(error) => Problem::Unreadable(error),
    }
}

/// Whether the header describes a matrix of `f64` that the `data` bytes after it can hold.
fn check(header: &Header, data: u64) -> Result<(), Problem> {
    let descriptor = header.type_descriptor.to_string();
    if !matches!(descriptor.as_str(), "'<f8'" | "'>f8'") {
        return Err(Problem::Element { found: descriptor });
    }
    let [rows, columns] = header.shape[..] else {
        let shape = header.shape.clone();
        return Err(Problem::Dimensions { shape });
    };
    let promised = memory::bytes_of(rows, columns).unwrap_or(u64::MAX);
    if promised != data {
        let found = data;
        return Err(Problem::Length { promised, found });
    }
    match memory::available() {
        Some(free) if !memory::fits(promised, free) => Err(Problem::TooLarge {
            needed: promised,
            free,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, ShapeBuilder, arr2};
    use ndarray_npy::WriteNpyExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A file with `contents` that is gone when it is dropped.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(contents: &[u8]) -> Self {
            static NEXT: AtomicUsize = AtomicUsize::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("npy-{}-{number}.npy", std::process::id());
            let path = std::env::temp_dir().join(name);
            std::fs::write(&path, contents).unwrap();
            Self(path)
        }

        fn of(array: &impl WriteNpyExt) -> Self {
            Self::new(&bytes(array))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn bytes(array: &impl WriteNpyExt) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        array.write_npy(&mut bytes).unwrap();
        bytes.into_inner()
    }

    /// The whole message, after checking that it names the file.
    fn message(file: &Scratch) -> String {
        let text = read(&file.0).unwrap_err().to_string();
        assert!(text.contains(&file.0.display().to_string()), "{text}");
        text
    }

    #[test]
    fn both_layouts_give_the_same_matrix() {
        let rows = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let mut columns = Array2::zeros((2, 3).f());
        columns.assign(&rows);
        let fortran = bytes(&columns);
        assert!(String::from_utf8_lossy(&fortran).contains("'fortran_order': True"));
        assert_eq!(read(&Scratch::of(&rows).0).unwrap(), rows);
        assert_eq!(read(&Scratch::new(&fortran).0).unwrap(), rows);
    }

    #[test]
    fn big_endian_files_are_read() {
        let mut file = bytes(&arr2(&[[1.0, -2.5]]));
        let order = file.iter().position(|&byte| byte == b'<').unwrap();
        file[order] = b'>';
        let data = file.len() - 16;
        file[data..].chunks_exact_mut(8).for_each(<[u8]>::reverse);
        assert_eq!(read(&Scratch::new(&file).0).unwrap(), arr2(&[[1.0, -2.5]]));
    }

    #[test]
    fn an_empty_matrix_is_one() {
        let empty = Array2::<f64>::zeros((0, 5));
        assert_eq!(read(&Scratch::of(&empty).0).unwrap().dim(), (0, 5));
    }

    #[test]
    fn a_missing_file_says_so() {
        let path = std::env::temp_dir().join("no-such-array.npy");
        let text = read(&path).unwrap_err().to_string();
        assert!(text.contains("no-such-array.npy"), "{text}");
        assert!(text.contains("cannot be read"), "{text}");
        assert!(text.contains("check the path"), "{text}");
    }

    #[test]
    fn a_directory_says_so() {
        let text = read(&std::env::temp_dir()).unwrap_err().to_string();
        assert!(text.contains("not a regular file"), "{text}");
    }

    #[test]
    fn text_and_truncated_files_are_not_npy() {
        for contents in [&b"1.0, 2.0\n"[..], b"", b"\x93NUM"] {
            let text = message(&Scratch::new(contents));
            assert!(text.contains("not a .npy file"), "{text}");
            assert!(text.contains("numpy.save"), "{text}");
        }
    }

    #[test]
    fn a_damaged_header_says_so() {
        let mut file = bytes(&arr2(&[[1.0]]));
        file[10] = b'!';
        let text = message(&Scratch::new(&file));
        assert!(text.contains("header is damaged"), "{text}");
    }

    #[test]
    fn a_vector_names_its_shape_and_the_way_out() {
        let text = message(&Scratch::of(&Array1::<f64>::zeros(7)));
        assert!(text.contains("1 dimension with shape [7]"), "{text}");
        assert!(text.contains("reshape"), "{text}");
    }

    #[test]
    fn other_elements_are_named() {
        for (file, found) in [
            (Scratch::of(&Array2::<f32>::zeros((2, 2))), "<f4"),
            (Scratch::of(&Array2::<i64>::zeros((2, 2))), "<i8"),
        ] {
            let text = message(&file);
            assert!(text.contains(found), "{text}");
            assert!(text.contains("astype(numpy.float64)"), "{text}");
        }
    }

    #[test]
    fn a_file_shorter_than_its_header_says_is_not_allocated() {
        let file = bytes(&Array2::<f64>::zeros((2, 2)));
        let short = message(&Scratch::new(&file[..file.len() - 8]));
        assert!(short.contains("promises 32 bytes"), "{short}");
        assert!(short.contains("24 follow"), "{short}");
        let text = String::from_utf8_lossy(&file[10..128]).into_owned();
        let huge = text.replacen("(2, 2)", "(9999999999, 9999999999)", 1);
        let mut forged = file[..10].to_vec();
        forged.extend(huge.trim_end().bytes());
        forged.resize(127, b' ');
        forged.extend(b"\n");
        let text = message(&Scratch::new(&forged));
        assert!(text.contains("0 follow"), "{text}");
    }
}
