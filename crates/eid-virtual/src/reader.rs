//! A card reader of our own: a `pcscd` with the `vpcd` driver that nobody else sees, for tests and the demo.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::VirtualCard;
use crate::vpcd::{self, Pull};

/// Environment variable that leads a PC/SC program to a daemon of its own.
pub const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// Debian's place for the driver, architecture left out.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// How long the daemon may take to open its reader.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where readers look for their two ports, and how many there are.
const FIRST_PORT: u16 = 20_000;
const PLACES: u32 = 12_000;

/// A running reader; dropping it stops the daemon.
///
/// The driver listens on all addresses of the machine: anybody near can put a card in. It holds no secrets.
pub struct Reader {
    daemon: Child,
    socket: PathBuf,
    address: String,
}

/// A card in the reader; dropping it pulls the card out.
pub struct Inserted {
    pull: Pull,
    served: Option<JoinHandle<VirtualCard>>,
}

impl Reader {
    /// Whether this machine has what it takes (Debian: `pcscd`, `vsmartcard-vpcd`).
    pub fn possible() -> bool {
        daemon().is_some() && Path::new(DRIVER).exists()
    }

    /// Starts `pcscd` in `folder`, which must be short enough for a socket's path (100 bytes) and gets configuration, socket and log.
    pub fn start(folder: &Path) -> io::Result<Reader> {
        let daemon = daemon().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "pcscd is not installed"))?;
        let port = free_ports()?;
        std::fs::create_dir_all(folder.join("readers"))?;
        let folder = &folder.canonicalize()?;
        let drivers = folder.join("readers");
        std::fs::write(drivers.join("vpcd"), configuration(port))?;
        // The daemon wants its folder even where it uses nothing of it.
        let _ = std::fs::create_dir_all("/run/pcscd");
        let socket = folder.join("pcscd.sock");
        let _ = std::fs::remove_file(&socket);
        let listener = OwnedFd::from(UnixListener::bind(&socket)?);
        let log = File::create(folder.join("pcscd.log"))?;
        // Sockets come to it as to a systemd service: as descriptor 3, named in LISTEN_FDS, LISTEN_PID being its own.
        let daemon = Command::new("sh")
            .args(["-c", "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" -f -c \"$1\""])
            .arg(daemon)
            .arg(&drivers)
            .stdin(Stdio::from(listener))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Reader { daemon, socket, address: format!("127.0.0.1:{port}") })
    }

    /// Value of [`SOCKET_VARIABLE`] for programs that shall see this reader.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Where a card connects: `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A program that sees this reader and no other.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env(SOCKET_VARIABLE, &self.socket);
        command
    }

    /// Puts a card in; programs see it within about a second.
    pub fn insert(&self, mut card: VirtualCard) -> io::Result<Inserted> {
        let inserted = vpcd::insert_patiently(&self.address, PATIENCE)?;
        let pull = inserted.pull()?;
        let serve = move || {
            // However the connection ends, the card is out.
            let _ = inserted.serve(&mut card);
            card
        };
        Ok(Inserted { pull, served: Some(std::thread::spawn(serve)) })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
        let _ = std::fs::remove_file(&self.socket);
    }
}

impl Inserted {
    /// Pulls the card out and gives it back, with its PIN counter.
    pub fn pull_out(mut self) -> Option<VirtualCard> {
        self.pull.out();
        self.served.take()?.join().ok()
    }
}

impl Drop for Inserted {
    fn drop(&mut self) {
        self.pull.out();
    }
}

fn daemon() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    places.map(|place| place.join("pcscd")).find(|program| program.is_file())
}

/// The driver takes two ports, one per slot, and opens them a while after we looked. They lie below those that the system gives
/// to connections (from 32768 on), and every reader of this machine begins to look elsewhere: otherwise two readers that start
/// together, or any connection in between, could take each other's.
fn free_ports() -> io::Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(32);
    for _ in 0..200 {
        let at = begin.wrapping_add(NEXT.fetch_add(2, Ordering::Relaxed)) % PLACES;
        let port = FIRST_PORT + u16::try_from(at & !1).unwrap_or(0);
        if [port, port + 1].into_iter().all(|port| TcpListener::bind(("0.0.0.0", port)).is_ok()) {
            return Ok(port);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no two free ports side by side"))
}

fn configuration(port: u16) -> String {
    let mut text = String::from("FRIENDLYNAME \"Virtual reader\"\n");
    let _ = writeln!(text, "DEVICENAME /dev/null:0x{port:04X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:04X}");
    text
}
