//! Behaviour of the API that is not documented, as switches. A personality is one value for each switch.
//!
//! The default of a switch is the best-supported behaviour. Tests of behaviour run under all of [`Personality::named`] and
//! under random ones from [`Personality::nth`]. Every personality is a plausible API: if a document is written as it was
//! read, then either it reads back with the same meaning, or the write is refused and changes nothing.

use super::near;

/// Declares the switches. Their enums, the struct, and the conversion from and to text are generated from one list.
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

        /// One value for each switch. Written as `put=merge,durations=rewritten`; other switches have their default.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Personality {
            $($(#[$doc])* pub $field: $name,)+
        }

        impl Personality {
            /// All switches with their values, the default first.
            pub const SWITCHES: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($field), &[$first_text, $($text,)+]),)+];

            /// Sets one switch by name.
            ///
            /// # Errors
            /// Returns an error if the switch or the value does not exist. The message suggests a similar one.
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

            /// Returns the name and value of each switch, and whether the value is the default.
            pub(super) fn values(&self) -> Vec<(&'static str, &'static str, bool)> {
                vec![$((stringify!($field), self.$field.text(), self.$field == $name::default()),)+]
            }

            /// Returns a pseudo-random personality for a seed.
            pub fn nth(seed: u64) -> Self {
                let mut mixer = Mixer(seed);
                Self { $($field: $name::ALL[mixer.below($name::ALL.len())].1,)+ }
            }
        }
    };
}

