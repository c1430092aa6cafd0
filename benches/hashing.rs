//! Hashes a second in one thread: the interleaved core with 1, 2, 4, 6 and 8 lanes, beside the
//! `bcrypt` crate.
//!
//! Run `cargo bench --bench hashing`, and compare the middle `thrpt` figures with that of `crate`.

#[expect(
    dead_code,
    reason = "this is the program's own file, and the program uses more of it"
)]
#[path = "../src/hashing/bcrypt_core/mod.rs"]
mod bcrypt_core;

use std::hint::black_box;

use bcrypt_core::{Input, hash_lanes};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

const COST: u32 = 8;

fn lanes<const N: usize>(group: &mut BenchmarkGroup<'_, WallTime>) {
    let inputs = std::array::from_fn::<_, N, _>(|lane| Input {
        password: b"correct horse battery staple",
        salt: [u8::try_from(lane).expect("a small number"); 16],
        cost: COST,
    });
    group.throughput(Throughput::Elements(N as u64));
    group.bench_function(format!("{N} lanes"), |bencher| {
        bencher.iter(|| hash_lanes(black_box(&inputs), COST));
    });
}

fn hashing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bcrypt");
    group.sample_size(20);
    group.throughput(Throughput::Elements(1));
    group.bench_function("crate", |bencher| {
        bencher
            .iter(|| bcrypt::bcrypt(COST, [7; 16], black_box(b"correct horse battery staple\0")));
    });
    lanes::<1>(&mut group);
    lanes::<2>(&mut group);
    lanes::<4>(&mut group);
    lanes::<6>(&mut group);
    lanes::<8>(&mut group);
    group.finish();
}

criterion_group!(benches, hashing);
criterion_main!(benches);
