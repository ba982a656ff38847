//! The documents that every relying party fetches again and again: metadata and key set.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Url;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::server::Server;
use super::{Fail, proc};

const CONNECTIONS: usize = 8;

/// Requests per second of the server's CPU time, the documents in turn, on connections that stay open. A generator of a few
/// lines: it must not need more of the machine than the server does.
pub async fn measure(server: &Server, documents: &[String], time: Duration) -> Result<f64, Fail> {
    let mut requests = Vec::new();
    let mut address = String::new();
    for url in documents {
        let url: Url = url.parse()?;
        address = format!("{}:{}", url.host_str().ok_or("no host")?, url.port().ok_or("no port")?);
        requests.push(format!("GET {} HTTP/1.1\r\nhost: {address}\r\n\r\n", url.path()));
    }
    let (requests, count) = (Arc::new(requests), Arc::new(AtomicU64::new(0)));
    let before = proc::cpu_micros(server.pid(), None);
    let until = Instant::now() + time;
    let mut loops = JoinSet::new();
    for _ in 0..CONNECTIONS {
        loops.spawn(fetch(address.clone(), Arc::clone(&requests), until, Arc::clone(&count)));
    }
    while let Some(ended) = loops.join_next().await {
        ended??;
    }
    let micros = proc::cpu_micros(server.pid(), None).saturating_sub(before);
    Ok(count.load(Ordering::Relaxed) as f64 * 1e6 / micros.max(1) as f64)
}

async fn fetch(address: String, requests: Arc<Vec<String>>, until: Instant, count: Arc<AtomicU64>) -> Result<(), Fail> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 * 1024];
    for request in requests.iter().cycle() {
        if Instant::now() >= until {
            break;
        }
        stream.write_all(request.as_bytes()).await?;
        answer(&mut stream, &mut buffer).await?;
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Reads one whole answer of known length.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<(), Fail> {
    let mut filled = 0;
    loop {
        let read = stream.read(buffer.get_mut(filled..).ok_or("a document too long")?).await?;
        if read == 0 {
            return Err("the server closed the line".into());
        }
        filled += read;
        let text = String::from_utf8_lossy(buffer.get(..filled).unwrap_or_default());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if !head.starts_with("HTTP/1.1 200") {
            return Err(format!("not a document: {}", head.lines().next().unwrap_or_default()).into());
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
        });
        if length.is_some_and(|length| body.len() >= length) {
            return Ok(());
        }
    }
}
