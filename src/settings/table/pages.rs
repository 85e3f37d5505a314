//! The login page and custom pages.

use super::common::*;

/// The login page and custom pages.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("organization.login_design.background_color", Kind::Color)
        .doc("The colour behind the login card.")
        .default("Cloudflare's own design")
        .example("\"#c5ed1b\"")
        .always(Impact::Harmless("it changes how the login page looks, not who can sign in"))
        .source(API),
    Setting::new("organization.login_design.text_color", Kind::Color)
        .doc("The colour of the text on the login card, which is white.")
        .default("Cloudflare's own design")
        .example("\"#1b1b1b\"")
        .always(Impact::Harmless("it changes how the login page looks, not who can sign in"))
        .source(API),
    Setting::new("organization.login_design.logo_path", Kind::Url)
        .doc("The URL of the logo on the login page.")
        .default("no logo")
        .example("https://example.com/logo.png")
        .always(Impact::Harmless("it changes how the login page looks, not who can sign in"))
        .source(API),
    Setting::new("organization.login_design.header_text", Kind::Text)
        .multiline()
        .doc("The text above the login form.")
        .default("no header")
        .example("Widget Corp")
        .always(Impact::Harmless("it changes how the login page looks, not who can sign in"))
        .source(API),
    Setting::new("organization.login_design.footer_text", Kind::Text)
        .multiline()
        .doc("The text below the login form.")
        .default("no footer")
        .example("Trouble signing in? Call 4242.")
        .always(Impact::Harmless("it changes how the login page looks, not who can sign in"))
        .source(API),
    uid("organization.custom_pages.forbidden")
        .doc("The custom page shown to a user who may not use an application.")
        .default("Cloudflare's own page")
        .account_only()
        .not_in_create()
        .always(Impact::Harmless("it changes which page a refused user sees, not who is refused"))
        .source(API),
    uid("organization.custom_pages.identity_denied")
        .doc("The custom page shown when the identity provider refuses a sign-in.")
        .default("Cloudflare's own page")
        .account_only()
        .not_in_create()
        .always(Impact::Harmless("it changes which page a refused user sees, not who is refused"))
        .source(API),
];
