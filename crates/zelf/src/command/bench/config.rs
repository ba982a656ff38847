//! `zelf.toml` of the benchmark: production's settings, the partners, and limits per address lifted, since every
//! browser and phone here comes from one. A test world, for anybody may know the seed of its phones.

use std::path::Path;

use super::Fail;

/// Loopback ports of the listeners.
pub struct Ports {
    pub issuer: u16,
    pub app: u16,
    pub ops: u16,
}

impl Ports {
    pub fn issuer_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.issuer)
    }

    pub fn ops_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ops)
    }
}

/// `database`: an address as `zelf serve` takes it; `None` for a SQLite file in `folder`.
pub fn write(folder: &Path, ports: &Ports, database: Option<&str>, partners: &str) -> Result<String, Fail> {
    let file = format!("sqlite:{}", folder.join("bench.db").display());
    Ok(format!(
        r#"issuer = "http://127.0.0.1:{issuer}"
app = "http://127.0.0.1:{app}"
database = "{database}"

[listen]
issuer = "127.0.0.1:{issuer}"
app = "127.0.0.1:{app}"
console = ""
ops = "127.0.0.1:{ops}"

[test_world]
enabled = true

[limits]
activations_per_hour = 4000000000
logins_per_quarter = 4000000000

{partners}
"#,
        issuer = ports.issuer,
        app = ports.app,
        ops = ports.ops,
        database = database.unwrap_or(&file),
    ))
}
