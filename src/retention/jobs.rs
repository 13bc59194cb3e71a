//! Retention runs and erasures: one at a time, with the results of the last ones, in memory only.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::error_chain::Chain;

#[derive(Debug, Clone)]
pub struct Task<A, R> {
    pub asked: A,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// 0 to 1.
    pub progress: f64,
    pub result: Option<R>,
    pub error: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Jobs<A, R> {
    stop: AtomicBool,
    known: Mutex<Known<A, R>>,
}

#[derive(Debug)]
struct Known<A, R> {
    running: Option<Task<A, R>>,
    last: Option<Task<A, R>>,
    last_dry: Option<Task<A, R>>,
}

impl<A, R> Default for Jobs<A, R> {
    fn default() -> Self {
        let known = Known { running: None, last: None, last_dry: None };
        Self { stop: AtomicBool::new(false), known: Mutex::new(known) }
    }
}

impl<A: Clone, R: Clone> Jobs<A, R> {
    /// `None` while one is running.
    pub(crate) fn begin(&self, asked: A, now: Timestamp) -> Option<Task<A, R>> {
        let mut known = self.lock();
        if known.running.is_some() {
            return None;
        }
        let job = Task { asked, started_at: now, finished_at: None, progress: 0.0, result: None, error: None };
        known.running = Some(job.clone());
        Some(job)
    }

    pub(crate) fn withdraw(&self) {
        self.lock().running = None;
    }

    pub(crate) fn progress(&self, progress: f64) {
        if let Some(job) = &mut self.lock().running {
            job.progress = progress;
        }
    }

    /// `dry` tells whether the job was a dry run.
    pub(crate) fn end(&self, now: Timestamp, dry: bool, ended: Result<R, impl Error>) {
        let mut known = self.lock();
        let Some(mut job) = known.running.take() else { return };
        (job.finished_at, job.progress) = (Some(now), 1.0);
        match ended {
            Ok(result) => job.result = Some(result),
            Err(error) => job.error = Some(Chain(&error).to_string()),
        }
        let place = if dry { &mut known.last_dry } else { &mut known.last };
        *place = Some(job);
    }

    pub(crate) fn running(&self) -> Option<Task<A, R>> {
        self.lock().running.clone()
    }

    pub(crate) fn last(&self) -> Option<Task<A, R>> {
        self.lock().last.clone()
    }

    pub(crate) fn last_dry(&self) -> Option<Task<A, R>> {
        self.lock().last_dry.clone()
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(crate) fn go_on(&self) {
        self.stop.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Known<A, R>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_the_last_of_each_kind_is_known() {
        let (jobs, now) = (Jobs::<bool, u32>::default(), Timestamp::UNIX_EPOCH);
        assert!(jobs.begin(true, now).is_some());
        assert!(jobs.begin(false, now).is_none());
        jobs.progress(0.5);
        assert_eq!(jobs.running().map(|job| job.progress), Some(0.5));
        jobs.end(now, true, Ok::<_, std::io::Error>(7));
        assert!(jobs.running().is_none());
        assert_eq!(jobs.last_dry().and_then(|job| job.result), Some(7));
        assert!(jobs.begin(false, now).is_some());
        jobs.end(now, false, Err(std::io::Error::other("a reason")));
        assert_eq!(jobs.last().and_then(|job| job.error).as_deref(), Some("a reason"));
        assert_eq!(jobs.last_dry().and_then(|job| job.result), Some(7));
        assert!(jobs.begin(false, now).is_some());
        jobs.withdraw();
        assert!(jobs.running().is_none() && !jobs.is_stopping());
        jobs.stop();
        assert!(jobs.is_stopping());
    }
}
