//! Shards: each of several machines takes a stable part of the organizations.
//!
//! A target belongs to the shard with the highest hash of both (rendezvous hashing). So the part of a shard depends on nothing
//! but the targets themselves, and another number of shards moves as few targets as possible.

use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::settings::Target;
use crate::text::visible;

/// The version of the algorithm. All shards of a run must use the same one.
const VERSION: &str = "zerodrift/shard/v1";

/// The maximum number of shards. The work for one organization grows with their number.
const MOST: u32 = 1_000;

/// One of several shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Its number, from 1.
    pub(crate) index: u32,
    /// The number of all shards.
    pub(crate) of: u32,
}

/// The value of `--shard`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShardArg {
    /// `I/N`.
    Number(Shard),
    /// `auto`: what the variables of the platform say.
    Auto,
}

/// Where a platform says which shard a job is.
struct Platform {
    index: &'static str,
    /// The number of the first shard.
    first: u32,
    of: &'static str,
}

/// An indexed job of Kubernetes (page "Indexed Job for Parallel Processing"). The number of its completions is not in the
/// environment, so the job sets it.
const KUBERNETES: Platform = Platform { index: env::JOB_COMPLETION_INDEX, first: 0, of: env::ZERODRIFT_SHARDS };

/// A job of GitLab with `parallel` (page "Predefined CI/CD variables").
const GITLAB: Platform = Platform { index: env::CI_NODE_INDEX, first: 1, of: env::CI_NODE_TOTAL };

impl Shard {
    fn new(index: u32, of: u32) -> Result<Self, String> {
        match () {
            () if of == 0 => Err("there is at least one shard".to_owned()),
            () if of > MOST => Err(format!("there are at most {MOST} shards")),
            () if index == 0 => Err("the first shard is 1".to_owned()),
            () if index > of => Err(format!("there is no shard {index} of {of}")),
            () => Ok(Self { index, of }),
        }
    }

    /// Returns whether a manifest belongs to this shard: by its target, or by its path if its target is not known.
    pub(crate) fn has(self, file: &str, target: Option<&Target>) -> bool {
        let name = match target {
            Some(target) => format!("{}/{}", target.scope.plural(), target.id),
            None => format!("file/{}", file.strip_prefix("./").unwrap_or(file).replace('\\', "/")),
        };
        let weight = |shard: &u32| -> [u8; 32] {
            let hash = Sha256::new().chain_update(VERSION).chain_update(shard.to_be_bytes());
            hash.chain_update(&name).finalize().into()
        };
        (1..=self.of).max_by_key(weight) == Some(self.index)
    }
}

impl FromStr for ShardArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected I/N with I from 1 to N, such as 1/3, or auto";
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let numbers = text.split_once('/').and_then(|(index, of)| Some((number(index)?, number(of)?)));
        let (index, of) = numbers.ok_or(EXPECTED)?;
        Shard::new(index, of).map(Self::Number).map_err(|problem| format!("{problem}; {EXPECTED}"))
    }
}

impl ShardArg {
    /// Returns the shard, for `auto` from the environment.
    ///
    /// # Errors
    /// Returns an error if the variables are not set, not valid, or those of two platforms.
    pub(crate) fn shard(self, env: &Env) -> Result<Shard, CliError> {
        if let Self::Number(shard) = self {
            return Ok(shard);
        }
        match (env.get(KUBERNETES.index), env.get(GITLAB.index)) {
            (Some(_), Some(_)) => {
                let message = format!("--shard auto: {} and {} are both set", KUBERNETES.index, GITLAB.index);
                Err(CliError::usage(message).hint("write the shard as I/N, such as --shard 1/3"))
            }
            (Some(index), None) => KUBERNETES.shard(env, index),
            (None, Some(index)) => GITLAB.shard(env, index),
            // A job without `parallel`.
            (None, None) if env.get(GITLAB.of) == Some("1") => Ok(Shard { index: 1, of: 1 }),
            (None, None) => {
                let message = format!("--shard auto: neither {} nor {} is set", KUBERNETES.index, GITLAB.index);
                let hint = "run it in an indexed job of Kubernetes or in a job of GitLab with `parallel`, or write --shard I/N";
                Err(CliError::usage(message).hint(hint))
            }
        }
    }
}

impl Platform {
    fn shard(&self, env: &Env, index: &str) -> Result<Shard, CliError> {
        let Some(of) = env.get(self.of) else {
            let message = format!("--shard auto: {} is set, but {} is not", self.index, self.of);
            return Err(CliError::usage(message).hint(format!("set {} to the number of shards", self.of)));
        };
        let shard = number(index).and_then(|index| Some((index.checked_add(1 - self.first)?, number(of)?)));
        let shard =
            shard.ok_or_else(|| "expected whole numbers".to_owned()).and_then(|(index, of)| Shard::new(index, of));
        shard.map_err(|problem| {
            let (index, of) = (visible(index), visible(of));
            CliError::usage(format!("--shard auto: {problem}, but {}={index} and {}={of}", self.index, self.of))
                .hint(format!("shards are numbered from {} in {}", self.first, self.index))
        })
    }
}

/// Parses a whole number in decimal digits.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests;
