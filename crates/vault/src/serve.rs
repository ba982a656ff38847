//! The vault in a process of its own, over a Unix socket; or in this one. The rest of the house sees a [`Client`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use protocol::jose::Jwk;
use protocol::phone::{Answer, Answered, Verified};
use protocol::seal::Sealed;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Mutex;

use crate::{Attempt, BioCredential, Draft, Enrolment, Issued, StagedCode, Standing, Vault, VaultError, Verdict};

/// No call or reply is larger.
const MAX_FRAME: u32 = 256 * 1024;
/// Connections kept open.
const IDLE: usize = 16;

#[derive(Serialize, Deserialize)]
enum Call {
    Keys,
    Enrol(Box<Enrolment>, i64),
    Issue { device: String, head: String, drafts: Vec<Draft> },
    Attempt(Box<Attempt>, i64),
    Status(String),
    Revoke(String),
    Erase(String),
    SetBio { device: String, credential: Option<BioCredential> },
    StageCode { device: String, change: String, sealed: Sealed },
    PromoteCode { device: String, change: String },
    DropStaged(String),
    Attest { answered: Box<Answered>, sub: String },
}

/// A vault to call.
#[derive(Clone)]
pub enum Client {
    Here(Arc<Vault>),
    Socket(Arc<Socket>),
}

/// A vault behind a Unix socket.
pub struct Socket {
    path: PathBuf,
    idle: Mutex<Vec<UnixStream>>,
}

impl Client {
    pub fn socket(path: &Path) -> Client {
        Client::Socket(Arc::new(Socket { path: path.to_owned(), idle: Mutex::default() }))
    }

    pub async fn keys_document(&self) -> Result<(String, Jwk), VaultError> {
        match self {
            Client::Here(vault) => Ok(vault.keys_document()),
            Client::Socket(socket) => socket.call(&Call::Keys).await,
        }
    }

    pub async fn enrol(&self, enrolment: Enrolment, now: i64) -> Result<String, VaultError> {
        match self {
            Client::Here(vault) => vault.enrol(enrolment, now).await,
            Client::Socket(socket) => socket.call(&Call::Enrol(Box::new(enrolment), now)).await,
        }
    }

    pub async fn issue(&self, device: String, head: String, drafts: Vec<Draft>) -> Result<Issued, VaultError> {
        match self {
            Client::Here(vault) => vault.issue(device, head, drafts).await,
            Client::Socket(socket) => socket.call(&Call::Issue { device, head, drafts }).await,
        }
    }

    pub async fn attempt(&self, attempt: Attempt, now: i64) -> Result<Verdict, VaultError> {
        match self {
            Client::Here(vault) => vault.attempt(attempt, now).await,
            Client::Socket(socket) => socket.call(&Call::Attempt(Box::new(attempt), now)).await,
        }
    }

    /// As [`Client::attempt`] with what M2 was verified to say; a vault in a process of its own believes only what it verified.
    pub async fn attempt_verified(
        &self,
        attempt: Attempt,
        answer: Verified<Answer>,
        now: i64,
    ) -> Result<Verdict, VaultError> {
        match self {
            Client::Here(vault) => vault.attempt_read(attempt, Some(answer), now).await,
            Client::Socket(_) => self.attempt(attempt, now).await,
        }
    }

    pub async fn status(&self, device: String) -> Result<Standing, VaultError> {
        match self {
            Client::Here(vault) => vault.status(device).await,
            Client::Socket(socket) => socket.call(&Call::Status(device)).await,
        }
    }

    pub async fn revoke(&self, device: String) -> Result<(), VaultError> {
        match self {
            Client::Here(vault) => vault.revoke(device).await,
            Client::Socket(socket) => socket.call(&Call::Revoke(device)).await,
        }
    }

    /// As [`Vault::erase`].
    pub async fn erase(&self, device: String) -> Result<(), VaultError> {
        match self {
            Client::Here(vault) => vault.erase(device).await,
            Client::Socket(socket) => socket.call(&Call::Erase(device)).await,
        }
    }

    /// As [`Vault::set_bio`].
    pub async fn set_bio(&self, device: String, credential: Option<BioCredential>) -> Result<(), VaultError> {
        match self {
            Client::Here(vault) => vault.set_bio(device, credential).await,
            Client::Socket(socket) => socket.call(&Call::SetBio { device, credential }).await,
        }
    }

    /// As [`Vault::stage_code`].
    pub async fn stage_code(&self, device: String, change: String, sealed: Sealed) -> Result<StagedCode, VaultError> {
        match self {
            Client::Here(vault) => vault.stage_code(device, change, sealed).await,
            Client::Socket(socket) => socket.call(&Call::StageCode { device, change, sealed }).await,
        }
    }

    /// As [`Vault::promote_code`].
    pub async fn promote_code(&self, device: String, change: String) -> Result<bool, VaultError> {
        match self {
            Client::Here(vault) => vault.promote_code(device, change).await,
            Client::Socket(socket) => socket.call(&Call::PromoteCode { device, change }).await,
        }
    }

