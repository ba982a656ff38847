//! The photo of a virtual card: a grey head and shoulders, drawn and written as a baseline JPEG (ITU-T T.81), 140 by 200.

const WIDTH: usize = 140;
const HEIGHT: usize = 200;

/// Quantisation steps, one for all frequencies near the corner, coarser away from it.
fn step(u: usize, v: usize) -> i32 {
    10 + 4 * i32::try_from(u + v).unwrap_or(0)
}

/// A JPEG of two to four kilobytes; `seed` moves head and background a little.
pub fn jpeg(seed: u8) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    segment(&mut out, 0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    let mut table = vec![0];
    table.extend(zigzag().map(|(u, v)| u8::try_from(step(u, v)).unwrap_or(255)));
    segment(&mut out, 0xDB, &table);
    let (w, h) = (WIDTH.to_be_bytes(), HEIGHT.to_be_bytes());
    segment(&mut out, 0xC0, &[8, h[6], h[7], w[6], w[7], 1, 1, 0x11, 0]);
    segment(&mut out, 0xC4, &huffman(0x00, &DC));
    segment(&mut out, 0xC4, &huffman(0x10, &AC));
    segment(&mut out, 0xDA, &[1, 1, 0x00, 0, 63, 0]);
    let mut bits = Bits { out, pending: 0, count: 0 };
    let mut before = 0;
    for top in (0..HEIGHT).step_by(8) {
        for left in (0..WIDTH).step_by(8) {
            let block = transform(|x, y| grey(seed, left + x, top + y));
            before = encode(&mut bits, &block, before);
        }
    }
    let mut out = bits.finish();
    out.extend([0xFF, 0xD9]);
    out
}

/// The drawing: 0 black, 255 white.
fn grey(seed: u8, x: usize, y: usize) -> i32 {
    let (x, y) = (i32::try_from(x).unwrap_or(0), i32::try_from(y).unwrap_or(0));
    let shift = i32::from(seed % 16) - 8;
    let inside = |cx: i32, cy: i32, rx: i32, ry: i32| {
        (x - cx) * (x - cx) * ry * ry + (y - cy) * (y - cy) * rx * rx <= rx * rx * ry * ry
    };
    let grain = (x * 31 + y * 17 + x * y * i32::from(seed | 1)).rem_euclid(23) - 11;
    if inside(70 + shift / 2, 84, 28 + shift.abs() / 2, 38) {
        150 + shift + grain
    } else if inside(70, 210, 64, 76 - shift.abs()) {
        84 - shift + grain
    } else {
        214 - y / 6 + shift + grain / 2
    }
}

type Block = [i32; 64];

/// DCT-II of one block of eight by eight, rows first, quantised, in zigzag order (T.81 §A.3.3).
fn transform(pixel: impl Fn(usize, usize) -> i32) -> Block {
    let row = |y: usize| dct(std::array::from_fn(|x| f64::from(pixel(x, y) - 128)));
    let rows: [[f64; 8]; 8] = std::array::from_fn(row);
    let column = |u: usize| dct(rows.map(|row| row.get(u).copied().unwrap_or(0.0)));
    let columns: [[f64; 8]; 8] = std::array::from_fn(column);
    let mut block = [0; 64];
    for (place, (u, v)) in block.iter_mut().zip(zigzag()) {
        let value = columns.get(u).and_then(|column| column.get(v)).copied().unwrap_or(0.0);
        *place = (value / f64::from(step(u, v))).round() as i32;
    }
    block
}

fn dct(samples: [f64; 8]) -> [f64; 8] {
    std::array::from_fn(|frequency| {
        let wave = |at: usize| ((2 * at + 1) as f64 * frequency as f64 * std::f64::consts::PI / 16.0).cos();
        let sum: f64 = samples.iter().enumerate().map(|(at, sample)| sample * wave(at)).sum();
        sum * if frequency == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 } / 2.0
    })
}

