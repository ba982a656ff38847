//! What doors share.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use journeys::World;
use pages::help::Local;
use protocol::oidc::Mount;
use protocol::oidc::discovery::{self, Offer};

use crate::limits::{Limits, Rates};
use crate::oidc::Polls;
use crate::site::help::HelpShelf;

/// How the doors stand open.
#[derive(Clone, Debug)]
pub struct DoorSettings {
    /// Origins that may show us in a frame (the demo's story page); none by default.
    pub frame_ancestors: Vec<String>,
    /// A proxy in front says who calls in `X-Forwarded-For`; its last entry is believed.
    pub behind_proxy: bool,
    /// The proxy says in this header which client certificate it saw; only believed behind one.
    pub client_certificate_header: Option<String>,
    /// Whose client certificates count by their name (RFC 8705 §2.1).
    pub authorities: crate::oidc::Authorities,
    pub rates: Rates,
    /// Where people get the card program; without it the activation page cannot say.
    pub card_program: Option<String>,
}

/// The built phone app: path → (content type, bytes).
pub struct AppFiles(HashMap<String, (&'static str, Vec<u8>)>);

impl AppFiles {
    /// Reads a folder once, at start.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn read(folder: &Path) -> std::io::Result<AppFiles> {
        let mut files = HashMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(current) = folders.pop() {
            for entry in std::fs::read_dir(&current)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(name) = path.strip_prefix(folder) {
                    let name = format!("/{}", name.to_string_lossy());
                    files.insert(name.clone(), (media_type(&name), std::fs::read(&path)?));
                }
            }
        }
        Ok(AppFiles(files))
    }

    /// No app: the API alone.
    pub fn none() -> AppFiles {
        AppFiles(HashMap::new())
    }

    /// Paths of all files, each with its leading `/`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn get(&self, path: &str) -> Option<&(&'static str, Vec<u8>)> {
        // A request's code (`/q#…`) and link (`/r#…`) open the app itself.
        self.0.get(if matches!(path, "/" | "/q" | "/r" | "/d") { "/index.html" } else { path })
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The state every handler gets, and every layer before it: one count to clone, not one for each part.
#[derive(Clone)]
pub struct Doors(Arc<DoorParts>);

/// What [`Doors`] are made of.
#[derive(Clone)]
pub struct DoorParts {
    pub world: World,
    pub settings: Arc<DoorSettings>,
    pub limits: Arc<Limits>,
    pub app: Arc<AppFiles>,
    pub help: Arc<HelpShelf>,
    pub metadata: Arc<Metadata>,
    /// When partners looked for answers last.
    pub polls: Arc<Polls>,
}

/// The metadata documents, written once: settings do not change while we run.
pub struct Metadata {
    pub standard: Bytes,
    pub compat: Bytes,
}

impl Metadata {
    fn of(world: &World) -> Metadata {
        let settings = &world.settings;
        let offer = Offer {
            issuer: settings.issuer.clone(),
            mtls: settings.tokens.mtls_issuer.clone(),
            registration: settings.registration.initial_token.is_some(),
        };
        let document = |mount| Bytes::from(discovery::metadata(mount, &offer).to_string());
        Metadata { standard: document(Mount::Standard), compat: document(Mount::Compat) }
    }
}

impl Deref for Doors {
    type Target = DoorParts;

    fn deref(&self) -> &DoorParts {
        &self.0
    }
}

impl Doors {
    pub fn new(world: World, settings: DoorSettings, app: AppFiles) -> Doors {
        pages::layout::label_test_world(world.settings.test_world);
        let limits = Arc::new(Limits::new(settings.rates));
        let help = HelpShelf::new(Local::default(), &world, AppFiles::none());
        let metadata = Arc::new(Metadata::of(&world));
        let polls = Arc::new(Polls::default());
        Doors(Arc::new(DoorParts {
            world,
            settings: Arc::new(settings),
            limits,
            app: Arc::new(app),
            help,
            metadata,
            polls,
        }))
    }

    /// With what the operator told about help, and the printed guides.
    pub fn with_help(self, local: Local, guides: AppFiles) -> Doors {
        let help = HelpShelf::new(local, &self.world, guides);
        Doors(Arc::new(DoorParts { help, ..DoorParts::clone(&self) }))
    }

    /// Cookies may only travel over TLS; on loopback without it the prefix would make browsers drop them.
    pub fn secure(&self) -> bool {
        self.world.settings.issuer.starts_with("https://")
    }
}
