//! Why a journey did not go on. Doors decide how the world reads it.

use domain::refusal::Refusal;
use protocol::jose::JoseError;
use protocol::phone::{DeviceStatus, View};
use store::StoreError;
use vault::VaultError;

#[derive(Debug)]
pub enum Failure {
    /// A rule said no.
    Refused(Refusal),
    /// Not the step that is due; where the activation really stands.
    WrongStep(Box<View>),
    /// The command's nonce is missing or old.
    UseNonce,
    /// No such phone, activation, or it was cut off.
    DeviceUnknown,
    /// This phone acts no more; only it is told.
    DeviceEnded {
        why: String,
        at: i64,
    },
    BadSignature,
    Malformed,
    TooLarge,
    /// The phone and we disagree on its last receipt.
    OutOfStep {
        head: String,
        seq: i64,
    },
    /// The request is no longer open.
    Gone,
    /// Code or number was wrong.
    NotAccepted(DeviceStatus),
    /// Too early after wrong codes.
    MustWait(DeviceStatus),
    BankUnreachable,
    /// The same thing is being done right now; or the database could not.
    Busy,
    /// Ours to mend; the text goes to the log.
    Internal(String),
}

impl From<Refusal> for Failure {
    fn from(r: Refusal) -> Self {
        Failure::Refused(r)
    }
}

impl From<StoreError> for Failure {
    fn from(e: StoreError) -> Self {
        Failure::Internal(e.to_string())
    }
}

impl From<db::DbError> for Failure {
    fn from(e: db::DbError) -> Self {
        Failure::Internal(e.to_string())
    }
}

impl From<JoseError> for Failure {
    fn from(e: JoseError) -> Self {
        match e {
            JoseError::BadSignature | JoseError::UnknownKey => Failure::BadSignature,
            JoseError::TooLarge => Failure::TooLarge,
            _ => Failure::Malformed,
        }
    }
}

impl From<VaultError> for Failure {
    fn from(e: VaultError) -> Self {
        match e {
            VaultError::Unknown => Failure::DeviceUnknown,
            VaultError::Malformed => Failure::Malformed,
            VaultError::Expired => Failure::Gone,
            VaultError::OutOfStep { seq } => Failure::OutOfStep { head: String::new(), seq },
            VaultError::Busy => Failure::Busy,
            VaultError::Failed(why) => Failure::Internal(why),
        }
    }
}
