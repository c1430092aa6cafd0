//! Computes several bcrypt hashes at once in one thread.
//!
//! Each round of Blowfish waits for loads whose addresses depend on the round before, so a core
//! that computes one hash is idle most of the time. [`hash_batch`] takes turns between independent
//! hashes, the *lanes*, to fill the gaps.
//!
//! The algorithm is Provos and Mazières, *A Future-Adaptable Password Scheme* (USENIX 1999), on top
//! of Schneier's *Description of a New Variable-Length Key, 64-Bit Block Cipher* (1994). A password
//! ends with a NUL and is cut after 72 bytes, as in version `2b`. Memory is read at addresses that
//! depend on the password, as in every bcrypt. The `bcrypt` crate owns the text format, and the
//! tests compare each result with the crate's.

use secrecy::zeroize::Zeroizing;

/// The most hashes that share a thread. A lane's tables take 4 KiB of a first-level cache, which
/// often has 32; with more than six lanes the throughput grows no further.
pub(super) const MAX_LANES: usize = 6;
/// The bytes of a result that the text format keeps.
pub(super) const DIGEST_BYTES: usize = 23;

/// The subkeys, called the P-array by the specification.
const SUBKEYS: usize = 18;
/// The subkeys, then the four S-boxes.
pub(super) const WORDS: usize = SUBKEYS + 4 * 256;

pub(super) type State = [u32; WORDS];
pub(super) type Digest = [u8; DIGEST_BYTES];

/// The initial state: the hexadecimal digits of pi after the point. A test derives them.
pub(super) static PI: State = parse_hex(include_bytes!("pi.hex"));

/// The three blocks that the final state encrypts.
static MAGIC: &[u8; 24] = b"OrpheanBeholderScryDoubt";

/// The input of one hash.
pub(super) struct Input<'a> {
    pub(super) password: &'a [u8],
    pub(super) salt: [u8; 16],
    /// The logarithm of the number of iterations.
    pub(super) cost: u32,
}

