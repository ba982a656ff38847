//! Writes every sample of every page, with its assets, to a folder: `cargo run -p zelf-pages --example draw -- FOLDER`.

use std::path::PathBuf;
use std::{env, fs, io};

use words::Lang;
use zelf_pages as pages;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/pages".into()));
    fs::create_dir_all(folder.join("static"))?;
    for asset in pages::assets::all() {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    for lang in Lang::ALL {
        for (index, (name, page)) in pages::samples(lang).into_iter().enumerate() {
            fs::write(folder.join(format!("{}-{index:02}-{name}.html", lang.code())), page.into_string())?;
        }
    }
    Ok(())
}
