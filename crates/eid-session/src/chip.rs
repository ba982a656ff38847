//! What an activation asks of the card: everything on it once, and two signatures after the PIN.

use eid_card::{
    Card, CardError, Files, Generation, Identity, Pin, PinState, SignatureAlgorithm, Transport, TransportError,
};
use protocol::eid::WebEidToken;

use crate::failure::Failure;
use crate::token::{self, Suite};

/// A card as it was read.
pub struct CardRead {
    pub files: Files,
    /// Chip number, from GET CARD DATA.
    pub serial: [u8; 16],
    pub generation: Generation,
    /// The municipality activated the card; before that it signs nothing.
    pub activated: bool,
    /// PIN tries left, 0 to 3.
    pub tries: u8,
    /// The reader has keys of its own.
    pub pad: bool,
    pub first_name: String,
    pub surname: String,
}

/// Why the card did not do it, as the activation must tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    Removed,
    Reset,
    /// Not a Belgian identity card.
    Unknown,
    /// Another card than the one that was read.
    OtherCard,
    /// Tries left, at least one.
    PinWrong(u8),
    PinCancelled,
    PinTimeout,
    Failed,
    /// Nothing helps with this card.
    End(Failure),
}

/// The PIN that VERIFY takes, or the reader's own keys.
pub(crate) enum Entry {
    Typed(Pin),
    OnPad,
}

/// What the card signed.
pub(crate) struct Signed {
    pub(crate) token: WebEidToken,
    /// INTERNAL AUTHENTICATE, applet 1.8.
    pub(crate) chip: Option<Vec<u8>>,
}

impl From<CardError> for Trouble {
    fn from(error: CardError) -> Trouble {
        match error {
            CardError::Removed => Trouble::Removed,
            CardError::Reset => Trouble::Reset,
            CardError::Cancelled => Trouble::PinCancelled,
            CardError::TimedOut => Trouble::PinTimeout,
            CardError::NotAnEid => Trouble::Unknown,
            CardError::Outdated => Trouble::End(Failure::CARD_OUTDATED),
            CardError::NotActivated => Trouble::End(Failure::CARD_NOT_ACTIVATED),
            CardError::PinWrong(left) => Trouble::PinWrong(left),
            CardError::PinBlocked => Trouble::End(Failure::PIN_BLOCKED),
            CardError::Reader
            | CardError::PinNeeded
            | CardError::NoPad
            | CardError::Unsupported
            | CardError::FileMissing(_)
            | CardError::FileTooLarge(_)
            | CardError::Malformed
            | CardError::Unexpected(_) => Trouble::Failed,
        }
    }
}

impl From<TransportError> for Trouble {
    fn from(error: TransportError) -> Trouble {
        CardError::from(error).into()
    }
}

/// Reads the whole card. No PIN.
///
/// # Errors
/// What the card or its reader did not do.
pub fn read(transport: &mut dyn Transport) -> Result<CardRead, Trouble> {
    let mut card = Card::open(transport)?;
    let tries = tries(&mut card)?;
    let files = card.read_all(&mut |_| {})?;
    let identity = Identity::parse(&files.identity).map_err(|_| Trouble::Failed)?;
    let first_name = identity.given_names.split(' ').next().unwrap_or_default().to_owned();
    let data = *card.data();
    Ok(CardRead {
        files,
        serial: data.serial,
        generation: data.generation,
        activated: data.activated,
        tries,
        pad: card.has_pad(),
        first_name,
        surname: identity.surname,
    })
}

/// A chip's answer to a challenge drawn for it: only the chip that the card was issued with can give it.
pub struct ChipAnswer {
    pub challenge: [u8; 48],
    /// r‖s, 96 bytes.
    pub signature: Vec<u8>,
}

/// Asks the chip to prove itself. No PIN; `None` on applet 1.7, which cannot.
///
/// # Errors
/// What the card or its reader did not do.
pub fn ask_chip(transport: &mut dyn Transport) -> Result<Option<ChipAnswer>, Trouble> {
    let mut card = Card::open(transport)?;
    if card.data().generation == Generation::V1_7 {
        return Ok(None);
    }
    let mut challenge = [0; 48];
    aws_lc_rs::rand::fill(&mut challenge).map_err(|_| Trouble::Failed)?;
    let signature = card.internal_authenticate(&token::challenge_hash(&challenge))?;
    Ok(Some(ChipAnswer { challenge, signature }))
}

/// The card can take part: activated, with a certificate to sign with and a PIN that still works.
pub(crate) fn fit(read: CardRead) -> Result<CardRead, Trouble> {
    if !read.activated {
        return Err(Trouble::End(Failure::CARD_NOT_ACTIVATED));
    }
    if read.files.authentication.is_empty() {
        return Err(Trouble::End(Failure::of_server("certificate_purpose", None)));
    }
    if read.tries == 0 { Err(Trouble::End(Failure::PIN_BLOCKED)) } else { Ok(read) }
}

fn tries<T: Transport>(card: &mut Card<T>) -> Result<u8, Trouble> {
    if !card.data().activated {
        return Ok(card.data().pin_tries.unwrap_or(0));
    }
    Ok(match card.pin_tries()? {
        PinState::Left(left) => left,
        PinState::Blocked => 0,
        // Another program presented the PIN: the counter is full again.
        PinState::Verified => card.data().pin_tries.unwrap_or(3),
    })
}

/// Presents the PIN once and signs; the card has forgotten the PIN afterwards, whatever happened.
pub(crate) fn sign(
    transport: &mut dyn Transport,
    read: &CardRead,
    entry: &Entry,
    origin: &str,
    nonce: &str,
    challenge: &[u8; 48],
) -> Result<Signed, Trouble> {
    let mut card = Card::open(transport)?;
    if card.data().serial != read.serial {
        return Err(Trouble::OtherCard);
    }
    let signed = with_pin(&mut card, read, entry, origin, nonce, challenge);
    // The reset after us forgets the PIN too, should this not arrive.
    let _ = card.log_off();
    signed
}

fn with_pin<T: Transport>(
    card: &mut Card<T>,
    read: &CardRead,
    entry: &Entry,
    origin: &str,
    nonce: &str,
    challenge: &[u8; 48],
) -> Result<Signed, Trouble> {
    match entry {
        Entry::Typed(pin) => card.verify(pin)?,
        Entry::OnPad => card.verify_on_pad()?,
    }
    let (algorithm, suite) = (card.algorithm(), suite(card.algorithm()));
    let signature = card.sign_authentication(algorithm, &token::to_sign(suite, origin, nonce))?;
    let chip = match card.data().generation {
        Generation::V1_7 => None,
        Generation::V1_8 => Some(card.internal_authenticate(&token::challenge_hash(challenge))?),
    };
    Ok(Signed { token: token::token(suite, &read.files.authentication, &signature), chip })
}

fn suite(algorithm: SignatureAlgorithm) -> Suite {
    match algorithm {
        SignatureAlgorithm::RsaSha256 => Suite::Rs256,
        SignatureAlgorithm::EcdsaSha384 => Suite::Es384,
    }
}
