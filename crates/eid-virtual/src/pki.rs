//! A public key infrastructure of the same shape as Belgium's, for tests and the demo: per generation of cards a root, Citizen CA,
//! Foreigner CA, National Register and OCSP responders. Keys and roots live in a folder; all else is signed anew at each start.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{ExtendedKeyUsagePurpose, Issuer, KeyPair, KeyUsagePurpose, SigningKey as _};

use crate::Applet;
use crate::certificates::Wanted;

/// Why there is no test PKI, or no certificate from it.
#[derive(Debug)]
pub enum PkiError {
    Folder(std::io::Error),
    /// A file of the folder does not hold what it should; the name.
    File(String),
    Certificate(rcgen::Error),
    /// A text that a certificate cannot carry.
    Text,
}

impl std::fmt::Display for PkiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PkiError::Folder(e) => write!(f, "test PKI folder: {e}"),
            PkiError::File(name) => write!(f, "test PKI folder: {name} is damaged; remove the folder to start anew"),
            PkiError::Certificate(e) => write!(f, "test certificate: {e}"),
            PkiError::Text => f.write_str("test certificate: a text that it cannot carry"),
        }
    }
}

impl std::error::Error for PkiError {}

impl From<rcgen::Error> for PkiError {
    fn from(error: rcgen::Error) -> Self {
        PkiError::Certificate(error)
    }
}

impl From<std::io::Error> for PkiError {
    fn from(error: std::io::Error) -> Self {
        PkiError::Folder(error)
    }
}

/// A key with its certificate.
pub(crate) struct Signer {
    pub key: KeyPair,
    pub der: Vec<u8>,
}

/// A CA: signs certificates, revocation lists and, through its responder, OCSP answers.
pub(crate) struct Authority {
    /// File name of its certificate and list: `rsa-citizen`.
    pub name: String,
    pub issuer: Issuer<'static, KeyPair>,
    pub der: Vec<u8>,
    /// None for roots.
    pub responder: Option<Signer>,
}

/// Everything of one generation of cards.
pub(crate) struct Family {
    pub root: Authority,
    pub citizen: Authority,
    pub foreigner: Authority,
    pub register: Signer,
}

/// Both families, and who was revoked.
pub struct TestPki {
    dir: PathBuf,
    base_url: String,
    rsa: Family,
    ec: Family,
}

/// The six keys of a family, as their files are named.
const KEYS: [&str; 6] = ["root", "citizen", "foreigner", "register", "citizen-ocsp", "foreigner-ocsp"];
const FAMILIES: [(Applet, &str); 2] = [(Applet::V1_7, "rsa"), (Applet::V1_8, "ec")];

impl TestPki {
    /// Opens the folder, made with fresh keys (files for its owner alone) if there is none; `base_url` is where the demo serves
    /// [`TestPki::serve`], without a slash at the end.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn load_or_create(dir: &Path, base_url: &str) -> Result<TestPki, PkiError> {
        if !dir.join("ec-root.pem").exists() {
            create(dir, base_url)?;
        }
        let read = |name: String| {
            std::fs::read_to_string(dir.join(&name)).map_err(|_| PkiError::File(name.clone())).map(|text| (name, text))
        };
        let family = |applet: Applet, prefix: &str| {
            let key = |name: &str| {
                let (file, pem) = read(format!("{prefix}-{name}.key"))?;
                KeyPair::from_pem(&pem).map_err(|_| PkiError::File(file))
            };
            let (file, pem) = read(format!("{prefix}-root.pem"))?;
            let root = from_pem(&pem).ok_or(PkiError::File(file))?;
            family(applet, prefix, base_url, key, Some(root))
        };
        let [(v17, rsa), (v18, ec)] = FAMILIES;
        let (rsa, ec) = (family(v17, rsa)?, family(v18, ec)?);
        Ok(TestPki { dir: dir.to_owned(), base_url: base_url.to_owned(), rsa, ec })
    }

    /// Root certificates, for the server's configuration.
    pub fn root_pems(&self) -> Vec<String> {
        [&self.rsa, &self.ec].map(|family| to_pem(&family.root.der)).to_vec()
    }

    /// Where revocation answers come from; see [`TestPki::load_or_create`].
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn family(&self, applet: Applet) -> &Family {
        match applet {
            Applet::V1_7 => &self.rsa,
            Applet::V1_8 => &self.ec,
        }
    }

    pub(crate) fn authorities(&self) -> impl Iterator<Item = &Authority> {
        [&self.rsa, &self.ec].into_iter().flat_map(|family| [&family.root, &family.citizen, &family.foreigner])
    }
}

