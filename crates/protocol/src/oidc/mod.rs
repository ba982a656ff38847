//! OpenID Connect: parameters and tokens.
