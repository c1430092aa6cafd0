//! Lowers the priority of hashing threads, so that requests without a hash keep their latency while all cores hash.

/// The nice value: the scheduler then gives a hashing thread a third of a core for which another thread waits.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// Lowers the priority of the calling thread. On Linux each thread has a priority of its own; elsewhere this does
/// nothing. A refusal is harmless, and no log line helps against it.
#[cfg(target_os = "linux")]
pub(super) fn lower() {
    _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
}

#[cfg(not(target_os = "linux"))]
pub(super) const fn lower() {}
