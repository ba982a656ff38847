//! A Web eID token alone, as the browser extension brings it: names and number, no files.

use protocol::eid::WebEidToken;

use crate::certificate::Certificate;
use crate::judge::{Holder, hash_of, hex};
use crate::national_number::NationalNumber;
use crate::revocation::{self, Fetch, FetchKind};
use crate::roots::{Root, Roots};
use crate::{Kind, Refusal, chain, crl, ocsp, web_eid};

/// A token needs its issuer's certificate, which does not come with it.
pub enum Step {
    /// Fetch this certificate and come again with it among the known ones.
    Issuer(Fetch),
    Ready(Box<TokenPlan>),
}

/// A token that holds as far as it could be checked without network.
pub struct TokenPlan {
    token: web_eid::Token,
    issuer: Certificate,
    root: Root,
    question: ocsp::Question,
    fetches: Vec<Fetch>,
    national_number: String,
    evidence: String,
}

/// Checks a token at `now`; `issuers` are certificates of CAs in DER that were fetched before (nothing in them is believed
/// unasked); `chance` is fresh randomness for OCSP.
///
/// # Errors
/// The first thing that does not hold.
pub fn plan(
    token: &WebEidToken,
    roots: &Roots,
    issuers: &[Vec<u8>],
    chance: [u8; 16],
    now: i64,
) -> Result<Step, Refusal> {
    let read = web_eid::read(token)?;
    let leaf = &read.certificate;
    web_eid::purpose(leaf)?;
    let known = issuers.iter().filter_map(|der| Certificate::parse(der).ok());
    let mut named = known.filter(|issuer| issuer.subject() == leaf.issuer()).take(8).peekable();
    if named.peek().is_none() {
        return fetch_issuer(leaf, roots).map(Step::Issuer);
    }
    let mut outcome = Kind::CertificateChain.because("no issuer fits");
    for issuer in named {
        let root = match chain::verify(leaf, Some(&issuer), roots, now) {
            Ok(root) => root.clone(),
            Err(refusal) => {
                outcome = refusal;
                continue;
            }
        };
        let number = leaf.national_number().filter(|number| NationalNumber::parse(number).is_some());
        let national_number = number.ok_or(Kind::NationalNumber.because("check digits"))?;
        if leaf.surname().is_none_or(|name| name.is_empty()) {
            return Err(Kind::HolderMismatch.because("no surname"));
        }
        let question = ocsp::question(leaf, &issuer, chance)?;
        let fetches = vec![revocation::ask_ocsp(leaf, &root, &question)?, revocation::ask_list(&issuer, &root)?];
        let evidence = hash_of(&[
            "zelf/eid-token-evidence/v1",
            &token.unverified_certificate,
            &token.algorithm,
            &token.signature,
            &token.format,
        ]);
        let plan = TokenPlan { token: read.clone(), issuer, root, question, fetches, national_number, evidence };
        return Ok(Step::Ready(Box::new(plan)));
    }
    Err(outcome)
}

/// The issuer's address, only if a pinned root would allow it.
fn fetch_issuer(leaf: &Certificate, roots: &Roots) -> Result<Fetch, Refusal> {
    let urls = leaf.issuer_urls();
    let url = roots.all().iter().find_map(|root| revocation::allowed(urls.clone(), root).ok());
    let url = url.ok_or(Kind::CertificateChain.because("no address of the issuer that a root allows"))?;
    Ok(Fetch { url, kind: FetchKind::Issuer })
}

impl TokenPlan {
    /// What to fetch; the answers go to [`TokenPlan::judge`] in this order.
    pub fn fetches(&self) -> &[Fetch] {
        &self.fetches
    }

    /// The national number, for "one wait per person" before anything is fetched.
    pub fn national_number(&self) -> &str {
        &self.national_number
    }

    /// Whether the card and its PIN were there and answered us; as [`crate::judge::Plan::possession`].
    ///
    /// # Errors
    /// `possession`.
    pub fn possession(&self, origin: &str, nonce: &str) -> Result<(), Refusal> {
        self.token.signed_by_holder(origin, nonce)
    }

    /// The verdict. `origin` is ours, `nonce` the base64 text that we gave.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn judge(self, answers: &[Vec<u8>], origin: &str, nonce: &str, now: i64) -> Result<Holder, Refusal> {
        self.possession(origin, nonce)?;
        let [answer, list] = answers else { return Err(Kind::RevocationInvalid.because("answers are missing")) };
        self.question.judge(answer, &self.issuer, now)?;
        crl::judge(list, &[&self.issuer], &self.root.certificate, now)?;
        let leaf = &self.token.certificate;
        let number = NationalNumber::parse(&self.national_number);
        Ok(Holder {
            given_names: leaf.given_names().unwrap_or_default(),
            family_name: leaf.surname().unwrap_or_default(),
            birthdate: number.and_then(NationalNumber::birth_date),
            sex: number.and_then(NationalNumber::sex),
            certificate_serial: hex(leaf.serial()),
            evidence_sha256: self.evidence,
            test: self.root.test.is_some(),
            national_number: self.national_number,
        })
    }
}
