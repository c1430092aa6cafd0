//! The cost of verifying an imported hash: an estimate that is the same on every machine, so that an
//! import is refused or accepted alike wherever it runs.

use super::function::Function;
use super::{ImportedHash, Method, crypt};

/// The longest verification that an import accepts: one that takes longer would occupy the
/// hashing pool for everybody.
pub const MAX_VERIFICATION_MILLIS: u32 = 1000;
/// The largest memory of one verification.
pub const MAX_VERIFICATION_MIB: u32 = 256;

/// The time that bcrypt takes at cost 4, in microseconds: the unit that ties the estimates to a
/// machine's measured speed.
const BCRYPT_4_MICROS: u64 = 850;

/// An imported hash costs more than an import accepts.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "its verification would take about {millis} ms and {mib} MiB; the limits are {MAX_VERIFICATION_MILLIS} ms and {MAX_VERIFICATION_MIB} MiB"
)]
pub struct TooCostly {
    millis: u64,
    mib: u64,
}

/// Time in microseconds and memory in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    micros: u64,
    kib: u64,
}

/// Returns the time that bcrypt is estimated to take at a cost, in milliseconds.
#[must_use]
pub fn bcrypt_millis(cost: u32) -> u32 {
    let micros = BCRYPT_4_MICROS << cost.saturating_sub(4);
    u32::try_from(micros / 1000).unwrap_or(u32::MAX).max(1)
}

impl ImportedHash {
    /// Returns the estimated time of a verification in milliseconds.
    ///
    /// # Errors
    /// When it or the memory is above the limits.
    pub fn checked_millis(&self) -> Result<u32, TooCostly> {
        let work = match &self.method {
            Method::Crypt(text) => crypt::work(text).map(|(micros, kib)| Work { micros, kib }),
            Method::Derive { function, .. } => function.work(self.expected_len()),
        };
        let Work { micros, kib } = work.unwrap_or(Work {
            micros: u64::MAX,
            kib: 0,
        });
        let (millis, mib) = (micros.div_ceil(1000), kib.div_ceil(1024));
        match u32::try_from(millis) {
            Ok(millis)
                if millis <= MAX_VERIFICATION_MILLIS && mib <= u64::from(MAX_VERIFICATION_MIB) =>
            {
                Ok(millis.max(1))
            }
            _ => Err(TooCostly { millis, mib }),
        }
    }
}

impl Function {
    /// Estimates the work, for a derived key of this length. `None`: beyond all limits.
    fn work(&self, length: usize) -> Option<Work> {
        let work = |micros: Option<u64>, kib: Option<u64>| {
            Some(Work {
                micros: micros?,
                kib: kib?,
            })
        };
        match self {
            Self::Bcrypt { cost, .. } => {
                let factor = 1_u64.checked_shl(cost.saturating_sub(4))?;
                work(BCRYPT_4_MICROS.checked_mul(factor), Some(4))
            }
            Self::Argon2 { memory, passes, .. } => {
                let memory = u64::from(*memory);
                work(memory.checked_mul(u64::from(*passes)), Some(memory))
            }
            Self::Scrypt { log_n, r, p, .. } => {
                let n = 1_u64.checked_shl(u32::from(*log_n))?;
                let blocks = n.checked_mul(u64::from(*r))?;
                let micros = blocks.checked_mul(u64::from(*p))?.div_ceil(3);
                work(Some(micros), Some(blocks / 8))
            }
            Self::Pbkdf2 {
                sha, iterations, ..
            } => {
                let blocks = u64::try_from(length.div_ceil(sha.len())).ok()?;
                let total = u64::from(iterations.get()).checked_mul(blocks)?;
                work(Some(total.div_ceil(3)), Some(0))
            }
            Self::Salted { .. } => work(Some(1), Some(0)),
            Self::Phpass { log_rounds, .. } => {
                work(1_u64.checked_shl(u32::from(*log_rounds)), Some(0))
            }
            Self::Repeated { rounds, .. } => work(Some(u64::from(*rounds)), Some(0)),
        }
    }
}
