//! Five wrong codes, and the slower ways to guess.

use protocol::phone::DeviceState;
use zelf_vault::Verdict;

use crate::phone::{CODE, WRONG};
use crate::world::{DAY, NOW, each, not_accepted};

#[tokio::test]
async fn five_wrong_codes_lock_with_growing_waits_between() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let mut now = NOW;
        for (left, wait) in [(4, 0), (3, 0), (2, 60), (1, 900)] {
            let status = not_accepted(world.try_code(&phone, WRONG, now).await);
            let until = if wait == 0 { 0 } else { now + wait };
            assert_eq!((status.state, status.left, status.not_before), (DeviceState::Active, left, until));
            if wait > 0 {
                let row = world.row(&phone).await;
                for early in [now, now + wait - 1] {
                    let Ok(Verdict::Wait(told)) = world.try_code(&phone, CODE, early).await else { panic!("{early}") };
                    assert_eq!((told.left, told.not_before), (left, until));
                }
                assert_eq!(world.row(&phone).await, row, "a wait counts nothing");
            }
            now += wait;
        }
        let last = not_accepted(world.try_code(&phone, WRONG, now).await);
        assert_eq!((last.state, last.left), (DeviceState::Locked, 0));

        let row = world.row(&phone).await;
        for later in [now, now + 3_600, now + 400 * DAY] {
            let Ok(Verdict::Locked(told)) = world.try_code(&phone, CODE, later).await else { panic!("{later}") };
            assert_eq!((told.state, told.left), (DeviceState::Locked, 0));
        }
        assert_eq!(world.row(&phone).await, row);
        assert_eq!(world.status(&phone).await.state, DeviceState::Locked);
    })
    .await;
}

#[tokio::test]
async fn the_right_code_clears_wait_and_counter_at_once_and_on_disk() {
    each(async |world| {
        for wrong in 1..=4 {
            let mut phone = world.phone(CODE).await;
            for turn in 0..wrong {
                not_accepted(world.try_code(&phone, WRONG, NOW + turn * 1_000).await);
            }
            world.log_in(&mut phone, CODE, NOW + 5_000).await;
            assert_eq!(
                world.on_disk(&phone).await,
                (wrong + 1, 0, 0, "active".to_owned()),
                "after {wrong} wrong codes"
            );
            let status = world.status(&phone).await;
            assert_eq!((status.state, status.left, status.not_before), (DeviceState::Active, 5, 0));
            world.log_in(&mut phone, CODE, NOW + 5_000).await;
        }
    })
    .await;
}

/// A flatmate who tries twice whenever the owner has just logged in.
#[tokio::test]
async fn the_days_and_the_months_cap_survive_right_codes_in_between() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        for day in 0..3 {
            let morning = NOW + day * DAY;
            for _ in 0..5 {
                not_accepted(world.try_code(&phone, WRONG, morning).await);
                not_accepted(world.try_code(&phone, WRONG, morning).await);
                // The tenth wrong code of the day is the last thing that is checked.
                let attempt = phone.approve(&world.ask(&phone, morning).await, CODE);
                match world.vault.attempt(attempt.clone(), morning).await.unwrap() {
                    Verdict::Wait(status) => {
                        assert_eq!(status.not_before, (morning / DAY + 1) * DAY);
                        assert_eq!(status.left, 3);
                    }
                    verdict => drop(phone.keep(&attempt, &verdict)),
                }
            }
            let row = world.row(&phone).await;
            let evening = (morning / DAY + 1) * DAY - 1;
            assert!(matches!(world.try_code(&phone, CODE, evening).await, Ok(Verdict::Wait(_))), "day {day}");
            assert_eq!(world.row(&phone).await, row);
            if day < 2 {
                world.log_in(&mut phone, CODE, evening + 1).await;
            }
        }
        // Thirty in this month: a new day does not help, a new month does.
        assert!(matches!(world.try_code(&phone, CODE, NOW + 3 * DAY).await, Ok(Verdict::Wait(_))));
        assert!(matches!(world.try_code(&phone, CODE, NOW + 29 * DAY).await, Ok(Verdict::Wait(_))));
        world.log_in(&mut phone, CODE, NOW + 30 * DAY).await;
    })
    .await;
}

#[tokio::test]
async fn a_busy_day_of_right_codes_is_no_suspicion() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        for turn in 0..36 {
            world.log_in(&mut phone, CODE, NOW + turn).await;
            if turn % 3 == 0 {
                world.vault.settle().await.unwrap();
            }
        }
        assert_eq!(world.status(&phone).await.left, 5);
        // And a slip after it is the first of five, not the second.
        assert_eq!(not_accepted(world.try_code(&phone, WRONG, NOW + 40).await).left, 4);
    })
    .await;
}
