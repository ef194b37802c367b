//! The colours that canvases are drawn in. They are those of the style sheet, where the rest of the
//! page has them from; a test compares the two.

/// How many colours services have.
pub const COLOURS: usize = 12;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

/// `.c0` to `.c11`, light and dark.
#[allow(clippy::unreadable_literal, reason = "so colours are written")]
const SERVICES: [[u32; 2]; COLOURS] = [
    [0x3569d4, 0x7ba3ff],
    [0xb8511a, 0xf2904f],
    [0x2377b0, 0x68b8ee],
    [0xb8336a, 0xf481ac],
    [0x78664a, 0xbfad8b],
    [0x0a7a88, 0x43c5d4],
    [0x8447c2, 0xbf92f4],
    [0x58761b, 0xa9c653],
    [0x5a5cc9, 0x979bf7],
    [0xa04a38, 0xe0917e],
    [0x1d7a50, 0x55c48e],
    [0x8f6707, 0xdcb64f],
];
/// `--bad`.
#[allow(clippy::unreadable_literal, reason = "so colours are written")]
const ERROR: [u32; 2] = [0xbf2438, 0xff8089];

impl Scheme {
    /// A service's colour: red, green, blue and how much.
    #[must_use]
    pub fn service(self, number: usize) -> [u8; 4] {
        self.of(SERVICES[number % COLOURS])
    }

    /// The colour of errors.
    #[must_use]
    pub fn error(self) -> [u8; 4] {
        self.of(ERROR)
    }

    fn of(self, [light, dark]: [u32; 2]) -> [u8; 4] {
        let [_, red, green, blue] = if self == Self::Dark { dark } else { light }.to_be_bytes();
        [red, green, blue, u8::MAX]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_style_sheet() {
        let sheet = include_str!("../../extension/app.css");
        let said = |name: &str, [light, dark]: [u32; 2]| {
            let line = format!("{name}: light-dark(#{light:06x}, #{dark:06x});");
            assert!(sheet.contains(&line), "{line}");
        };
        for (number, colours) in SERVICES.into_iter().enumerate() {
            said(&format!(".c{number} {{ --c"), colours);
        }
        said("--bad", ERROR);
        assert_eq!(Scheme::Light.error(), [0xbf, 0x24, 0x38, 0xff]);
    }
}
