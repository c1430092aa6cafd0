//! Lowers the priority of hashing threads, so that requests without a hash keep their latency while
//! all cores hash.

/// The difference in nice values. The scheduler gives a hashing thread a quarter of a core for
/// which another waits.
#[cfg(target_os = "linux")]
const NICER_BY: i32 = 5;

/// Lowers the priority of the calling thread. On Linux each thread has a priority of its own;
/// elsewhere this does nothing. A refusal does no harm.
#[cfg(target_os = "linux")]
pub(super) fn lower() {
    use rustix::process::{getpriority_process, setpriority_process};
    let thread = Some(rustix::thread::gettid());
    _ = getpriority_process(thread).and_then(|nice| setpriority_process(thread, nice + NICER_BY));
}

#[cfg(not(target_os = "linux"))]
pub(super) const fn lower() {}
