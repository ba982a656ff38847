//! The way to the chip.

/// A way to the chip: a PC/SC reader, a virtual card in memory, a scripted double.
pub trait Transport {
    /// Sends one short command APDU; gives the answer as the reader gave it, status word last. `61xx` and `6Cxx` may come
    /// through; [`TransportError`] says what the reader could not do.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Asks the PIN on the reader's own keys, where it has any: `None` when it has none. Gives the status word.
    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        None
    }

    /// The reader has keys of its own.
    fn has_pad(&self) -> bool {
        false
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        (**self).verify_on_pad()
    }

    fn has_pad(&self) -> bool {
        (**self).has_pad()
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        (**self).verify_on_pad()
    }

    fn has_pad(&self) -> bool {
        (**self).has_pad()
    }
}

/// What a reader could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// Card pulled out, or reader unplugged.
    Removed,
    /// Another program reset the card: start over.
    Reset,
    /// The person pressed the reader's cancel key, or waited too long.
    Cancelled,
    TimedOut,
    /// Anything else.
    Failed,
}
