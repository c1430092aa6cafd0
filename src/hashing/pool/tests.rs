use std::sync::mpsc;

use super::*;

/// Work that reports its batch, and can be held up or fail.
struct Probe {
    name: &'static str,
    size: u32,
    batches: mpsc::Sender<Vec<&'static str>>,
    hold: Option<mpsc::Receiver<()>>,
}

impl Work for Probe {
    type Output = &'static str;

    fn size(&self) -> Option<u32> {
        Some(self.size)
    }

    fn run(batch: &[Self]) -> Vec<&'static str> {
        let names: Vec<_> = batch.iter().map(|probe| probe.name).collect();
        batch[0].batches.send(names.clone()).unwrap();
        for probe in batch {
            // An error is a sender that was dropped: the test is over.
            _ = probe.hold.as_ref().map(mpsc::Receiver::recv);
        }
        assert!(!names.contains(&"panic"), "a panic that the test asked for");
        names
    }
}

/// One thread that is busy with the work `first` until it is released.
struct BusyPool {
    pool: Pool<Probe>,
    batches: mpsc::Receiver<Vec<&'static str>>,
    report: mpsc::Sender<Vec<&'static str>>,
    release: mpsc::Sender<()>,
}

type Running = tokio::task::JoinHandle<Result<&'static str, Overloaded>>;

impl BusyPool {
    async fn new() -> Self {
        let (report, batches) = mpsc::channel();
        let (release, hold) = mpsc::channel();
        let busy = Self {
            pool: Pool::new(1, 6, Duration::from_millis(1)).unwrap(),
            batches,
            report,
            release,
        };
        let mut first = busy.probe("first", 4);
        first.hold = Some(hold);
        busy.spawn("a", first).await;
        assert_eq!(busy.next_batch(), ["first"], "a lone job runs at once");
        busy
    }

    fn probe(&self, name: &'static str, size: u32) -> Probe {
        Probe {
            name,
            size,
            batches: self.report.clone(),
            hold: None,
        }
    }

    /// Queues work for a client.
    async fn spawn(&self, client: &str, work: Probe) -> Running {
        let (pool, permit) = (self.pool.clone(), self.pool.try_acquire(client).unwrap());
        let running = tokio::spawn(async move { pool.run(&permit, work).await });
        // One thread runs all tasks: by the time this one goes on, the other has queued its work.
        tokio::task::yield_now().await;
        running
    }

    async fn queue(&self, client: &str, name: &'static str, size: u32) -> Running {
        self.spawn(client, self.probe(name, size)).await
    }

    fn next_batch(&self) -> Vec<&'static str> {
        self.batches.recv_timeout(Duration::from_secs(30)).unwrap()
    }
}

#[tokio::test]
async fn waiting_jobs_of_one_size_share_a_batch() {
    let busy = BusyPool::new().await;
    for (name, size) in [("b1", 5), ("c1", 5), ("d1", 9), ("e1", 5)] {
        busy.queue(&name[..1], name, size).await;
    }
    busy.release.send(()).unwrap();
    assert_eq!(busy.next_batch(), ["b1", "c1", "e1"]);
    assert_eq!(busy.next_batch(), ["d1"]);
}

#[tokio::test]
async fn batch_takes_six_jobs_from_clients_in_turn() {
    let busy = BusyPool::new().await;
    for name in ["a1", "a2", "a3", "a4", "a5", "a6", "b1", "b2", "c1"] {
        busy.queue(&name[..1], name, 5).await;
    }
    busy.release.send(()).unwrap();
    assert_eq!(busy.next_batch(), ["a1", "b1", "c1", "a2", "b2", "a3"]);
    assert_eq!(busy.next_batch(), ["a4", "a5", "a6"]);
}

#[tokio::test]
async fn results_reach_the_callers_that_asked_for_them() {
    let busy = BusyPool::new().await;
    let mut running = Vec::new();
    for name in ["b1", "b2", "c1"] {
        running.push((name, busy.queue(&name[..1], name, 5).await));
    }
    busy.release.send(()).unwrap();
    for (name, result) in running {
        assert_eq!(result.await.unwrap(), Ok(name));
    }
}

#[tokio::test]
async fn dropped_caller_frees_its_place_in_the_queue() {
    let busy = BusyPool::new().await;
    let dropped = busy.queue("b", "dropped", 5).await;
    busy.queue("b", "kept", 5).await;
    dropped.abort();
    assert!(dropped.await.unwrap_err().is_cancelled());
    busy.release.send(()).unwrap();
    assert_eq!(busy.next_batch(), ["kept"]);
}

#[tokio::test]
async fn batch_that_panics_fails_without_ending_the_thread() {
    let busy = BusyPool::new().await;
    let panicking = busy.queue("b", "panic", 5).await;
    busy.release.send(()).unwrap();
    assert_eq!(panicking.await.unwrap(), Err(Overloaded));
    let next = busy.queue("b", "next", 5).await;
    assert_eq!(next.await.unwrap(), Ok("next"));
}

#[tokio::test]
async fn threads_end_with_the_last_clone_of_the_pool() {
    let pool: Pool<Probe> = Pool::new(2, 6, Duration::from_millis(1)).unwrap();
    let shared = Arc::downgrade(&pool.0.shared);
    drop(pool.clone());
    assert!(shared.upgrade().is_some());
    drop(pool);
    let deadline = Instant::now() + Duration::from_secs(30);
    while shared.upgrade().is_some() {
        assert!(Instant::now() < deadline, "the threads still run");
        thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn hashing_threads_run_at_lower_priority() {
    thread::spawn(|| {
        let thread = Some(rustix::thread::gettid());
        let nice = || rustix::process::getpriority_process(thread).unwrap();
        let before = nice();
        priority::lower();
        assert_eq!(nice(), (before + 3).min(19));
    })
    .join()
    .unwrap();
}
