//! What must be asked of the certificates' issuers, for somebody with a network to ask.

use crate::certificate::Certificate;
use crate::roots::Root;
use crate::{Kind, Refusal, crl, ocsp};

/// One thing to fetch. The address is one that the root allows.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    pub url: String,
    pub kind: FetchKind,
}

#[derive(Clone, PartialEq, Eq)]
pub enum FetchKind {
    /// POST as `application/ocsp-request`, at most [`ocsp::MAX`] bytes back.
    Ocsp { request: Vec<u8> },
    /// GET, at most [`crl::MAX`] bytes back; may be kept until its nextUpdate.
    Crl,
    /// GET, a certificate in DER.
    Issuer,
}

impl Fetch {
    /// What to post; `None` means GET.
    pub fn body(&self) -> Option<Vec<u8>> {
        match &self.kind {
            FetchKind::Ocsp { request } => Some(request.clone()),
            FetchKind::Crl | FetchKind::Issuer => None,
        }
    }

    /// Most bytes that make sense as an answer.
    pub fn most(&self) -> usize {
        match self.kind {
            FetchKind::Ocsp { .. } => ocsp::MAX,
            FetchKind::Crl => crl::MAX,
            FetchKind::Issuer => crate::certificate::MAX,
        }
    }
}

/// The first address of `urls` that certificates under `root` may name.
pub(crate) fn allowed(urls: Vec<String>, root: &Root) -> Result<String, Refusal> {
    let none = Kind::RevocationInvalid.because("no address for revocation that its root allows");
    urls.into_iter().take(8).find(|url| root.may_ask(url)).ok_or(none)
}

pub(crate) fn ask_ocsp(leaf: &Certificate, root: &Root, question: &ocsp::Question) -> Result<Fetch, Refusal> {
    let url = allowed(leaf.ocsp_urls(), root)?;
    Ok(Fetch { url, kind: FetchKind::Ocsp { request: question.request.clone() } })
}

pub(crate) fn ask_list(certificate: &Certificate, root: &Root) -> Result<Fetch, Refusal> {
    Ok(Fetch { url: allowed(certificate.crl_urls(), root)?, kind: FetchKind::Crl })
}
