//! Everything about the API that nobody has settled, as switches: a personality is one reading of all of them.
//!
//! Each switch starts at its best-supported reading. Tests of behaviour run under all of [`Personality::named`] and under
//! random ones from [`Personality::nth`]. A personality models an API, not a bug: under each of them a document that is
//! written as it was read reads back the same by meaning, or is refused and nothing changes.

use super::near;

/// Declares the switches once: their enums, the struct, its text form and its enumeration come from one list.
macro_rules! switches {
    ($(
        $(#[$doc:meta])*
        $field:ident: $name:ident {
            $(#[$first_doc:meta])* $first:ident = $first_text:literal,
            $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+
        }
    )+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            pub enum $name {
                $(#[$first_doc])*
                #[default]
                #[serde(rename = $first_text)]
                $first,
                $(
                    $(#[$variant_doc])*
                    #[serde(rename = $text)]
                    $variant,
                )+
            }

            impl $name {
                const ALL: &[(&'static str, Self)] = &[($first_text, Self::$first), $(($text, Self::$variant),)+];

                fn text(self) -> &'static str {
                    Self::ALL.iter().find(|(_, value)| *value == self).map_or($first_text, |(text, _)| text)
                }
            }
        )+

        /// One reading of everything unsettled. Written `put=merge,durations=rewritten`; what is not named keeps its default.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Personality {
            $($(#[$doc])* pub $field: $name,)+
        }

        impl Personality {
            /// Every switch with the values it takes, the default first.
            pub const SWITCHES: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($field), &[$first_text, $($text,)+]),)+];

            /// Sets one switch by name.
            ///
            /// # Errors
            /// If there is no such switch, or it has no such value; the message names the nearest one.
            pub fn set(&mut self, switch: &str, value: &str) -> Result<(), PersonalityError> {
                match switch {
                    $(stringify!($field) => {
                        let found = $name::ALL.iter().find(|(text, _)| *text == value);
                        self.$field = found.ok_or_else(|| no_such_value(switch, value))?.1;
                    })+
                    _ => return Err(no_such_switch(switch)),
                }
                Ok(())
            }

            /// The value of every switch, in their order.
            pub(super) fn values(&self) -> Vec<(&'static str, &'static str, bool)> {
                vec![$((stringify!($field), self.$field.text(), self.$field == $name::default()),)+]
            }

            /// The personality of a number: each switch is chosen by its bits, so that random numbers are random personalities.
            pub fn nth(seed: u64) -> Self {
                let mut rest = Mixer(seed);
                Self { $($field: $name::ALL[rest.below($name::ALL.len())].1,)+ }
            }
        }
    };
}

switches! {
    /// What PUT does with members that the body leaves out.
    put: Put {
        /// They are cleared: the body is the new organization.
        Replace = "replace",
        /// They stay as they are.
        Merge = "merge",
    }
    /// What a merging PUT does with the members that a group in the body leaves out.
    groups: Groups {
        /// They are cleared: the group in the body is the new group.
        Replace = "replace",
        /// They stay as they are.
        Merge = "merge",
    }
    /// What happens to read-only fields in the body of a write.
    read_only_fields: ReadOnlyFields {
        /// They change nothing.
        Ignored = "ignored",
        /// The write is refused with 12062.
        Refused = "refused",
    }
    /// What happens to `""` in the body of a write.
    empty_strings: EmptyStrings {
        /// It is stored and answered as it is.
        Kept = "kept",
        /// It unsets the member.
        Dropped = "dropped",
        /// The write is refused with 12062.
        Refused = "refused",
    }
    /// What happens to fields in the body that the API does not document.
    unknown_fields: UnknownFields {
        /// They are stored like any other, and a replacing PUT without them resets them.
        Stored = "stored",
        /// They change nothing.
        Ignored = "ignored",
        /// The write is refused with 12062.
        Refused = "refused",
    }
    /// Whether a PUT needs `auth_domain`.
    auth_domain: AuthDomain {
        /// Without it the write is refused with 11004.
        Required = "required",
        /// Without it the organization keeps its own.
        Optional = "optional",
    }
    /// How `false` is answered. The switch of a group is answered in any case.
    false_members: FalseMembers {
        /// As it was written.
        AsWritten = "as_written",
        /// Every boolean setting is answered, unset ones as `false`.
        Always = "always",
        /// Members that are `false` are left out.
        Omitted = "omitted",
    }
    /// How empty lists outside of groups are answered.
    empty_lists: EmptyLists {
        /// As they were written.
        AsWritten = "as_written",
        /// Every list is answered, unset ones as `[]`.
        Always = "always",
        /// Empty ones are left out.
        Omitted = "omitted",
    }
    /// How empty lists inside of groups are answered.
    empty_group_lists: EmptyGroupLists {
        /// They are left out, as is reported of the PIV key requirements.
        Omitted = "omitted",
        /// As they were written.
        Sent = "sent",
    }
    /// How settings that are unset are answered.
    unset_members: UnsetMembers {
        /// They are left out.
        Absent = "absent",
        /// As `null`.
        Null = "null",
    }
    /// How a login design without content is answered.
    empty_login_design: EmptyLoginDesign {
        /// As `{}`.
        EmptyObject = "empty_object",
        /// It is left out.
        Absent = "absent",
        /// With every member as `""`.
        EmptyStrings = "empty_strings",
    }
    /// How durations are answered.
    durations: Durations {
        /// As they were written.
        AsWritten = "as_written",
        /// As Go prints them: `24h0m0s`.
        Rewritten = "rewritten",
    }
    /// The order in which elements of sets are answered.
    sets: Sets {
        /// As they were written.
        AsWritten = "as_written",
        /// Sorted.
        Sorted = "sorted",
    }
    /// Under which name a renamed group is answered. Both are understood in a write.
    spelling: Spelling {
        /// Its name of today.
        Current = "current",
        /// Its former name: `mfa_ssh_piv_key_requirements`.
        Former = "former",
    }
    /// How a group is answered whose switch is off.
    switched_off: SwitchedOff {
        /// The server fills the other members with values of its own.
        Filled = "filled",
        /// As it was written.
        AsWritten = "as_written",
    }
    /// When the reason of the dashboard's lock is answered.
    toggle_reason: ToggleReason {
        /// Only while the lock is on.
        WhileOn = "while_on",
        /// Always.
        AsWritten = "as_written",
    }
    /// Whether `updated_at` moves with every write.
    updated_at: UpdatedAt {
        /// It does.
        Moves = "moves",
        /// It keeps its value.
        Stays = "stays",
    }
    /// What a write does that lets users sign in with WARP without a duration for it.
    warp_without_duration: WarpWithoutDuration {
        /// It is accepted.
        Accepted = "accepted",
        /// It is refused with 12130.
        Refused = "refused",
    }
    /// What is answered where there is no organization.
    absent_organization: AbsentOrganization {
        /// 403 with 9999.
        NotEnabled = "not_enabled",
        /// 404 with 9999.
        NotEnabled404 = "not_enabled_404",
        /// 404 with 7003, as for a bad path.
        NotFound = "not_found",
        /// 200 with a `null` result; writes are answered 403 with 9999.
        NullResult = "null_result",
    }
    /// What a POST does that could create an organization.
    post: Post {
        /// It creates one.
        Accepted = "accepted",
        /// It creates one, with a generated `name` and `auth_domain` where the body has none, as for providers.
        Generated = "generated",
        /// It is refused with 11004, as accounts report that never enabled Zero Trust in the dashboard.
        Refused = "refused",
    }
    /// What a POST does where there is an organization. Nothing public says.
    post_existing: PostExisting {
        /// It is refused with 409, as other Access objects do.
        Conflict = "conflict",
        /// It is answered as if it had been created, with the organization that is there. Nothing changes.
        Answered = "answered",
        /// It is taken for an update that merges.
        Merged = "merged",
    }
    /// What an organization is created with beside what the POST says.
    new_organization: NewOrganization {
        /// Nothing.
        Bare = "bare",
        /// With the defaults that are documented: a session of 24h, and strict authentication of service tokens.
        Defaults = "defaults",
    }
    /// Whether there is a PATCH.
    patch: Patch {
        /// 405.
        Refused = "refused",
        /// It merges.
        Accepted = "accepted",
    }
    /// When a write can be read back.
    read_back: ReadBack {
        /// At once.
        Immediate = "immediate",
        /// The next [`LATE_READS`] reads of the endpoint answer what was there before.
        Late = "late",
    }
    /// How DNS over HTTPS is answered before anybody set it up.
    unset_doh: UnsetDoh {
        /// As `{}`.
        EmptyObject = "empty_object",
        /// With the documented default of 24h.
        Defaults = "defaults",
    }
}

/// How many reads answer the old document after a write, under [`ReadBack::Late`].
pub const LATE_READS: u32 = 2;

/// A switch or value that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PersonalityError(pub(super) String);

fn no_such_switch(switch: &str) -> PersonalityError {
    let names = Personality::SWITCHES.iter().map(|(name, _)| *name);
    PersonalityError(format!("there is no switch \"{}\"{}", switch.escape_debug(), near::hint(switch, names)))
}

fn no_such_value(switch: &str, value: &str) -> PersonalityError {
    let values = Personality::SWITCHES.iter().find(|(name, _)| *name == switch).map_or(&[][..], |(_, values)| values);
    PersonalityError(format!(
        "the switch {switch} has no value \"{}\"; it takes {}{}",
        value.escape_debug(),
        values.join(", "),
        near::hint(value, values.iter().copied())
    ))
}

/// Spreads a seed, so that neighbouring numbers are unlike personalities (`SplitMix64`).
struct Mixer(u64);

impl Mixer {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % (bound.max(1) as u64)).unwrap_or(0)
    }
}
