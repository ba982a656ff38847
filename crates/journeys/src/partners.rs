//! The partners that this server knows, replaced as a whole when one changes.

use std::sync::{Arc, PoisonError, RwLock};

use protocol::oidc::partner::{Partner, Partners};

/// Shared; reading takes no longer than a clone.
#[derive(Default)]
pub struct Registry(RwLock<Arc<Partners>>);

impl Registry {
    pub fn new(partners: Partners) -> Registry {
        Registry(RwLock::new(Arc::new(partners)))
    }

    /// All of them, as they are now.
    pub fn all(&self) -> Arc<Partners> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn find(&self, id: &str) -> Option<Arc<Partner>> {
        self.all().find(id)
    }

    pub fn replace(&self, partners: Partners) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(partners);
    }
}
