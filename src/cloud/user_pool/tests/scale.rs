//! A crowded pool answers like an empty one: nothing looks at everybody.

use super::*;
use crate::cloud::user_pool::config::{UserConfig, add_user};
use std::time::Duration;

const CROWD: usize = 20_000;

fn crowd(world: &mut World, count: usize) {
    let pool = world.pool.clone();
    for number in 0..count {
        let user = UserConfig {
            username: format!("user-{number}"),
            password: PASSWORD.to_owned(),
            attributes: vec![("email".to_owned(), format!("user-{number}@example.com"))],
            ..UserConfig::default()
        };
        add_user(&mut world.cloud, &pool, user).unwrap();
    }
}

/// The shortest of several runs, of the processor's time as far as the clock shows it.
fn fastest(mut work: impl FnMut()) -> Duration {
    let mut once = || {
        #[expect(clippy::disallowed_methods, reason = "measures the real machine")]
        let start = std::time::Instant::now();
        work();
        start.elapsed()
    };
    (0..7).map(|_| once()).min().unwrap()
}

#[test]
fn describing_and_refusing_cost_the_same_with_twenty_thousand_users() {
    let (mut small, mut large) = (world(), world());
    crowd(&mut large, CROWD);
    assert_eq!(large.state().0, format!("{} users", CROWD + 1));
    let describe = |world: &World| {
        for _ in 0..20 {
            world.state();
        }
    };
    let (few, many) = (fastest(|| describe(&small)), fastest(|| describe(&large)));
    assert!(many < few * 6, "{few:?} against {many:?}");
    let body = json!({ "AccessToken": "a.b.c" });
    let few = fastest(|| drop(small.api("GetUser", &body)));
    let many = fastest(|| drop(large.api("GetUser", &body)));
    assert!(many < few * 6, "{few:?} against {many:?}");
}
