//! `zelf-eid`: reads an identity card for one server, in a window or on the command line.

fn main() {}
