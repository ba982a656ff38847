//! The smallest PNG writer (RFC 2083): black and white, stored without compression.

/// An image of `side` × `side` dots, described by `text` (ASCII). `rows`: for each line a filter byte 0 and its dots, eight a byte,
/// 1 is white.
pub(crate) fn grey(side: usize, rows: &[u8], text: &str) -> Vec<u8> {
    let size = u32::try_from(side).unwrap_or_default().to_be_bytes();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    // One bit of grey, no interlacing.
    chunk(&mut out, b"IHDR", &[&size[..], &size, &[1, 0, 0, 0, 0]].concat());
    chunk(&mut out, b"tEXt", &[b"Description\0", text.as_bytes()].concat());
    chunk(&mut out, b"IDAT", &stored(rows));
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    let body = [&kind[..], data].concat();
    out.extend(&body);
    out.extend(crc_32(&body).to_be_bytes());
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951 §3.2.4).
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = data.chunks(0xffff).count();
    for (at, block) in data.chunks(0xffff).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.push(u8::from(at + 1 == blocks));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler_32(data).to_be_bytes());
    out
}

fn adler_32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1, 0), |(a, b): (u32, u32), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc_32(data: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !data.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_specifications() {
        assert_eq!(crc_32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler_32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn an_image_has_its_three_parts() {
        let png = grey(8, &[0, 0xff].repeat(8), "a");
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x08\x00\x00\x00\x08\x01\x00"));
        assert!(png.ends_with(b"IEND\xaeB`\x82"), "the end's own checksum is the same in every file");
        // The data alone: header, one block of 16 bytes, its checksum.
        assert_eq!(png.len(), 8 + 25 + (12 + 13) + 12 + (2 + 5 + 16 + 4) + 12);
    }
}
