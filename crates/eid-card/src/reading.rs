//! Reading the card's files; none needs the PIN.

use crate::apdu::{self, Status};
use crate::card::{Card, Generation};
use crate::{CardError, CardFile, Files, Transport, der};

/// Bytes asked for at a time: what every reader passes on.
const STEP: u8 = 0xFC;

/// How far the reading is: about to read `file`, the `step`th of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadStep {
    pub file: CardFile,
    pub step: u8,
    pub of: u8,
}

impl<T: Transport> Card<T> {
    /// Reads everything. A card without address, authentication or signature certificate is whole; see [`Files`].
    pub fn read_all(&mut self, progress: &mut dyn FnMut(ReadStep)) -> Result<Files, CardError> {
        let mut files = Files::default();
        let wanted: Vec<CardFile> = CardFile::ALL.into_iter().filter(|file| self.carries(*file)).collect();
        let of = u8::try_from(wanted.len()).unwrap_or(u8::MAX);
        for (step, file) in (1..).zip(wanted) {
            progress(ReadStep { file, step, of });
            let read = self.read(file)?;
            put(&mut files, file, read)?;
        }
        Ok(files)
    }

    /// Reads one file as it stands, certificates cut at their DER length; `None` when the card does not have it.
    pub fn read(&mut self, file: CardFile) -> Result<Option<Vec<u8>>, CardError> {
        match self.exchange(&apdu::select_path(&file.path()))?.1 {
            Status::OK => {}
            Status::NO_FILE => return Ok(None),
            status => return Err(self.meaning(status)),
        }
        let mut content = Vec::new();
        while let Some(more) = self.read_on(&content)? {
            let last = more.len() < usize::from(STEP);
            content.extend(more);
            if content.len() > most(file) {
                return Err(CardError::FileTooLarge(file));
            }
            if last || (file.is_certificate() && whole(&content)) {
                break;
            }
        }
        Ok(if file.is_certificate() { der::element(&content).map(<[u8]>::to_vec) } else { Some(content) })
    }

    /// The next piece, `None` at the end.
    fn read_on(&mut self, so_far: &[u8]) -> Result<Option<Vec<u8>>, CardError> {
        let Ok(offset) = u16::try_from(so_far.len()) else { return Ok(None) };
        match self.exchange(&apdu::read_binary(offset, STEP))? {
            (data, Status::OK | Status::ENDED_EARLY) => Ok(Some(data).filter(|data| !data.is_empty())),
            (_, Status::BEYOND_END) => Ok(None),
            (_, status) => Err(self.meaning(status)),
        }
    }

    fn carries(&self, file: CardFile) -> bool {
        file != CardFile::ChipKey || self.data().generation == Generation::V1_8
    }
}

/// A certificate is read up to its end, or given up when its file holds none.
fn whole(content: &[u8]) -> bool {
    der::length(content).is_none_or(|length| length <= content.len())
}

/// Far above anything seen.
fn most(file: CardFile) -> usize {
    match file {
        CardFile::Photo => 16 * 1024,
        _ => 4 * 1024,
    }
}

fn put(files: &mut Files, file: CardFile, read: Option<Vec<u8>>) -> Result<(), CardError> {
    let place = match file {
        CardFile::ChipKey => {
            files.chip_key = read;
            return Ok(());
        }
        CardFile::Signature => {
            files.signature = read;
            return Ok(());
        }
        CardFile::Identity => &mut files.identity,
        CardFile::IdentitySignature => &mut files.identity_signature,
        CardFile::Address => &mut files.address,
        CardFile::AddressSignature => &mut files.address_signature,
        CardFile::Photo => &mut files.photo,
        CardFile::Authentication => &mut files.authentication,
        CardFile::Issuer => &mut files.issuer,
        CardFile::Root => &mut files.root,
        CardFile::Register => &mut files.register,
    };
    let optional = matches!(file, CardFile::Address | CardFile::AddressSignature | CardFile::Authentication);
    *place = match read {
        Some(read) => read,
        None if optional => Vec::new(),
        None => return Err(CardError::FileMissing(file)),
    };
    Ok(())
}
