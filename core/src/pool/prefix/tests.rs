//! Tests of the PREFIX: its shape, and the use word beside a plain reference that keeps every number whole.

use super::*;
/// A stream of random words.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// A key's use word with what a lane adds to it.
struct Key {
    usage: Use,
    random: Random,
    chance: u32,
    /// Accesses until one is drawn while the key is busy.
    until_draw: u64,
    decay_seconds: u32,
    /// Accesses that were stored.
    stored: u64,
    /// Accesses that the stored ones stand for.
    weight: u64,
    /// How often the key was news.
    news: u64,
}

impl Key {
    fn new(clock: u32, decay_seconds: u32) -> Key {
        Key {
            usage: Use::from_word(Use::fresh(clock, 0)),
            random: Random(u64::from(clock)),
            chance: 7,
            until_draw: 1,
            decay_seconds,
            stored: 0,
            weight: 0,
            news: 0,
        }
    }

    fn access(&mut self, clock: u32, node: u32) {
        let mut chance = self.chance.wrapping_add(0x9e37_79b9);
        if self.usage.head() == Use::busy_head(clock) {
            self.until_draw -= 1;
            if self.until_draw > 0 {
                return;
            }
            self.until_draw = 1 + self.random.below((2 << SHIFT_MAX) - 1);
            chance = 0;
        } else {
            self.chance = chance;
        }
        let touch = Touch {
            clock,
            node: Some(node),
            decay_seconds: self.decay_seconds,
            hot_level: 5,
            random: self.random.next(),
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
        };
        let Some(touched) = self.usage.touch(chance, &touch) else {
            return;
        };
        self.stored += 1;
        self.weight += touched.weight;
        self.news += u64::from(touched.is_news);
    }

    fn see(&self, clock: u32) -> UseView {
        UseView::read(self.usage.load(), clock, self.decay_seconds, 1)
    }
}

#[test]
fn shape_keeps_every_field_apart() {
    let shape = Shape::new(
        ObjectType::String,
        Encoding::Raw,
        KEY_BYTES_MAX,
        EMBEDDED_BYTES_MAX,
    );
    for (deadline, word) in [(false, false), (true, false), (false, true), (true, true)] {
        let shape = shape.with_deadline(deadline).with_word(word);
        assert_eq!(shape.key_len(), KEY_BYTES_MAX);
        assert_eq!(shape.value_len(), EMBEDDED_BYTES_MAX);
        assert_eq!(
            (shape.kind(), shape.encoding()),
            (ObjectType::String, Encoding::Raw)
        );
        assert_eq!((shape.has_deadline(), shape.has_word()), (deadline, word));
        let optional = 8 * (deadline as usize + word as usize);
        assert_eq!(shape.key_offset(), PREFIX_BYTES + optional);
    }
}

#[test]
fn level_takes_a_power_of_two_accesses_a_step() {
    let mut key = Key::new(100, 10);
    let mut reached = Vec::new();
    for access in 1..=64u32 {
        key.access(100, 0);
        if key.see(100).level as usize > reached.len() {
            reached.push(access);
        }
    }
    assert_eq!(reached, [1, 2, 4, 8, 16, 32, 64]);
    assert_eq!((key.stored, key.weight), (64, 64));
    assert_eq!(key.news, 3, "it came to levels 5, 6 and 7");
}

#[test]
fn level_cools_with_time_whether_touched_or_not() {
    let mut key = Key::new(100, 10);
    (0..64).for_each(|_| key.access(100, 0));
    assert_eq!(key.see(109).level, 7);
    assert_eq!(key.see(130).level, 4);
    assert_eq!(key.see(100_000).level, 0);
    (101..170).for_each(|clock| key.access(clock, 0));
    let level = key.see(170).level;
    assert!(
        (2..=5).contains(&level),
        "one access a second is level 3 or 4, not {level}"
    );
}

#[test]
fn a_key_that_was_used_much_long_ago_becomes_hot_as_fast_as_any() {
    for before in [0u64, 300, 100_000, 5_000_000] {
        let mut key = Key::new(100, 10);
        (0..before).for_each(|_| key.access(100, 0));
        assert_eq!(key.see(200).level, 0);
        let mut accesses = 0;
        while key.see(201).level < 5 {
            key.access(201, 1);
            accesses += 1;
        }
        assert!(accesses <= 200, "{accesses} accesses after {before}");
        (0..2000).for_each(|_| key.access(201, 1));
        assert_eq!(key.see(201).accessor, 1, "after {before}");
    }
}

#[test]
fn level_settles_at_the_logarithm_of_the_rate() {
    for (a_second, levels) in [(1, 2..=5), (3, 3..=6), (10, 5..=7), (200, 6..=7)] {
        let mut key = Key::new(1000, 10);
        let mut sum = 0;
        for clock in 1000..1600 {
            (0..a_second).for_each(|_| key.access(clock, 0));
            sum += u32::from(key.see(clock).level);
        }
        let mean = (sum / 600) as u8;
        assert!(levels.contains(&mean), "{a_second} a second: level {mean}");
    }
}

#[test]
fn a_key_used_often_stores_few_accesses_and_these_stand_for_all() {
    let mut key = Key::new(100, 10);
    (0..1_000_000).for_each(|_| key.access(100, 0));
    assert!(key.stored < 50_000, "{} stored", key.stored);
    assert!((900_000..1_100_000).contains(&key.weight), "{}", key.weight);
}

#[test]
fn clock_wraps_without_a_jump() {
    let mut key = Key::new((1 << 24) - 2, 10);
    assert_eq!(key.see(3).idle_seconds, 5);
    (0..64).for_each(|_| key.access((1 << 24) - 2, 0));
    assert!(key.see(3).level >= 6);
}