/// Computes a hash of each input. Every lane runs for 2^`work` iterations; a lane with a lower cost
/// keeps its result at 2^cost and goes on, so that the time depends on `work` alone. No cost may
/// exceed `work`, which may be at most 31.
pub(super) fn hash_batch(inputs: &[Input<'_>], work: u32) -> Vec<Digest> {
    let batches = inputs.chunks(MAX_LANES);
    let digests = batches.flat_map(|lanes| match lanes.len() {
        1 => hash_slice::<1>(lanes, work),
        2 => hash_slice::<2>(lanes, work),
        3 => hash_slice::<3>(lanes, work),
        4 => hash_slice::<4>(lanes, work),
        5 => hash_slice::<5>(lanes, work),
        _ => hash_slice::<MAX_LANES>(lanes, work),
    });
    digests.collect()
}

fn hash_slice<const N: usize>(inputs: &[Input<'_>], work: u32) -> Vec<Digest> {
    let lanes = inputs.first_chunk().expect("as many inputs as lanes");
    hash_lanes::<N>(lanes, work).to_vec()
}

/// Computes `N` hashes at once. See [`hash_batch`].
pub(super) fn hash_lanes<const N: usize>(inputs: &[Input<'_>; N], work: u32) -> [Digest; N] {
    assert!(work < 32 && inputs.iter().all(|input| input.cost <= work));
    let keys = Zeroizing::new(inputs.each_ref().map(|input| key_words(input.password)));
    let salts = inputs.each_ref().map(|input| cyclic_words(&input.salt));
    let mut states = [PI; N];
    expand(&mut states, &keys, &salts);
    let zeros = [[0; SUBKEYS]; N];
    let mut digests = [[0; DIGEST_BYTES]; N];
    for iteration in 1..=1_u64 << work {
        expand(&mut states, &keys, &zeros);
        expand(&mut states, &salts, &zeros);
        for ((digest, state), input) in digests.iter_mut().zip(&states).zip(inputs) {
            if iteration == 1 << input.cost {
                *digest = encrypt_magic(state);
            }
        }
    }
    digests
}

/// Mixes a key and a salt into each state: `ExpandKey` of the specification.
// The loops over lanes here and in `run_round` are plain ones: in a debug build an iterator is a
// call for each step, and tests hash passwords.
#[inline(never)]
fn expand<const N: usize>(
    states: &mut [State; N],
    keys: &[[u32; SUBKEYS]; N],
    salts: &[[u32; SUBKEYS]; N],
) {
    for (state, key) in states.iter_mut().zip(keys) {
        for (subkey, word) in state.iter_mut().zip(key) {
            *subkey ^= word;
        }
    }
    let (mut left, mut right) = ([0; N], [0; N]);
    let mut at = 0;
    while at < WORDS {
        let mut lane = 0;
        while lane < N {
            // The salt repeats after four words.
            left[lane] ^= salts[lane][at & 2];
            right[lane] ^= salts[lane][(at & 2) + 1];
            lane += 1;
        }
        encrypt(states, &mut left, &mut right);
        lane = 0;
        while lane < N {
            states[lane][at] = left[lane];
            states[lane][at + 1] = right[lane];
            lane += 1;
        }
        at += 2;
    }
}

/// Encrypts one block in each lane.
#[expect(
    clippy::inline_always,
    reason = "a call would keep lanes out of registers"
)]
#[inline(always)]
fn encrypt<const N: usize>(states: &[State; N], left: &mut [u32; N], right: &mut [u32; N]) {
    let mut round = 0;
    while round < 16 {
        run_round(states, round, left, right);
        run_round(states, round + 1, right, left);
        round += 2;
    }
    let mut lane = 0;
    while lane < N {
        let state = &states[lane];
        (left[lane], right[lane]) = (right[lane] ^ state[17], left[lane] ^ state[16]);
        lane += 1;
    }
}

/// Runs one round of the Feistel network in each lane.
#[expect(
    clippy::inline_always,
    reason = "a call would keep lanes out of registers"
)]
#[inline(always)]
fn run_round<const N: usize>(
    states: &[State; N],
    round: usize,
    left: &mut [u32; N],
    right: &mut [u32; N],
) {
    let mut lane = 0;
    while lane < N {
        let state = &states[lane];
        let word = left[lane] ^ state[round];
        left[lane] = word;
        let a = state[SUBKEYS + (word >> 24) as usize];
        let b = state[SUBKEYS + 256 + (word >> 16 & 0xff) as usize];
        let c = state[SUBKEYS + 512 + (word >> 8 & 0xff) as usize];
        let d = state[SUBKEYS + 768 + (word & 0xff) as usize];
        right[lane] ^= (a.wrapping_add(b) ^ c).wrapping_add(d);
        lane += 1;
    }
}

/// Encrypts each magic block 64 times, and returns all but the last byte.
fn encrypt_magic(state: &State) -> Digest {
    let mut bytes = [0; 24];
    for (block, encrypted) in MAGIC.chunks_exact(8).zip(bytes.chunks_exact_mut(8)) {
        let (left, right) = block.split_at(4);
        let (mut left, mut right) = ([big_endian(left)], [big_endian(right)]);
        for _ in 0..64 {
            encrypt(std::array::from_ref(state), &mut left, &mut right);
        }
        encrypted[..4].copy_from_slice(&left[0].to_be_bytes());
        encrypted[4..].copy_from_slice(&right[0].to_be_bytes());
    }
    let [digest @ .., _] = bytes;
    digest
}

fn key_words(password: &[u8]) -> [u32; SUBKEYS] {
    let mut key = Zeroizing::new([0; 4 * SUBKEYS]);
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    // The NUL counts where there is room for it.
    cyclic_words(&key[..(length + 1).min(4 * SUBKEYS)])
}

/// Repeats bytes to the length of the subkeys.
fn cyclic_words(bytes: &[u8]) -> [u32; SUBKEYS] {
    let mut repeated = bytes.iter().cycle();
    std::array::from_fn(|_| {
        let word = repeated.by_ref().take(4);
        word.fold(0, |word, byte| word << 8 | u32::from(*byte))
    })
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |word, byte| word << 8 | u32::from(*byte))
}

const fn parse_hex(text: &[u8]) -> State {
    let mut words = [0; WORDS];
    let (mut at, mut digits) = (0, 0);
    while at < text.len() {
        let digit = match text[at] {
            digit @ b'0'..=b'9' => Some(digit - b'0'),
            digit @ b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        if let Some(digit) = digit {
            words[digits / 8] = words[digits / 8] << 4 | digit as u32;
            digits += 1;
        }
        at += 1;
    }
    assert!(digits == 8 * WORDS);
    words
}