    /// As [`Vault::drop_staged`].
    pub async fn drop_staged(&self, device: String) -> Result<(), VaultError> {
        match self {
            Client::Here(vault) => vault.drop_staged(device).await,
            Client::Socket(socket) => socket.call(&Call::DropStaged(device)).await,
        }
    }

    /// As [`Vault::attest`].
    pub async fn attest(&self, answered: Answered, sub: String) -> Result<String, VaultError> {
        match self {
            Client::Here(vault) => vault.attest(&answered, &sub),
            Client::Socket(socket) => socket.call(&Call::Attest { answered: Box::new(answered), sub }).await,
        }
    }
}

impl Socket {
    /// A line that is open and quiet. One that the vault closed (it was restarted) reads as ended: a call on it would be
    /// lost, and nobody could say whether it was counted.
    async fn parked(&self) -> Option<UnixStream> {
        let mut idle = self.idle.lock().await;
        while let Some(stream) = idle.pop() {
            if stream.try_read(&mut [0]).is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock) {
                return Some(stream);
            }
        }
        None
    }

    async fn call<T: DeserializeOwned>(&self, call: &Call) -> Result<T, VaultError> {
        let mut stream = match self.parked().await {
            Some(stream) => stream,
            None => UnixStream::connect(&self.path).await.map_err(failed)?,
        };
        write_frame(&mut stream, call).await?;
        let reply = read_frame::<Result<T, VaultError>>(&mut stream).await?;
        let mut idle = self.idle.lock().await;
        if idle.len() < IDLE {
            idle.push(stream);
        }
        reply.ok_or_else(|| VaultError::Failed("the vault closed the line".into()))?
    }
}

/// Answers calls at `path` until the task is dropped. Only the socket file's owner and group can reach it.
pub async fn serve(vault: Arc<Vault>, path: &Path) -> std::io::Result<()> {
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o660))?;
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Out of file handles, say: callers wait, the vault lives on.
            Err(error) => {
                tracing::warn!(%error, "a vault connection could not be taken");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        let vault = Arc::clone(&vault);
        tokio::spawn(async move {
            if let Err(error) = converse(&vault, stream).await {
                tracing::warn!(%error, "a vault connection ended");
            }
        });
    }
}

async fn converse(vault: &Arc<Vault>, mut stream: UnixStream) -> Result<(), VaultError> {
    while let Some(call) = read_frame::<Call>(&mut stream).await? {
        match call {
            Call::Keys => write_frame(&mut stream, &Ok::<_, VaultError>(vault.keys_document())).await?,
            Call::Enrol(enrolment, now) => write_frame(&mut stream, &vault.enrol(*enrolment, now).await).await?,
            Call::Issue { device, head, drafts } => {
                write_frame(&mut stream, &vault.issue(device, head, drafts).await).await?;
            }
            Call::Attempt(attempt, now) => write_frame(&mut stream, &vault.attempt(*attempt, now).await).await?,
            Call::Status(device) => write_frame(&mut stream, &vault.status(device).await).await?,
            Call::Revoke(device) => write_frame(&mut stream, &vault.revoke(device).await).await?,
            Call::Erase(device) => write_frame(&mut stream, &vault.erase(device).await).await?,
            Call::SetBio { device, credential } => {
                write_frame(&mut stream, &vault.set_bio(device, credential).await).await?;
            }
            Call::StageCode { device, change, sealed } => {
                write_frame(&mut stream, &vault.stage_code(device, change, sealed).await).await?;
            }
            Call::PromoteCode { device, change } => {
                write_frame(&mut stream, &vault.promote_code(device, change).await).await?;
            }
            Call::DropStaged(device) => write_frame(&mut stream, &vault.drop_staged(device).await).await?,
            Call::Attest { answered, sub } => write_frame(&mut stream, &vault.attest(&answered, &sub)).await?,
        }
    }
    Ok(())
}

fn failed(e: impl std::fmt::Display) -> VaultError {
    VaultError::Failed(e.to_string())
}

async fn write_frame<T: Serialize>(stream: &mut UnixStream, value: &T) -> Result<(), VaultError> {
    let body = serde_json::to_vec(value).map_err(failed)?;
    let length = u32::try_from(body.len()).map_err(failed)?;
    stream.write_all(&[&length.to_be_bytes()[..], &body].concat()).await.map_err(failed)
}

/// `None` at a clean end.
async fn read_frame<T: DeserializeOwned>(stream: &mut UnixStream) -> Result<Option<T>, VaultError> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(failed(e)),
    }
    let length = u32::from_be_bytes(length);
    if length > MAX_FRAME {
        return Err(VaultError::Malformed);
    }
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body).await.map_err(failed)?;
    serde_json::from_slice(&body).map(Some).map_err(failed)
}
