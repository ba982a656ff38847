//! A PostgreSQL of one's own, in a temporary folder, for tests: started by the first who asks, stopped with the process.
//!
//! Needs Debian's `postgresql` package (15). As root it runs under the package's `postgres` user, for it refuses root.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

struct Server {
    folder: PathBuf,
    child: std::sync::Mutex<Child>,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static MAKING: std::sync::Mutex<()> = std::sync::Mutex::new(());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A URL of a fresh, empty database on this process's server.
///
/// # Panics
/// When PostgreSQL is not installed or does not start: a test that cannot run must fail.
#[expect(clippy::panic, clippy::expect_used, reason = "a test's tool: failing loudly is its work")]
pub fn database() -> String {
    let server = SERVER.get_or_init(|| start().unwrap_or_else(|why| panic!("PostgreSQL did not start: {why}")));
    // Two CREATE DATABASE at once refuse each other over the template.
    let _one_at_a_time = MAKING.lock();
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let socket = server.folder.display();
    let made = Command::new("psql")
        .args([
            "-h",
            &socket.to_string(),
            "-U",
            "zelf",
            "-d",
            "postgres",
            "-qc",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        ])
        .status()
        .expect("psql runs");
    assert!(made.success(), "CREATE DATABASE {name}");
    format!("host={socket} user=zelf dbname={name}")
}

/// Process id of the running server, for benchmarks that count its CPU time.
pub fn server_pid() -> Option<u32> {
    SERVER.get().and_then(|s| s.child.lock().ok().map(|c| c.id()))
}

fn bin(tool: &str) -> PathBuf {
    let found = ["15", "16", "17", "14"].iter().map(|v| PathBuf::from(format!("/usr/lib/postgresql/{v}/bin/{tool}")));
    found.into_iter().find(|p| p.exists()).unwrap_or_else(|| PathBuf::from(tool))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}

/// `program`, under the `postgres` user when we are root.
fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

fn start() -> Result<Server, String> {
    let folder = tempfile::Builder::new().prefix("zelf-pg-").tempdir().map_err(|e| e.to_string())?.keep();
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&folder))?;
    }
    let data = folder.join("data");
    run(command(&bin("initdb")).args(["-U", "zelf", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"]).arg(&data))?;
    let mut child = command(&bin("postgres"))
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(&folder)
        .args(["-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=off"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    let socket = folder.join(".s.PGSQL.5432");
    let until = Instant::now() + Duration::from_secs(30);
    while !socket.exists() || !ready(&folder) {
        if Instant::now() > until || child.try_wait().is_ok_and(|s| s.is_some()) {
            return Err(format!("no answer in {}", folder.display()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    watch(child.id(), &folder);
    Ok(Server { folder, child: std::sync::Mutex::new(child) })
}

fn ready(folder: &Path) -> bool {
    let mut probe = Command::new(bin("pg_isready"));
    probe.arg("-h").arg(folder).args(["-U", "zelf", "-q"]).status().is_ok_and(|s| s.success())
}

fn run(command: &mut Command) -> Result<(), String> {
    let out = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().map_err(|e| format!("{command:?}: {e}"))?;
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

/// Statics are not dropped, so a small shell outlives us, stops the server and removes its folder.
fn watch(server: u32, folder: &Path) {
    let script = format!(
        "while kill -0 {me} 2>/dev/null; do sleep 1; done; kill -INT {server} 2>/dev/null; sleep 1; rm -rf '{folder}'",
        me = std::process::id(),
        folder = folder.display()
    );
    let _ = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