/// Writes keys and roots into a folder beside `dir` and moves it into place, so that of two who create at once one wins whole.
fn create(dir: &Path, base_url: &str) -> Result<(), PkiError> {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = dir.with_file_name(format!("{name}.new-{}", std::process::id()));
    std::fs::create_dir_all(&beside)?;
    for (applet, prefix) in FAMILIES {
        let write_key = |name: &str| {
            let key = new_key(applet)?;
            let file = beside.join(format!("{prefix}-{name}.key"));
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
            file.write_all(key.serialize_pem().as_bytes())?;
            Ok(key)
        };
        let family = family(applet, prefix, base_url, write_key, None)?;
        std::fs::write(beside.join(format!("{prefix}-root.pem")), to_pem(&family.root.der))?;
    }
    if std::fs::rename(&beside, dir).is_err() {
        // Somebody was faster, or the folder is there with other things in it.
        for file in std::fs::read_dir(&beside)?.flatten() {
            let to = dir.join(file.file_name());
            if !dir.join("ec-root.pem").exists() {
                std::fs::rename(file.path(), to)?;
            }
        }
        std::fs::remove_dir_all(&beside)?;
    }
    Ok(())
}

/// A family that nobody knows: in memory, with keys of its own.
pub(crate) fn stranger(applet: Applet, base_url: &str) -> Result<Family, PkiError> {
    let prefix = if applet == Applet::V1_7 { "rsa" } else { "ec" };
    family(applet, prefix, base_url, |_| new_key(applet), None)
}

pub(crate) fn new_key(applet: Applet) -> Result<KeyPair, PkiError> {
    Ok(match applet {
        Applet::V1_7 => KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256)?,
        Applet::V1_8 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)?,
    })
}

/// Certificates of one family around its keys. `root` is the stored root certificate, if there is one.
fn family(
    applet: Applet,
    prefix: &str,
    base_url: &str,
    key: impl Fn(&str) -> Result<KeyPair, PkiError>,
    root: Option<Vec<u8>>,
) -> Result<Family, PkiError> {
    let generation = if applet == Applet::V1_7 { "RSA" } else { "EC" };
    let [root_key, citizen, foreigner, register, citizen_ocsp, foreigner_ocsp] = KEYS;
    let wanted = authority(format!("zelf TEST Root {generation}"), 1);
    let (params, root_key) = (wanted.params()?, key(root_key)?);
    let der = root.map_or_else(|| params.self_signed(&root_key).map(|c| c.der().to_vec()), Ok)?;
    let issuer = Issuer::new(params, root_key);
    let root = Authority { name: format!("{prefix}-root"), issuer, der, responder: None };
    let below = |name: &str, title: &str, number: &str, ocsp_key: &str| {
        let crl = Some(format!("{base_url}/crl/{prefix}-root.crl"));
        let title = format!("zelf TEST {title} {generation}");
        let wanted = Wanted { subject_number: number.into(), crl, ..authority(title, 0) };
        let (params, own) = (wanted.params()?, key(name)?);
        let der = params.signed_by(&own, &root.issuer)?.der().to_vec();
        let issuer = Issuer::new(params, own);
        let responder = Some(signer(responder(generation, name), key(ocsp_key)?, &issuer)?);
        Ok::<_, PkiError>(Authority { name: format!("{prefix}-{name}"), issuer, der, responder })
    };
    let citizens = below(citizen, "Citizen CA", "202601", citizen_ocsp)?;
    let foreigners = below(foreigner, "Foreigner CA", "202602", foreigner_ocsp)?;
    let crl = Some(format!("{base_url}/crl/{prefix}-root.crl"));
    let policy = Some(if applet == Applet::V1_7 { "2.16.56.12.1.1.4" } else { "2.16.56.13.6.0.1" });
    let wanted = Wanted {
        common_name: format!("zelf TEST RRN {generation}"),
        usages: vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment],
        policy,
        crl,
        valid: LONG,
        ..Wanted::default()
    };
    let register = signer(wanted, key(register)?, &root.issuer)?;
    Ok(Family { root, citizen: citizens, foreigner: foreigners, register })
}

