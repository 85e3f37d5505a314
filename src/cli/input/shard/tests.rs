use proptest::collection::btree_set;
use proptest::prelude::*;

use super::*;
use crate::text::hexadecimal;

fn account(id: [u8; 16]) -> Target {
    Target::account(&hexadecimal(&id)).unwrap()
}

/// The shards that have a target.
fn shards(target: &Target, of: u32) -> Vec<u32> {
    (1..=of).filter(|index| Shard { index: *index, of }.has("org.yaml", Some(target))).collect()
}

/// Accounts that look random and are the same in every run.
fn accounts(count: u64) -> impl Iterator<Item = Target> {
    (0..count).map(|number| account(*Sha256::digest(number.to_be_bytes()).first_chunk().unwrap()))
}

proptest! {
    #[test]
    fn seven_shards_have_each_target_once(ids in btree_set(any::<[u8; 16]>(), 1..20)) {
        for target in ids.into_iter().map(account) {
            prop_assert_eq!(shards(&target, 7).len(), 1);
        }
    }

    #[test]
    fn another_shard_takes_targets_and_moves_no_others(id in any::<[u8; 16]>(), of in 1..12_u32) {
        let target = account(id);
        let (before, after) = (shards(&target, of), shards(&target, of + 1));
        prop_assert!(after == before || after == [of + 1], "{before:?} {after:?}");
    }

    #[test]
    fn any_text_is_a_shard_or_an_error(text in prop_oneof![any::<String>(), "[0-9]{0,11}/[0-9]{0,11}"]) {
        match text.parse::<ShardArg>() {
            Ok(ShardArg::Number(Shard { index, of })) => prop_assert!(1 <= index && index <= of && of <= MOST),
            Ok(ShardArg::Auto) => prop_assert_eq!(text, "auto"),
            Err(problem) => prop_assert!(problem.contains("expected I/N")),
        }
    }
}

#[test]
fn shards_are_about_equal_and_another_shard_moves_its_part() {
    let (mut sizes, mut moved) = ([0_usize; 7], 0);
    for target in accounts(1_400) {
        let (before, after) = (shards(&target, 7), shards(&target, 8));
        sizes[before[0] as usize - 1] += 1;
        moved += usize::from(before != after);
    }
    assert!(sizes.iter().all(|size| (150..250).contains(size)), "{sizes:?}");
    assert!((130..220).contains(&moved), "{moved} of 1400 moved, expected about an eighth");
}

/// Another version of the program must assign the same targets, because the machines may run different ones.
#[test]
fn the_assignment_never_changes() {
    let assigned: Vec<u32> = accounts(12).map(|target| shards(&target, 5)[0]).collect();
    assert_eq!(assigned, [4, 2, 5, 2, 3, 4, 3, 3, 3, 4, 1, 1]);
    let zone = Target::zone("699d98642c564d2e855e9661899b7252").unwrap();
    assert_eq!(shards(&zone, 5), [3]);
}

#[test]
fn a_manifest_without_a_known_target_belongs_to_a_shard_by_its_path() {
    let has = |file: &str| (1..=5).filter(|index| Shard { index: *index, of: 5 }.has(file, None)).collect::<Vec<_>>();
    assert_eq!(has("orgs/a.yaml").len(), 1);
    assert_eq!(has("./orgs/a.yaml"), has("orgs/a.yaml"));
    assert_eq!(has("orgs\\a.yaml"), has("orgs/a.yaml"));
    assert!((0..50).any(|number| has(&format!("orgs/{number}.yaml")) != has("orgs/a.yaml")));
}

#[test]
fn the_first_shard_is_1_and_the_last_is_their_number() {
    for (text, problem) in [
        ("0/3", "the first shard is 1"),
        ("4/3", "there is no shard 4 of 3"),
        ("1/0", "there is at least one shard"),
        ("1/1001", "there are at most 1000 shards"),
        ("3", "expected I/N"),
        ("1/", "expected I/N"),
        ("-1/3", "expected I/N"),
        ("+1/3", "expected I/N"),
        ("1/99999999999", "expected I/N"),
        ("automatic", "expected I/N"),
    ] {
        let error = text.parse::<ShardArg>().unwrap_err();
        assert!(error.starts_with(problem), "{text}: {error}");
    }
    assert_eq!("3/3".parse(), Ok(ShardArg::Number(Shard { index: 3, of: 3 })));
}

fn auto<const N: usize>(variables: [(&str, &str); N]) -> Result<Shard, CliError> {
    ShardArg::Auto.shard(&Env::of(variables))
}

#[test]
fn auto_takes_the_shard_from_the_variables_of_the_platform() {
    let second = Shard { index: 2, of: 3 };
    assert_eq!(auto([("JOB_COMPLETION_INDEX", "1"), ("ZERODRIFT_SHARDS", "3")]).unwrap(), second);
    assert_eq!(auto([("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")]).unwrap(), second);
    assert_eq!(auto([("CI_NODE_TOTAL", "1")]).unwrap(), Shard { index: 1, of: 1 }, "without `parallel`");
}

#[test]
fn auto_without_usable_variables_is_a_usage_error() {
    let message = |result: Result<Shard, CliError>| {
        let error = result.unwrap_err();
        assert_eq!((error.exit().code(), error.hints.len()), (64, 1), "{error:?}");
        error.message
    };
    assert_eq!(message(auto([])), "--shard auto: neither JOB_COMPLETION_INDEX nor CI_NODE_INDEX is set");
    let both = auto([("JOB_COMPLETION_INDEX", "1"), ("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")]);
    assert_eq!(message(both), "--shard auto: JOB_COMPLETION_INDEX and CI_NODE_INDEX are both set");
    let alone = auto([("JOB_COMPLETION_INDEX", "1")]);
    assert_eq!(message(alone), "--shard auto: JOB_COMPLETION_INDEX is set, but ZERODRIFT_SHARDS is not");
    let beyond = auto([("JOB_COMPLETION_INDEX", "3"), ("ZERODRIFT_SHARDS", "3")]);
    let expected = "--shard auto: there is no shard 4 of 3, but JOB_COMPLETION_INDEX=3 and ZERODRIFT_SHARDS=3";
    assert_eq!(message(beyond), expected);
    assert!(message(auto([("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")])).contains("the first shard is 1"));
    assert!(message(auto([("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "3")])).contains("expected whole numbers"));
}
