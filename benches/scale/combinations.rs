//! Combinations of filters: first pages and counts, and the worst of them.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringback::domain::Call;
use ringback::store::{CallQuery, Page, Store};

use super::filters::{self, Change};

/// Runs of each page behind the first one.
const RUNS: usize = 5;

/// First pages of single filters, of all pairs, of triples, of sixes, of nothing but NOTs, of
/// every NOT at once, of a hundred values, and of those with five other filters.
pub(super) fn run(store: &Store, call: &Call, newest: &[Call], until: Timestamp) {
    let single = filters::single(call, until);
    let hundreds = filters::hundreds(newest);
    let all = 0..single.len();
    let bench = |kind: &str, sets: Vec<Vec<&(String, Change)>>| first_pages(store, kind, &sets);
    let of =
        |sets: Vec<Vec<usize>>| sets.into_iter().map(|set| set.into_iter().map(|i| &single[i]).collect()).collect();
    println!(
        "\ncombinations of filters, first page of {}: first runs, and medians of {RUNS} more",
        Page::default().limit
    );
    bench("one filter", of(all.clone().map(|i| vec![i]).collect()));
    bench("two filters", of(all.clone().flat_map(|a| (0..a).map(move |b| vec![a, b])).collect()));
    bench("three filters", of(random(single.len(), 3, 400)));
    bench("six filters", of(random(single.len(), 6, 400)));
    bench("ten filters", of(random(single.len(), 10, 200)));
    let nots: Vec<usize> = all.filter(|i| single[*i].0.starts_with("not ")).collect();
    let of_nots =
        |n: usize| random(nots.len(), n, 100).into_iter().map(|s| s.into_iter().map(|i| nots[i]).collect()).collect();
    bench("two NOTs", of(of_nots(2)));
    bench("five NOTs", of(of_nots(5)));
    bench("every NOT at once", of(vec![nots.clone()]));
    bench("a hundred values", hundreds.iter().map(|hundred| vec![hundred]).collect());
    let with = |others: usize| {
        let sets = random(single.len(), others, 20).into_iter();
        let sets = sets.flat_map(|set| hundreds.iter().map(move |hundred| (hundred, set.clone())));
        sets.map(|(hundred, set)| set.into_iter().map(|i| &single[i]).chain([hundred]).collect()).collect()
    };
    bench("a hundred and one other", with(1));
    bench("a hundred and five others", with(5));
    bench("every hundred at once", vec![hundreds.iter().filter(|(name, _)| !name.starts_with("not ")).collect()]);
}

/// What one question took.
struct Took {
    median: Duration,
    first: Duration,
    count: Duration,
    rows: usize,
    /// Whether the page is short and there is more to search.
    short: bool,
    name: String,
}

fn first_pages(store: &Store, kind: &str, sets: &[Vec<&(String, Change)>]) {
    let page = Page::default();
    let mut all: Vec<Took> = sets
        .iter()
        .map(|set| {
            let mut query = CallQuery::default();
            set.iter().for_each(|(_, change)| change(&mut query));
            let ask = || {
                let started = Instant::now();
                let listing = store.calls(&query, &page).expect("a list");
                (started.elapsed(), listing)
            };
            let (first, listing) = ask();
            let mut times: Vec<Duration> = (0..RUNS).map(|_| ask().0).collect();
            times.sort_unstable();
            let started = Instant::now();
            store.count_calls(&query).expect("a count");
            Took {
                median: times[RUNS / 2],
                first,
                count: started.elapsed(),
                rows: listing.items.len(),
                short: listing.items.len() < page.limit && listing.next.is_some(),
                name: set.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" + "),
            }
        })
        .collect();
    all.sort_unstable_by_key(|took| took.median);
    let middle = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let Some(worst) = all.last() else { return };
    let first = all.iter().max_by_key(|took| took.first).unwrap_or(worst);
    println!(
        "  {kind:<26} {:>5}  median {:>9.2?} worst {:>9.2?}  first runs {:>9.2?} {:>9.2?}  counts {:>9.2?} {:>9.2?}  in pieces {}",
        all.len(),
        all[all.len() / 2].median,
        worst.median,
        middle(all.iter().map(|took| took.first).collect()),
        first.first,
        middle(all.iter().map(|took| took.count).collect()),
        all.iter().map(|took| took.count).max().unwrap_or_default(),
        all.iter().filter(|took| took.short).count(),
    );
    for worst in all.iter().rev().take(3) {
        println!("      {:>9.2?} {:>9.2?}  {} rows of {}", worst.median, worst.first, worst.rows, worst.name);
    }
}

/// Sets of `size` different numbers below `below`, the same in every run.
fn random(below: usize, size: usize, sets: usize) -> Vec<Vec<usize>> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..sets).map(|_| random.choose_multiple(0..below, size)).collect()
}
