//! The same seed gives the same bytes: whoever made the keys, and on however many threads.

use tokentrail::recording::trace;
use tokentrail::scenario;

use super::world;

#[test]
fn one_seed_gives_the_same_bytes_however_many_threads_perform() {
    let lines = |text: &str| -> Vec<String> {
        let recording = scenario::perform(&world::load(text), None).unwrap();
        trace::lines(&recording).collect()
    };
    let alone = lines(world::TEXT);
    let together: Vec<Vec<String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| lines(world::TEXT))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for other in together {
        assert!(other == alone);
    }
}
