//! BER-TLV as EMV uses it (Book 3, annex B) and data object lists (§5.4). Tags of one or two bytes.

/// Deepest nesting read; real cards use three.
const MAX_DEPTH: u8 = 6;

/// One tag, its length and value.
pub fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = tag_bytes(tag);
    match u8::try_from(value.len()) {
        Ok(length @ 0..=127) => out.push(length),
        Ok(length) => out.extend([0x81, length]),
        Err(_) => {
            let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
            out.push(0x82);
            out.extend(length.to_be_bytes());
        }
    }
    out.extend(value);
    out
}

pub(super) fn tag_bytes(tag: u16) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    if high == 0 { vec![low] } else { vec![high, low] }
}

/// The value of the first `tag` found, looking into templates. `None` when it is missing or the bytes are not TLV.
pub fn find(data: &[u8], tag: u16) -> Option<&[u8]> {
    find_within(data, tag, 0)
}

fn find_within(mut data: &[u8], tag: u16, depth: u8) -> Option<&[u8]> {
    while !data.is_empty() {
        let (found, rest) = read_tag(data)?;
        let (length, rest) = read_length(rest)?;
        let (value, rest) = rest.split_at_checked(length)?;
        if found == tag {
            return Some(value);
        }
        let template = data.first().is_some_and(|b| b & 0x20 != 0);
        if template
            && depth < MAX_DEPTH
            && let Some(inner) = find_within(value, tag, depth + 1)
        {
            return Some(inner);
        }
        data = rest;
    }
    None
}

fn read_tag(data: &[u8]) -> Option<(u16, &[u8])> {
    let (&first, rest) = data.split_first()?;
    if first & 0x1F != 0x1F {
        return Some((u16::from(first), rest));
    }
    let (&second, rest) = rest.split_first()?;
    (second & 0x80 == 0).then(|| (u16::from_be_bytes([first, second]), rest))
}

fn read_length(data: &[u8]) -> Option<(usize, &[u8])> {
    match data {
        [short @ 0..=0x7F, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, length, rest @ ..] => Some((usize::from(*length), rest)),
        [0x82, high, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}

/// A data object list: tags with the length each shall be given in. `None` for a torn list.
pub fn data_object_list(mut data: &[u8]) -> Option<Vec<(u16, usize)>> {
    let mut out = Vec::new();
    while !data.is_empty() {
        let (tag, rest) = read_tag(data)?;
        let (&length, rest) = rest.split_first()?;
        out.push((tag, usize::from(length)));
        data = rest;
    }
    Some(out)
}

/// Fills a list with what `value` knows: unknown objects are zeros, numbers are cut or padded on the left.
pub fn fill(list: &[(u16, usize)], value: impl Fn(u16) -> Option<Vec<u8>>) -> Vec<u8> {
    list.iter()
        .flat_map(|&(tag, length)| {
            let known = value(tag).unwrap_or_default();
            let skip = known.len().saturating_sub(length);
            let kept = known.get(skip..).unwrap_or_default();
            let mut field = vec![0; length - kept.len()];
            field.extend(kept);
            field
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_inside_templates() {
        let data = tlv(0x6F, &[tlv(0x84, &[1, 2]), tlv(0xA5, &tlv(0xBF0C, &tlv(0x9F55, &[0x40])))].concat());
        assert_eq!(find(&data, 0x9F55), Some(&[0x40][..]));
        assert_eq!(find(&data, 0x9F56), None);
    }

    #[test]
    fn long_values_survive() {
        for length in [0, 127, 128, 255, 256, 1000] {
            let value = vec![7; length];
            assert_eq!(find(&tlv(0x70, &tlv(0x5A, &value)), 0x5A), Some(&value[..]));
        }
    }

    #[test]
    fn torn_bytes_are_no_tlv() {
        let whole = tlv(0x70, &tlv(0x9F56, &[1, 2, 3]));
        for cut in 0..whole.len() {
            assert_eq!(find(whole.get(..cut).unwrap_or_default(), 0x9F56), None);
        }
        for torn in [&[0x5A, 0x80][..], &[0x9F], &[0x9F, 0x81, 0x01], &[0x5A, 0x83, 0, 0, 0], &[0x5A, 0xFF]] {
            assert_eq!(find(torn, 0x5A), None);
        }
        assert_eq!(data_object_list(&[0x9F, 0x37]), None);
        assert_eq!(data_object_list(&[0x9F, 0x37, 4, 0x95, 5]), Some(vec![(0x9F37, 4), (0x95, 5)]));
    }

    #[test]
    fn lists_are_filled_from_the_right() {
        let filled = fill(&[(0x9F37, 4), (0x95, 2), (0x9A, 1)], |tag| match tag {
            0x9F37 => Some(vec![1, 2]),
            0x95 => Some(vec![9, 8, 7]),
            _ => None,
        });
        assert_eq!(filled, [0, 0, 1, 2, 8, 7, 0]);
    }
}
