//! Which addresses belong to the public internet (IANA special-purpose registries, RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// False for this machine, private and shared networks, link-local (cloud metadata), multicast, documentation, and every way to write
/// one of them in IPv6.
pub fn public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 10 | 127, ..] | [169, 254, ..] | [192, 168, ..] => true,
        [100, b, ..] => (64..128).contains(&b), // carriers' shared space (RFC 6598)
        [172, b, ..] => (16..32).contains(&b),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true, // protocol assignments, documentation, 6to4 relays
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true, // benchmarks, documentation
        [a, ..] => a >= 224,                           // multicast, reserved, broadcast
    };
    !special
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let inside = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // An IPv4 address in a coat: mapped never comes from a resolver, NAT64 (RFC 6052) does.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inside(high, low),
        // Teredo, ORCHID, benchmarks (2001::/23), documentation, 6to4.
        [0x2001, b, ..] if b < 0x200 || b == 0xdb8 => false,
        [0x2002, ..] | [0x3fff, ..] => false,
        // Global unicast; all else is mapped, unique-local, link-local, multicast or nobody's.
        [a, ..] => (0x2000..0x4000).contains(&a),
    }
}
