//! Node's half: packages from committed locks, without their install scripts, and the built phone app.

use std::path::PathBuf;
use std::process::Command;

use crate::jobs::Desk;
use crate::place;

/// npm in `folder`.
pub fn npm(folder: &str, args: &str) -> Command {
    let mut command = place::line(&format!("npm {args}"));
    command.current_dir(place::root().join(folder));
    command.env("npm_config_update_notifier", "false").env("npm_config_fund", "false").env("npm_config_audit", "false");
    command
}

/// Packages of `folder`, when its lock is newer than what is installed.
pub fn packages(desk: &Desk, folder: &str) -> Result<(), String> {
    let base = place::root().join(folder);
    let installed = base.join("node_modules/.package-lock.json");
    if place::up_to_date(&installed, &[base.join("package-lock.json")]) {
        return Ok(());
    }
    desk.run(npm(folder, "ci --ignore-scripts --no-audit --no-fund --prefer-offline"))?;
    // npm may keep an older time than the lock's; equal counts as up to date.
    let lock = place::newest(&base.join("package-lock.json")).max(place::newest(&installed));
    let touch = |at| std::fs::File::options().write(true).open(&installed).and_then(|f| f.set_modified(at));
    lock.map_or(Ok(()), touch).map_err(|e| e.to_string())
}

/// `phone/dist`, when something it is made of changed.
pub fn build(desk: &Desk) -> Result<(), String> {
    packages(desk, "phone")?;
    let base = place::root().join("phone");
    let parts = ["src", "public", "scripts", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json"];
    let mut from: Vec<PathBuf> = parts.iter().map(|part| base.join(part)).collect();
    from.push(place::root().join("texts"));
    if place::up_to_date(&base.join("dist/index.html"), &from) {
        return Ok(());
    }
    desk.run(npm("phone", "run build"))
}
