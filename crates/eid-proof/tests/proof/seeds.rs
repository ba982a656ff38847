//! Writes what the fuzz targets start from: `cargo test -p zelf-eid-proof -- --ignored seeds`.

use std::path::Path;

use eid_virtual::Applet::{V1_7, V1_8};
use zelf_eid_proof as eid_proof;

use crate::desk::{NOW, PKI, answers, plan, proof};

#[test]
#[ignore = "writes fuzz/corpus and fuzz/fixtures anew"]
fn seeds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let write = |name: &str, bytes: &[u8]| {
        let file = corpus.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    };
    for (pem, family) in PKI.root_pems().iter().zip(["rsa", "ec"]) {
        write(&format!("../fixtures/proof.{family}-root.pem"), pem.as_bytes());
    }
    for (applet, name) in [(V1_7, "17"), (V1_8, "18")] {
        let body = proof(applet, None);
        write(&format!("proof/{name}.json"), serde_json::to_string(&body).unwrap().as_bytes());
        write(&format!("web_eid/{name}.json"), serde_json::to_string(&body.token).unwrap().as_bytes());
        let files = eid_proof::files::decode(&body.files).unwrap();
        if applet == V1_8 {
            let [ocsp, list] = &answers(&plan(&body).unwrap(), NOW)[..] else { panic!("two answers") };
            let all = [("leaf.der", &files.authentication), ("issuer.der", &files.issuer), ("list", list)];
            all.iter().for_each(|(name, bytes)| write(&format!("certificates/{name}"), bytes));
            write("certificates/ocsp", ocsp);
            write("certificates/register", &files.register);
        }
    }
    let pair = aws_lc_rs::signature::EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING);
    let key = pair.unwrap().to_pkcs8v1().unwrap();
    write("../fixtures/virtual_card.key", key.as_ref());
    // Select, card data, a file, PIN, keys, signatures: as card programs do, each command behind its length.
    let hash = [0x5A; 48];
    let commands: Vec<Vec<u8>> = vec![
        [&[0, 0xA4, 4, 0x0C, 0x0F][..], &[0xA0, 0, 0, 0, 0x30, 0x29, 5, 0x70, 0, 0xAD, 0x13, 0x10, 1, 1, 0xFF]]
            .concat(),
        vec![0x80, 0xE4, 0, 0, 0x1C],
        vec![0, 0xA4, 8, 0x0C, 6, 0x3F, 0, 0xDF, 1, 0x40, 0x31],
        vec![0, 0xB0, 0, 0, 0xFC],
        vec![0, 0xB0, 0, 0xFC, 0xFC],
        vec![0, 0xA4, 8, 0x0C, 4, 0x3F, 0, 0xDF, 0],
        vec![0, 0x20, 0, 1, 8, 0x24, 0x12, 0x35, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![0, 0x20, 0, 1, 0],
        vec![0, 0x22, 0x41, 0xB6, 5, 4, 0x80, 2, 0x84, 0x82],
        [&[0, 0x2A, 0x9E, 0x9A, 0x30][..], &hash].concat(),
        vec![0, 0xC0, 0, 0, 0x60],
        [&[0, 0x88, 2, 0x81, 0x32, 0x94, 0x30][..], &hash].concat(),
        vec![0, 0xC0, 0, 0, 0x60],
        vec![0, 0x84, 0, 0, 8],
        vec![0x80, 0xB2, 1, 6, 0],
        vec![0x80, 0xE6, 0, 0],
    ];
    let all: Vec<u8> =
        commands.iter().flat_map(|c| [vec![u8::try_from(c.len()).unwrap()], c.clone()].concat()).collect();
    write("virtual_card/session", &all);
}
