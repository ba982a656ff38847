//! The server under test: a real `zelf serve` in a process of its own, with a fresh database.

use std::collections::HashMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;

use super::{Fail, config, proc};

/// Longest wait for the server to answer after its start.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Where everything of one run lies.
pub struct Site {
    pub folder: PathBuf,
    pub issuer: String,
    config: PathBuf,
    binary: PathBuf,
    ops: String,
}

impl Site {
    /// Writes the config; every port is free a moment before the server takes it.
    pub fn lay_out(folder: &Path, binary: &Path, database: Option<&str>, partners: &str) -> Result<Self, Fail> {
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let ports = config::Ports { issuer: free_port()?, app: free_port()?, ops: free_port()? };
        let text = config::write(&folder, &ports, database, partners)?;
        let path = folder.join("zelf.toml");
        fs::write(&path, text)?;
        Ok(Site { issuer: ports.issuer_url(), ops: ports.ops_url(), config: path, binary: binary.to_owned(), folder })
    }

    /// `zelf seed`: accounts whose phones this program can compute, spread over those of people who never come.
    pub fn seed(&self, accounts: u64, active: u64, seed: &str) -> Result<Duration, Fail> {
        let start = Instant::now();
        let mut command = self.command("seed", "seed.log")?;
        let status = command
            .args(["--accounts", &accounts.to_string(), "--active", &active.to_string(), "--seed", seed])
            .status()?;
        if !status.success() {
            return Err(format!("zelf seed failed, see {}", self.folder.join("seed.log").display()).into());
        }
        Ok(start.elapsed())
    }

    /// Starts the server; answers it and the time from start to the first 200 on `/health`.
    pub async fn start(&self, http: &Client) -> Result<(Server, Duration), Fail> {
        let start = Instant::now();
        let child = self.command("serve", "serve.log")?.spawn()?;
        let mut server = Server { child, ops: self.ops.clone(), http: http.clone() };
        let health = format!("{}/health", self.ops);
        while start.elapsed() < START_LIMIT {
            if http.get(&health).send().await.is_ok_and(|a| a.status().is_success()) {
                return Ok((server, start.elapsed()));
            }
            if server.child.try_wait()?.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err(format!("zelf serve did not come up, see {}", self.folder.join("serve.log").display()).into())
    }

    fn command(&self, verb: &str, log: &str) -> Result<Command, Fail> {
        let log = File::options().create(true).append(true).open(self.folder.join(log))?;
        let mut command = Command::new(&self.binary);
        command.arg(verb).arg("--config").arg(&self.config).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    ops: String,
    http: Client,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn rss_kib(&self) -> u64 {
        proc::rss_kib(self.pid())
    }

    /// Counters of the ops listener's `/metrics` by name; those with labels are summed.
    pub async fn counters(&self) -> Result<HashMap<String, f64>, Fail> {
        Ok(parse_metrics(&self.metrics().await?))
    }

    pub async fn metrics(&self) -> Result<String, Fail> {
        let url = format!("{}/metrics", self.ops);
        Ok(self.http.get(url).send().await?.error_for_status()?.text().await?)
    }

    /// As a power cut would: no farewell.
    pub fn kill(mut self) -> Result<(), Fail> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prometheus text format: `name{labels} value`; each series, and the sum of all of one name.
fn parse_metrics(text: &str) -> HashMap<String, f64> {
    let mut sums = HashMap::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let name = series.split('{').next().unwrap_or(series);
        if let Ok(value) = value.parse::<f64>() {
            *sums.entry(name.to_owned()).or_insert(0.0) += value;
            if name.len() < series.len() {
                sums.insert(series.to_owned(), value);
            }
        }
    }
    sums
}

fn free_port() -> Result<u16, Fail> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::parse_metrics;

    #[test]
    fn series_of_one_name_are_summed() {
        let read = parse_metrics("# HELP a b\na{x=\"1\"} 2\na{x=\"2\"} 3\nb 1.5\n\nc\nd x");
        assert_eq!(read.get("a"), Some(&5.0));
        assert_eq!(read.get("a{x=\"2\"}"), Some(&3.0));
        assert_eq!(read.get("b"), Some(&1.5));
        assert_eq!(read.len(), 4);
    }
}
