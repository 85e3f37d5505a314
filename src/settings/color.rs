//! Colours of the login design, and their contrast.

use std::str::FromStr;

/// An opaque sRGB colour. Written `#RGB` or `#RRGGBB`; `#FFF` equals `#ffffff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

/// The text is not `#RGB` or `#RRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a colour as #RRGGBB or #RGB, such as \"#c5ed1b\"")]
pub struct ColorError;

impl FromStr for Color {
    type Err = ColorError;

    fn from_str(text: &str) -> Result<Self, ColorError> {
        let digits = text.strip_prefix('#').ok_or(ColorError)?;
        let nibbles: Vec<u8> = digits
            .chars()
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect::<Option<_>>()
            .ok_or(ColorError)?;
        match nibbles[..] {
            [r, g, b] => Ok(Self { red: r * 17, green: g * 17, blue: b * 17 }),
            [r, s, g, h, b, c] => Ok(Self { red: r * 16 + s, green: g * 16 + h, blue: b * 16 + c }),
            _ => Err(ColorError),
        }
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Color {
    /// White, the background of the login text.
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    /// The minimum contrast of body text in WCAG 2.1 (criterion 1.4.3, level AA).
    pub const LEGIBLE: f64 = 4.5;

    /// The contrast for display: truncated to two decimals, not rounded, so that 4.499 is not shown as 4.5.
    pub fn contrast_figure(self, other: Self) -> f64 {
        (self.contrast(other) * 100.0).floor() / 100.0
    }

    /// Contrast with another colour, from 1.0 (none) to 21.0, as defined by WCAG 2.1; body text needs 4.5.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.1 relative luminance, 0.0 (black) to 1.0 (white).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_spellings_are_one_colour() {
        assert_eq!("#FFF".parse::<Color>(), "#ffffff".parse());
        assert_eq!("#ABC".parse::<Color>(), "#aabbcc".parse());
        assert_ne!("#c5ed1b".parse::<Color>(), "#c5ed1c".parse());
    }

    #[test]
    fn other_css_colours_are_refused() {
        for text in ["fff", "#ffff", "#ffffffff", "red", "rgb(1,2,3)", "#ggg", "#", "", "#ééé"] {
            assert_eq!(text.parse::<Color>(), Err(ColorError), "{text}");
        }
    }

    #[test]
    fn contrast_follows_wcag() {
        let black = Color { red: 0, green: 0, blue: 0 };
        assert!((Color::WHITE.contrast(black) - 21.0).abs() < 1e-9);
        assert!((black.contrast(black) - 1.0).abs() < 1e-9);
        let lime: Color = "#c5ed1b".parse().unwrap();
        assert!(lime.contrast(Color::WHITE) < 1.5, "the sample colour of the documentation is not readable on white");
    }
}