switches! {
    /// What PUT does with members that are not in the body.
    put: Put {
        /// Clears them: the body is the new organization.
        Replace = "replace",
        /// Keeps them.
        Merge = "merge",
    }
    /// What a merging PUT does with members that are missing from a group in the body.
    groups: Groups {
        /// Clears them: the group in the body is the new group.
        Replace = "replace",
        /// Keeps them.
        Merge = "merge",
    }
    /// How read-only fields in the body of a write are treated.
    read_only_fields: ReadOnlyFields {
        /// Ignored.
        Ignored = "ignored",
        /// The write is refused with 12062.
        Refused = "refused",
    }
    /// How `""` in the body of a write is treated.
    empty_strings: EmptyStrings {
        /// Stored and returned unchanged.
        Kept = "kept",
        /// Unsets the member.
        Dropped = "dropped",
        /// The write is refused with 12062.
        Refused = "refused",
    }
    /// How undocumented fields in the body are treated.
    unknown_fields: UnknownFields {
        /// Stored like any other; a replacing PUT without them resets them.
        Stored = "stored",
        /// Ignored.
        Ignored = "ignored",
        /// The write is refused with 12062.
        Refused = "refused",
    }
    /// Whether a PUT needs `auth_domain`.
    auth_domain: AuthDomain {
        /// A write without it is refused with 11004.
        Required = "required",
        /// A write without it keeps the current value.
        Optional = "optional",
    }
    /// How `false` is returned. The switch of a group is always returned.
    false_members: FalseMembers {
        /// As written.
        AsWritten = "as_written",
        /// All boolean settings are returned, unset ones as `false`.
        Always = "always",
        /// Members that are `false` are omitted.
        Omitted = "omitted",
    }
    /// How empty lists outside of groups are returned.
    empty_lists: EmptyLists {
        /// As written.
        AsWritten = "as_written",
        /// All lists are returned, unset ones as `[]`.
        Always = "always",
        /// Empty lists are omitted.
        Omitted = "omitted",
    }
    /// How empty lists inside of groups are returned.
    empty_group_lists: EmptyGroupLists {
        /// Omitted, as reported for the PIV key requirements.
        Omitted = "omitted",
        /// As written.
        Sent = "sent",
    }
    /// How unset settings are returned.
    unset_members: UnsetMembers {
        /// Omitted.
        Absent = "absent",
        /// As `null`.
        Null = "null",
    }
    /// How an empty login design is returned.
    empty_login_design: EmptyLoginDesign {
        /// As `{}`.
        EmptyObject = "empty_object",
        /// Omitted.
        Absent = "absent",
        /// With every member as `""`.
        EmptyStrings = "empty_strings",
    }
    /// How durations are returned.
    durations: Durations {
        /// As written.
        AsWritten = "as_written",
        /// In Go's notation: `24h0m0s`.
        Rewritten = "rewritten",
    }
    /// The order of the elements of sets in answers.
    sets: Sets {
        /// As written.
        AsWritten = "as_written",
        /// Sorted.
        Sorted = "sorted",
    }
    /// The name of a renamed group in answers. Writes accept both names.
    spelling: Spelling {
        /// The current name.
        Current = "current",
        /// The former name: `mfa_ssh_piv_key_requirements`.
        Former = "former",
    }
    /// How a group whose switch is off is returned.
    switched_off: SwitchedOff {
        /// With generated values for the other members.
        Filled = "filled",
        /// As written.
        AsWritten = "as_written",
    }
    /// When the reason of the dashboard lock is returned.
    toggle_reason: ToggleReason {
        /// Only while the lock is on.
        WhileOn = "while_on",
        /// Always.
        AsWritten = "as_written",
    }
    /// Whether a write changes `updated_at`.
    updated_at: UpdatedAt {
        /// Every write changes it.
        Moves = "moves",
        /// Writes keep it.
        Stays = "stays",
    }
    /// How a write is treated that enables WARP sign-in without a session duration.
    warp_without_duration: WarpWithoutDuration {
        /// Accepted.
        Accepted = "accepted",
        /// Refused with 12130.
        Refused = "refused",
    }
    /// The answer to requests while there is no organization.
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
    /// What a POST does while there is no organization.
    post: Post {
        /// Creates the organization.
        Accepted = "accepted",
        /// Creates the organization and generates a missing `name` or `auth_domain`, as for providers.
        Generated = "generated",
        /// Refused with 11004, as reported for accounts that never enabled Zero Trust in the dashboard.
        Refused = "refused",
    }
    /// What a POST does while there is an organization. This is not documented.
    post_existing: PostExisting {
        /// Refused with 409, as for other Access objects.
        Conflict = "conflict",
        /// Returns the existing organization as if it had been created. Changes nothing.
        Answered = "answered",
        /// Treated as a merging update.
        Merged = "merged",
    }
    /// The settings of a new organization that are not in the POST.
    new_organization: NewOrganization {
        /// None.
        Bare = "bare",
        /// The documented defaults: a session of 24h, and strict authentication of service tokens.
        Defaults = "defaults",
    }
    /// Whether PATCH is supported.
    patch: Patch {
        /// Refused with 405.
        Refused = "refused",
        /// Accepted; it merges.
        Accepted = "accepted",
    }
    /// When a write can be read back.
    read_back: ReadBack {
        /// Immediately.
        Immediate = "immediate",
        /// The next [`LATE_READS`] reads of the endpoint return the previous document.
        Late = "late",
    }
    /// How the DNS over HTTPS settings are returned before the first write.
    unset_doh: UnsetDoh {
        /// As `{}`.
        EmptyObject = "empty_object",
        /// With the documented default of 24h.
        Defaults = "defaults",
    }
    /// Whether the account's audit log can be read.
    audit_log: AuditAccess {
        /// It has every write of the organization.
        Kept = "kept",
        /// Refused with 403: it needs a permission of its own.
        Refused = "refused",
        /// 404 with 7003.
        NotFound = "not_found",
        /// It has no entries.
        Empty = "empty",
    }
    /// When a write appears in the audit log.
    audit_lag: AuditLag {
        /// Immediately.
        None = "none",
        /// Once the next write is logged.
        Newest = "newest",
    }
    /// How entries of the audit log contain the request and the response.
    audit_payload: AuditPayload {
        /// As objects.
        Object = "object",
        /// As JSON text.
        Text = "text",
        /// Not at all.
        Missing = "missing",
    }
    /// The entries of the audit log that are not about the organization.
    audit_noise: AuditNoise {
        /// None.
        None = "none",
        /// For each entry, one of another account and one of another object.
        Others = "others",
        /// Thousands of another object before the first one of the organization.
        Many = "many",
    }
    /// The position of the cursor in the answers of the audit log.
    audit_cursor: AuditCursor {
        /// `result_info.cursors.after`, as in version 7 of the TypeScript SDK.
        Nested = "nested",
        /// `result_info.cursor`, as in version 4.
        Flat = "flat",
    }
}

/// The number of reads that return the previous document after a write, under [`ReadBack::Late`].
pub const LATE_READS: u32 = 2;

/// A personality, switch or value that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PersonalityError(pub(super) String);

fn no_such_switch(switch: &str) -> PersonalityError {
    let names = Personality::SWITCHES.iter().map(|(name, _)| *name);
    PersonalityError(format!("no such switch: \"{}\"{}", switch.escape_debug(), near::hint(switch, names)))
}

fn no_such_value(switch: &str, value: &str) -> PersonalityError {
    let values = Personality::SWITCHES.iter().find(|(name, _)| *name == switch).map_or(&[][..], |(_, values)| values);
    PersonalityError(format!(
        "no such value of {switch}: \"{}\"; known values: {}{}",
        value.escape_debug(),
        values.join(", "),
        near::hint(value, values.iter().copied())
    ))
}

/// A generator of pseudo-random numbers (`SplitMix64`).
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