/// Coordinates (u, v) of the 64 coefficients along the diagonals (T.81 figure A.6).
fn zigzag() -> impl Iterator<Item = (usize, usize)> {
    (0..15_usize).flat_map(|sum| {
        (0..=sum).filter_map(move |i| {
            let (u, v) = if sum.is_multiple_of(2) { (i, sum - i) } else { (sum - i, i) };
            (u < 8 && v < 8).then_some((u, v))
        })
    })
}

/// A prefix code that gives every symbol `length` bits: simple, valid, and small enough for a drawing.
struct Code {
    length: u8,
    symbols: &'static [u8],
}

/// Sizes of DC differences.
const DC: Code = Code { length: 4, symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] };
/// Runs of up to three zeros before coefficients of up to seven bits, runs of sixteen, end of block.
const AC: Code = Code {
    length: 5,
    symbols: &[
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x11, 0x12, 0x13, 0x14, 0x15, 0x21, 0x22, 0x23, 0x24, 0x31,
        0x32, 0x33, 0x41, 0x42, 0x51, 0x52, 0x61, 0x71, 0x81, 0x91, 0xA1, 0xF0,
    ],
};

impl Code {
    fn place(&self, symbol: u8) -> Option<u32> {
        self.symbols.iter().position(|s| *s == symbol).and_then(|at| u32::try_from(at).ok())
    }
}

/// Segment body of DHT (T.81 §B.2.4.2).
fn huffman(class: u8, code: &Code) -> Vec<u8> {
    let mut body = vec![class];
    let count = u8::try_from(code.symbols.len()).unwrap_or(0);
    body.extend((1..=16).map(|length| if length == code.length { count } else { 0 }));
    body.extend(code.symbols);
    body
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xFF, marker]);
    out.extend(length.to_be_bytes());
    out.extend(body);
}

/// Entropy-coded bits; a byte FF is followed by 00.
struct Bits {
    out: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, length: u32) {
        for at in (0..length).rev() {
            self.pending = self.pending << 1 | (value >> at & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = u8::try_from(self.pending & 0xFF).unwrap_or(0);
                self.out.push(byte);
                if byte == 0xFF {
                    self.out.push(0);
                }
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count != 0 {
            self.put(1, 1);
        }
        self.out
    }
}

/// Number of bits of a coefficient, and those bits (T.81 §F.1.2.1).
fn bits_of(value: i32) -> (u8, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = if value < 0 { value - 1 } else { value };
    (u8::try_from(size).unwrap_or(0), bits.cast_unsigned() & ((1 << size) - 1))
}

fn encode(bits: &mut Bits, block: &Block, before: i32) -> i32 {
    let [first, rest @ ..] = block;
    let (size, value) = bits_of(first - before);
    bits.put(DC.place(size).unwrap_or(0), u32::from(DC.length));
    bits.put(value, u32::from(size));
    let mut zeros = 0_u8;
    for coefficient in rest {
        if *coefficient == 0 {
            zeros += 1;
            continue;
        }
        while zeros >= 16 {
            bits.put(AC.place(0xF0).unwrap_or(0), u32::from(AC.length));
            zeros -= 16;
        }
        // A coefficient that the short code cannot name is left out: the drawing loses a detail, the file stays valid.
        let (size, value) = bits_of(*coefficient);
        let Some(symbol) = AC.place(zeros << 4 | size) else {
            zeros += 1;
            continue;
        };
        bits.put(symbol, u32::from(AC.length));
        bits.put(value, u32::from(size));
        zeros = 0;
    }
    if zeros > 0 {
        bits.put(AC.place(0).unwrap_or(0), u32::from(AC.length));
    }
    *first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_of_the_size_of_a_cards_own() {
        for seed in [0, 1, 77, 255] {
            let photo = jpeg(seed);
            assert!((1_500..6_000).contains(&photo.len()), "{}", photo.len());
            assert!(photo.starts_with(&[0xFF, 0xD8, 0xFF, 0xE0]) && photo.ends_with(&[0xFF, 0xD9]));
        }
        assert_ne!(jpeg(1), jpeg(2));
        assert_eq!(zigzag().take(4).collect::<Vec<_>>(), [(0, 0), (1, 0), (0, 1), (0, 2)]);
    }
}