/// 2020 to 2049: longer than any card of the tests lives.
const LONG: (i64, i64) = (1_577_836_800, 2_493_072_000);

fn authority(common_name: String, path_length: u8) -> Wanted {
    let usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Wanted { common_name, ca: Some(path_length), usages, valid: LONG, ..Wanted::default() }
}

fn responder(generation: &str, of: &str) -> Wanted {
    Wanted {
        common_name: format!("zelf TEST OCSP {generation} {of}"),
        usages: vec![KeyUsagePurpose::DigitalSignature],
        extended: vec![ExtendedKeyUsagePurpose::OcspSigning],
        no_check: true,
        valid: LONG,
        ..Wanted::default()
    }
}

pub(crate) fn signer(wanted: Wanted, key: KeyPair, issuer: &Issuer<'static, KeyPair>) -> Result<Signer, PkiError> {
    let der = wanted.params()?.signed_by(&key, issuer)?.der().to_vec();
    Ok(Signer { key, der })
}

impl Signer {
    /// RSA PKCS#1 v1.5 with SHA-256, or ECDSA with SHA-384 as DER.
    ///
    /// # Errors
    /// [`PkiError::Certificate`] when the key does not sign.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PkiError> {
        Ok(self.key.sign(message)?)
    }
}

fn to_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn from_pem(pem: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).ok()
}

/// Whether a certificate of ours is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    Revoked,
    /// certificateHold: not activated, or reported lost.
    Suspended,
}

impl TestPki {
    fn status_file(&self) -> PathBuf {
        self.dir.join("status")
    }

    /// Notes for the responder that the certificate with this serial number is in trouble since `now`. A line appended in one
    /// write: several programs may share the folder.
    ///
    /// # Errors
    /// [`PkiError::Folder`].
    pub fn set_standing(&self, serial: &[u8], standing: Standing, now: i64) -> Result<(), PkiError> {
        let word = match standing {
            Standing::Good => "good",
            Standing::Revoked => "revoked",
            Standing::Suspended => "hold",
        };
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(self.status_file())?;
        file.write_all(format!("{} {word} {now}\n", hex(serial)).as_bytes())?;
        Ok(())
    }

    /// Serial numbers in trouble, as hexadecimal, with the moment; the last line of a number counts.
    pub(crate) fn troubled(&self) -> Vec<(String, Standing, i64)> {
        let text = std::fs::read_to_string(self.status_file()).unwrap_or_default();
        let mut all: Vec<(String, Standing, i64)> = Vec::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            let (Some(serial), Some(word), Some(Ok(since))) =
                (words.next(), words.next(), words.next().map(str::parse))
            else {
                continue;
            };
            all.retain(|(known, _, _)| known != serial);
            match word {
                "revoked" => all.push((serial.to_owned(), Standing::Revoked, since)),
                "hold" => all.push((serial.to_owned(), Standing::Suspended, since)),
                _ => {}
            }
        }
        all
    }
}

/// Lower-case hexadecimal without leading zero bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().skip_while(|byte| **byte == 0).map(|byte| format!("{byte:02x}")).collect()
}
