//! Until when the server's certificate is good.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// End of the first certificate of a PEM file, Unix seconds.
///
/// # Errors
/// A sentence that names the file.
pub fn of_certificate(file: &Path) -> Result<i64, String> {
    let told = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let first = CertificateDer::from_pem_file(file).map_err(|e| told(&e))?;
    let certificate = Certificate::from_der(&first).map_err(|e| told(&e))?;
    let end = certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    i64::try_from(end).map_err(|e| told(&e))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_certificates_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.pem");
        let mut wanted = rcgen::CertificateParams::new(vec!["login.example".into()]).unwrap();
        wanted.not_after = rcgen::date_time_ymd(2027, 3, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        std::fs::write(&file, wanted.self_signed(&key).unwrap().pem()).unwrap();
        assert_eq!(of_certificate(&file), Ok(1_803_859_200));
        std::fs::write(&file, "nothing").unwrap();
        assert!(of_certificate(&file).unwrap_err().contains("server.pem"));
    }
}
