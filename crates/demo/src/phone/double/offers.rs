//! The small operator's part in requests that wait for a phone to take them.

use protocol::jose::b64u;
use protocol::phone::{Request, id};
use serde_json::{Value, json};

use super::{Inner, World};

impl World {
    /// A page shows a code; answers what it says.
    pub(in super::super) fn offer(&self, change: impl FnOnce(&mut Request)) -> String {
        let mut w = self.lock();
        let mut request = w.login(id("apr", &[u8::try_from(100 + w.counted).unwrap(); 16]));
        request.wants_match = false;
        change(&mut request);
        let text = format!("{}/q#{}.7.{}", self.address, request.rid, b64u([1; 16]));
        w.offered.push(request);
        text
    }
}

impl Inner {
    pub(super) fn scan(&mut self, text: &str) -> (u16, Value) {
        match self.offered.iter().position(|r| text.contains(&r.rid)) {
            Some(at) => {
                let request = self.offered.remove(at);
                let rid = request.rid.clone();
                self.waiting.push(request);
                (200, json!({ "rid": rid }))
            }
            None => (409, json!({ "error": "taken" })),
        }
    }
}
