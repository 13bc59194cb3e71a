//! The people and privacy numbers of a simulated world.
//!
//! Numbers are computed from an index, never stored: the same seed gives the same people, and
//! a world of 1.5 million costs nothing. Some people call far more often than others, as in
//! life. The numbers look real and are made up; nothing here ever dials.

use fastrand::Rng;

/// A mobile number: its eleven digits as a number.
pub(super) type Mobile = u64;

/// Prefixes of ordinary mobile numbers.
const PERSONAL: [u64; 16] = [130, 131, 133, 135, 136, 137, 138, 139, 150, 152, 158, 159, 177, 186, 188, 189];
/// Prefixes of virtual operators, which privacy numbers come from.
const VIRTUAL: [u64; 5] = [162, 165, 167, 170, 171];

#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    seed: u64,
    parties: u32,
    numbers: u32,
}

impl World {
    pub(super) fn new(seed: u64, parties: u32, numbers: u32) -> Self {
        Self { seed, parties: parties.max(2), numbers: numbers.max(1) }
    }

    /// Somebody; the lower half of the indexes is drawn about three times in four.
    pub(super) fn party(&self, rng: &mut Rng) -> Mobile {
        let skewed = rng.f64().powi(2);
        mobile(&PERSONAL, self.seed, 0, (skewed * f64::from(self.parties)) as u64)
    }

    pub(super) fn x_number(&self, index: u32) -> Mobile {
        mobile(&VIRTUAL, self.seed, 1, u64::from(index % self.numbers))
    }

    pub(super) fn x_index(&self, rng: &mut Rng) -> u32 {
        rng.u32(0..self.numbers)
    }

    /// The owner of a privacy number: the A of AX, AXE and X.
    pub(super) fn owner(&self, index: u32) -> Mobile {
        mobile(&PERSONAL, self.seed, 2, u64::from(index % self.numbers))
    }

    /// The second privacy number of AXYB.
    pub(super) fn y_number(&self, index: u32) -> Mobile {
        mobile(&VIRTUAL, self.seed, 3, u64::from(index % self.numbers))
    }
}

fn mobile(prefixes: &[u64], seed: u64, series: u64, index: u64) -> Mobile {
    let bits = mix(seed ^ (series << 56) ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let prefix = prefixes[(bits % prefixes.len() as u64) as usize];
    prefix * 100_000_000 + (bits >> 8) % 100_000_000
}

/// Spreads the bits of a number over all 64 (the finaliser of SplitMix64).
pub(super) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// `+8613800000021`.
pub(super) fn global(number: Mobile) -> String {
    format!("+86{number:011}")
}

/// `13800000021`.
pub(super) fn national(number: Mobile) -> String {
    number.to_string()
}
