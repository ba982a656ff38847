//! EMV-CAP: what a bank card, its reader and its issuer compute.
