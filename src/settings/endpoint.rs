//! The objects of the API that contain settings, and where the API is.

/// The base URL of Cloudflare's API.
pub const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

/// The two objects of the API that contain settings. Each has its own GET and PUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// `…/access/organizations`: the organization itself.
    Organization,
    /// `…/access/organizations/doh`: DNS over HTTPS, account scope only.
    Doh,
}

impl Endpoint {
    /// Every endpoint, in the order in which they are read, planned and written.
    pub const ALL: [Self; 2] = [Self::Organization, Self::Doh];

    /// The API's path below the account or zone: `/access/organizations/doh`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Organization => "/access/organizations",
            Self::Doh => "/access/organizations/doh",
        }
    }

    /// The section of `org.yaml` and the first segment of each setting's path.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Doh => "doh",
        }
    }
}
