//! The card's table of contents in PKCS#15 v1.1, for programs that know nothing of Belgian cards.

use crate::{Applet, CardImage};

/// Directory of keys and certificates.
const HOME: [u8; 4] = [0x3F, 0x00, 0xDF, 0x00];

/// EF(DIR), ODF, TokenInfo, AODF, PrKDF and CDF: path below the master file and content.
pub fn files(image: &CardImage) -> [(Vec<u8>, Vec<u8>); 6] {
    let below = |name: u8| vec![0xDF, 0x00, 0x50, name];
    [
        (vec![0x2F, 0x00], directory()),
        (below(0x31), objects()),
        (below(0x32), token(image)),
        (below(0x34), pin()),
        (below(0x35), keys(image)),
        (below(0x37), certificates(image)),
    ]
}

/// Application template: AID, label, path, discretionary OID 2.16.56.2.
fn directory() -> Vec<u8> {
    let mut aid = vec![0xA0, 0x00, 0x00, 0x01, 0x77];
    aid.extend(b"PKCS-15");
    let parts = [tlv(0x4F, &aid), tlv(0x50, b"BELPIC"), tlv(0x51, &HOME), tlv(0x73, &tlv(0x06, &[0x60, 0x38, 0x02]))];
    tlv(0x61, &parts.concat())
}

/// Where keys [0], certificates [4] and the PIN [8] are listed.
fn objects() -> Vec<u8> {
    [(0xA0, 0x35), (0xA4, 0x37), (0xA8, 0x34)].map(|(tag, name)| tlv(tag, &path(&[0x50, name]))).concat()
}

fn token(image: &CardImage) -> Vec<u8> {
    let electrical = if image.applet == Applet::V1_8 { 0x04 } else { 0x03 };
    let parts = [
        integer(0),
        tlv(0x04, &image.serial),
        tlv(0x80, b"BELPIC"),
        // prnGeneration, eidCompliant
        bits(4, 0x30),
        tlv(0x9E, &[0x01, electrical, 0x00, 0x00]),
    ];
    sequence(&parts)
}

fn pin() -> Vec<u8> {
    let attributes = sequence(&[
        // initialized, needs-padding
        bits(2, 0x0C),
        // ISO 9564-1
        tlv(0x0A, &[0x04]),
        integer(4),
        integer(8),
        integer(12),
        tlv(0x80, &[0x01]),
        tlv(0x04, &[0xFF]),
        path(&[]),
    ]);
    sequence(&[sequence(&[label("Basic PIN"), bits(6, 0xC0)]), sequence(&[tlv(0x04, &[0x01])]), tlv(0xA1, &attributes)])
}

fn keys(image: &CardImage) -> Vec<u8> {
    // sign; nonRepudiation, with the PIN each time
    let mut all = key(image.applet, "Authentication", 2, &bits(5, 0x20), &[]);
    if image.signature.is_some() {
        all.extend(key(image.applet, "Signature", 3, &tlv(0x03, &[0x06, 0x00, 0x40]), &integer(1)));
    }
    all
}

fn key(applet: Applet, name: &str, id: u8, usage: &[u8], consent: &[u8]) -> Vec<u8> {
    let (tag, size) = match applet {
        Applet::V1_7 => (0x30, vec![0x02, 0x02, 0x08, 0x00]),
        Applet::V1_8 => (0xA0, vec![0x02, 0x02, 0x01, 0x80]),
    };
    let parts = [
        // private, PIN 1
        sequence(&[label(name), bits(7, 0x80), tlv(0x04, &[0x01]), consent.to_vec()]),
        // sensitive, alwaysSensitive, neverExtractable, local
        sequence(&[tlv(0x04, &[id]), usage.to_vec(), bits(3, 0xB8), tlv(0x02, &[0x00, 0x80 | id])]),
        tlv(0xA1, &sequence(&[path(&[]), size])),
    ];
    tlv(tag, &parts.concat())
}

fn certificates(image: &CardImage) -> Vec<u8> {
    let mut all = certificate("Authentication", 2, 0x38, false);
    if image.signature.is_some() {
        all.extend(certificate("Signature", 3, 0x39, false));
    }
    all.extend(certificate("CA", 4, 0x3A, true));
    all.extend(certificate("Root", 6, 0x3B, true));
    all
}

fn certificate(name: &str, id: u8, file: u8, authority: bool) -> Vec<u8> {
    let authority = if authority { tlv(0x01, &[0xFF]) } else { Vec::new() };
    sequence(&[
        sequence(&[label(name), bits(0, 0x00)]),
        sequence(&[tlv(0x04, &[id]), authority]),
        tlv(0xA1, &sequence(&[path(&[0x50, file])])),
    ])
}

fn path(below: &[u8]) -> Vec<u8> {
    sequence(&[tlv(0x04, &[&HOME, below].concat())])
}

fn label(text: &str) -> Vec<u8> {
    tlv(0x0C, text.as_bytes())
}

fn integer(value: u8) -> Vec<u8> {
    tlv(0x02, &[value])
}

fn bits(unused: u8, value: u8) -> Vec<u8> {
    tlv(0x03, &[unused, value])
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// Nothing in these files is longer than 127 bytes.
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut all = vec![tag, u8::try_from(value.len()).unwrap_or(0)];
    all.extend_from_slice(value);
    all
}
