//! Fields of the identity and address files: one-byte tag, length, value.

use crate::FileError;

/// Fields of a file in the order they stand. A length byte `FF` adds 255 and another length byte follows; zero bytes up to the
/// end are padding. Ends after its first error.
pub struct Fields<'a> {
    rest: &'a [u8],
}

/// The fields of `file`.
pub fn fields(file: &[u8]) -> Fields<'_> {
    Fields { rest: file }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u8, &'a [u8]), FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.iter().all(|byte| *byte == 0) {
            return None;
        }
        let field = take(self.rest);
        self.rest = field.map_or(&[], |(_, rest)| rest);
        Some(field.map(|(field, _)| field).ok_or(FileError::Truncated))
    }
}

type Field<'a> = (u8, &'a [u8]);

fn take(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (&tag, mut rest) = bytes.split_first()?;
    let mut length = 0_usize;
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        length = length.checked_add(usize::from(byte))?;
        if byte != 0xFF {
            break;
        }
    }
    let (value, rest) = rest.split_at_checked(length)?;
    Some(((tag, value), rest))
}

/// Writes one field, for cards of our own making.
pub fn push(file: &mut Vec<u8>, tag: u8, value: &[u8]) {
    file.push(tag);
    let mut left = value.len();
    while left >= 0xFF {
        file.push(0xFF);
        left -= 0xFF;
    }
    file.push(u8::try_from(left).unwrap_or(0));
    file.extend_from_slice(value);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(file: &[u8]) -> Result<Vec<(u8, Vec<u8>)>, FileError> {
        fields(file).map(|field| field.map(|(tag, value)| (tag, value.to_vec()))).collect()
    }

    #[test]
    fn padding_is_no_field_but_an_empty_last_field_is() {
        assert_eq!(read(&[1, 1, 65, 2, 0, 0, 0]).unwrap(), [(1, vec![65]), (2, vec![])]);
        assert_eq!(read(&[]).unwrap(), []);
        assert_eq!(read(&[0; 117]).unwrap(), []);
        assert_eq!(read(&[0, 2, 0, 3, 1, 0]).unwrap(), [(0, vec![0, 3]), (1, vec![])]);
    }

    #[test]
    fn long_values_continue_their_length() {
        for length in [0, 1, 254, 255, 256, 509, 510, 511, 3000] {
            let value = vec![7; length];
            let mut file = Vec::new();
            push(&mut file, 9, &value);
            assert_eq!(read(&file).unwrap(), [(9, value)], "{length}");
        }
    }

    #[test]
    fn a_cut_field_is_told() {
        for cut in [&[1][..], &[1, 2, 65], &[1, 0xFF], &[1, 0xFF, 0xFF, 1, 1]] {
            assert_eq!(read(cut), Err(FileError::Truncated), "{cut:?}");
        }
    }
}
