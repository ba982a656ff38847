//! The card program in the panel: the same screens as in its window, drawn as a page.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use eid_session::{Conversation, Failure, Pace, Server, Start, Step, activate, desk};

use super::bay::{Bay, InBay};

/// Reaches the server; called on the activation's own thread.
pub type Connect = Arc<dyn Fn() -> Result<Box<dyn Server + Send>, Failure> + Send + Sync>;

/// Between two questions how it ended: the server is next door.
const POLL: Duration = Duration::from_millis(500);

#[derive(Default)]
pub(super) struct Program {
    pub(super) talk: Conversation,
    /// Address for the person's browser, until the panel has opened it.
    open: Arc<Mutex<Option<String>>>,
}

impl Program {
    /// A code was typed.
    pub(super) fn start(&mut self, typed: &str, connect: &Connect, bay: &Arc<Bay>, per_command: Duration) {
        let Some(start) = Start::from_code(typed) else {
            return self.talk.goes_to(Step::Code(Some(Failure::CODE_INVALID)));
        };
        self.open = Arc::default();
        let open = Arc::clone(&self.open);
        let keep = move |url: &str| {
            *open.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.to_owned());
            true
        };
        // The panel asks by itself, so nothing has to be woken.
        let (mut side, front) = desk(Box::new(|| {}), Box::new(keep));
        let (connect, mut reader) = (Arc::clone(connect), InBay::new(Arc::clone(bay), per_command));
        std::thread::spawn(move || {
            let end = connect().and_then(|mut server| {
                activate(&mut *server, &mut reader, &mut side, &start, Pace { poll: POLL, ..Pace::default() })
            });
            side.over(end);
        });
        self.talk.begins(front);
    }

    /// What the browser is to open, once.
    pub(super) fn take_open(&mut self) -> Option<String> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