#[test]
fn accesses_are_exact_up_to_255_and_close_beyond() {
    for seed in 1..20 {
        let mut key = Key::new(seed, 10);
        for access in 1..=100_000u64 {
            key.access(seed, 0);
            if access <= 255 {
                assert_eq!(key.see(seed).accesses, access);
            }
        }
        let estimate = key.see(seed).accesses;
        assert!((60_000..160_000).contains(&estimate), "{estimate}");
    }
}

#[test]
fn the_count_saturates() {
    let word = MANTISSA.with(
        EXPONENT.with(Use::fresh(1, 0), EXPONENT.max()),
        MANTISSA.max(),
    );
    let full = Use::from_word(word);
    let touch = Touch {
        clock: 1,
        node: None,
        decay_seconds: 10,
        hot_level: 5,
        random: 0,
        lfu_log_factor: 10,
        lfu_decay_minutes: 1,
    };
    full.touch(0, &touch);
    let view = UseView::read(full.load(), 1, 10, 1);
    assert_eq!((view.accesses, view.vote), (255 << 30, 0));
}

#[test]
fn vote_follows_the_majority() {
    let mut key = Key::new(1, 10);
    (0..30).for_each(|_| key.access(1, 0));
    (0..12).for_each(|_| key.access(1, 3));
    assert_eq!(key.see(1).accessor, 0);
    (0..12).for_each(|_| key.access(1, 3));
    assert_eq!((key.see(1).accessor, key.see(1).vote), (3, 9));
}

#[test]
fn frequency_grows_logarithmically_and_decays_by_the_minute() {
    let mut key = Key::new(1, 10);
    (0..1000).for_each(|_| key.access(1, 0));
    let frequency = key.see(1).frequency;
    assert!(
        (12..40).contains(&frequency),
        "Redis has 18 or so, not {frequency}"
    );
    assert_eq!(key.see(181).frequency, frequency - 3);
    (0..1_000_000).for_each(|_| key.access(1, 0));
    assert!(
        key.see(1).frequency >= 200,
        "Redis has 255, not {}",
        key.see(1).frequency
    );
    // Touched each fifty seconds, it falls all the same, by the clock's minutes.
    let mut idle = Key::new(60, 10);
    (0..1000).for_each(|_| idle.access(60, 0));
    let before = idle.see(60).frequency;
    (1..=12).for_each(|step| idle.access(60 + 50 * step, 0));
    assert!(idle.see(660).frequency < before);
}

/// The same rules with every number whole.
#[derive(Default)]
struct Plain {
    count: u64,
    level: u64,
    seen: u64,
    leader: u32,
    lead: u64,
}

impl Plain {
    fn cool(&mut self, clock: u64, decay: u64) {
        let strikes = clock / decay - self.seen / decay;
        self.level = self.level.saturating_sub(strikes);
        self.seen = clock;
    }

    fn access(&mut self, clock: u64, decay: u64, node: u32) {
        self.cool(clock, decay);
        self.count += 1;
        if self.count % (1 << self.level) == 0 {
            self.level = (self.level + 1).min(7);
        }
        if self.leader == node {
            self.lead = (self.lead + 1).min(15);
        } else if self.lead == 0 {
            (self.leader, self.lead) = (node, 1);
        } else {
            self.lead -= 1;
        }
    }
}

#[test]
fn up_to_255_accesses_the_word_is_the_plain_reference_to_the_digit() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let decay = 1 + random.below(30) as u32;
        let start = 1 + random.below(1 << 23);
        let mut key = Key::new(start as u32, decay);
        let mut plain = Plain {
            seen: start,
            ..Plain::default()
        };
        let (mut clock, majority) = (start, random.below(4) as u32);
        for _ in 0..255 {
            clock += match random.below(4) {
                0 => random.below(u64::from(decay) * 3),
                1 => random.below(3),
                _ => 0,
            };
            let node = match random.below(3) {
                0 => random.below(4) as u32,
                _ => majority,
            };
            key.access(clock as u32, node);
            plain.access(clock, decay.into(), node);
            let view = key.see(clock as u32);
            let seen = (
                view.accesses,
                view.level.into(),
                view.accessor,
                view.vote.into(),
            );
            let whole = (plain.count, plain.level, plain.leader, plain.lead);
            assert_eq!(seen, whole, "seed {seed}");
            let later = clock + random.below(100);
            let mut cooled = Plain { ..plain };
            cooled.cool(later, decay.into());
            assert_eq!(
                u64::from(key.see(later as u32).level),
                cooled.level,
                "seed {seed}"
            );
        }
    }
}

#[test]
fn beyond_that_it_stays_near_the_plain_reference() {
    for seed in 0..40 {
        let mut random = Random(seed);
        let mut key = Key::new(1000, 10);
        let mut plain = Plain {
            seen: 1000,
            ..Plain::default()
        };
        let a_second = 1 << random.below(9);
        let majority = random.below(3) as u32;
        let (mut ours, mut whole) = (0u64, 0u64);
        for clock in 1000..1300u64 {
            for _ in 0..a_second {
                let node = match random.below(4) {
                    0 => (majority + 1) % 3,
                    _ => majority,
                };
                key.access(clock as u32, node);
                plain.access(clock, 10, node);
            }
            ours += u64::from(key.see(clock as u32).level);
            whole += plain.level;
        }
        let view = key.see(1299);
        assert!(
            ours.abs_diff(whole) < 300,
            "levels {ours} and {whole} in 300 s, seed {seed}"
        );
        let ratio = view.accesses as f64 / plain.count as f64;
        assert!(
            (0.6..1.6).contains(&ratio),
            "{ratio} of the accesses, seed {seed}"
        );
        assert_eq!(view.accessor, majority, "seed {seed}");
    }
}
