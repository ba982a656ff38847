//! What a world keeps between two starts beside its databases: ports and secrets.

use std::net::TcpListener;
use std::path::Path;

use protocol::jose::{SigningKey, b64u};
use serde::{Deserialize, Serialize};

use crate::wire::fill;

/// Ports of one world; kept, so that a second start finds cookies and phones where they were.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Ports {
    pub story: u16,
    pub issuer: u16,
    pub app: u16,
    pub service: u16,
    pub bank: u16,
    pub inbox: u16,
    pub ops: u16,
    /// Revocation answers of the test PKI; 0 in a file from before there was one.
    #[serde(default)]
    pub register: u16,
    /// The helpdesk's console, on this machine alone; 0 in a file from before there was one.
    #[serde(default)]
    pub console: u16,
    /// The certificate to trust, over plain HTTP; asked in a LAN world only.
    #[serde(default)]
    pub trust: u16,
    /// The services beside the municipality; 0 in a file from before there were any.
    #[serde(default)]
    pub energy: u16,
    #[serde(default)]
    pub housing: u16,
    #[serde(default)]
    pub fund: u16,
}

/// Secrets of the world's other people.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    pub service_key: String,
    pub script_secret: String,
    pub gateway_token: String,
}

impl Ports {
    /// The kept ones, or `base` and those after it; 0 takes free ones.
    pub fn kept(file: &Path, base: u16) -> Result<Ports, String> {
        let mut ports = remembered(file, || Ports::choose(base))?;
        if ports.register == 0 {
            (ports.register, ports.trust) = (ports.story.saturating_add(6), ports.story.saturating_add(10));
        }
        if ports.console == 0 {
            ports.console = ports.story.saturating_add(7);
        }
        if ports.fund == 0 {
            let after = |offset| ports.story.saturating_add(offset);
            (ports.energy, ports.housing, ports.fund) = (after(11), after(12), after(13));
        }
        Ok(ports)
    }

    fn choose(base: u16) -> Result<Ports, String> {
        let mut held = Vec::new();
        let mut next = |offset: u16| -> Result<u16, String> {
            if base != 0 {
                return base.checked_add(offset).ok_or_else(|| "that port is too high".to_owned());
            }
            let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
            let port = listener.local_addr().map_err(|e| e.to_string())?.port();
            held.push(listener);
            Ok(port)
        };
        Ok(Ports {
            story: next(0)?,
            issuer: next(1)?,
            app: next(2)?,
            service: next(3)?,
            bank: next(4)?,
            inbox: next(5)?,
            register: next(6)?,
            console: next(7)?,
            ops: next(9)?,
            trust: next(10)?,
            energy: next(11)?,
            housing: next(12)?,
            fund: next(13)?,
        })
    }
}

impl Secrets {
    pub fn make() -> Result<Secrets, String> {
        let secret = || {
            let mut bytes = [0; 24];
            fill(&mut bytes);
            b64u(bytes)
        };
        let key = SigningKey::generate("svc").and_then(|k| k.scalar()).map_err(|e| e.to_string())?;
        Ok(Secrets { service_key: b64u(&*key), script_secret: secret(), gateway_token: secret() })
    }
}

/// Reads `path`, or makes the value and keeps it there, readable by its owner alone.
pub fn remembered<T: Serialize + for<'a> Deserialize<'a>>(
    path: &Path,
    make: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()));
    }
    let value = make()?;
    let text = serde_json::to_string_pretty(&value).map_err(|e| e.to_string())?;
    private(path, &text)?;
    Ok(value)
}

/// Writes a file that its owner alone may read.
pub fn private(path: &Path, text: &str) -> Result<(), String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let written = || {
        let _ = std::fs::remove_file(path);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())
    };
    written().map_err(|e: std::io::Error| format!("{}: {e}", path.display()))
}
