//! Files that a program writes and people commit. The stable ones are written anew by the test and must come out the same.

use std::process::Command;

use crate::jobs::{self, Desk, Job};
use crate::{phone, place};

struct Generated {
    file: &'static str,
    /// The same bytes on every run and machine.
    stable: bool,
    write: fn() -> Command,
}

const FILES: &[Generated] = &[
    // Signatures and seals in the vectors are fresh on each run; the suites of both languages check their values.
    Generated { file: "vectors/protocol.json", stable: false, write: || phone::npm("phone", "run vectors") },
    Generated {
        file: "vectors/protocol-rust.json",
        stable: false,
        write: || place::line("cargo test --locked -p zelf-protocol --test vectors -- --ignored"),
    },
    Generated {
        file: "docs/life-states.md",
        stable: true,
        write: || place::line("cargo test --locked -p zelf-trials --test life -- --ignored"),
    },
    Generated {
        file: "docs/partners/reference.md",
        stable: true,
        write: || place::line("cargo test --locked -p zelf-trials --test partner_docs -- --ignored"),
    },
];

/// `gen`: the stable files, or all of them.
///
/// # Errors
/// When a generator fails.
pub fn write(fresh: bool) -> Result<(), String> {
    let job = Job::new("generated", move |desk| {
        phone::packages(desk, "phone")?;
        FILES.iter().filter(|g| g.stable || fresh).try_for_each(|g| desk.run((g.write)()))
    });
    let failed = jobs::together(1, 1, vec![job]).iter().any(|done| done.failure.is_some());
    if failed { Err("A generator failed; see above.".into()) } else { Ok(()) }
}

/// Whether the committed files are what their generators write; a file that is not is left as it was.
///
/// # Errors
/// Names the files that differ.
pub fn same(desk: &Desk) -> Result<(), String> {
    let mut stale = Vec::new();
    for generated in FILES.iter().filter(|g| g.stable) {
        let path = place::root().join(generated.file);
        let before = std::fs::read(&path).unwrap_or_default();
        desk.run((generated.write)())?;
        if std::fs::read(&path).unwrap_or_default() != before {
            std::fs::write(&path, before).map_err(|e| e.to_string())?;
            stale.push(generated.file);
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(format!("run `cargo xtask gen` and commit: {}", stale.join(", "))) }
}
