//! How drawings look: the colours of app.css, which a file cannot ask for.

/// Colours on one ground.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) ink: &'static str,
    pub(crate) paper: &'static str,
    pub(crate) error: &'static str,
    services: [&'static str; 12],
}

const LIGHT: Look = Look {
    ink: "#1a1e25",
    paper: "#ffffff",
    error: "#bf2438",
    services: [
        "#3569d4", "#b8511a", "#2377b0", "#b8336a", "#78664a", "#0a7a88", "#8447c2", "#58761b",
        "#5a5cc9", "#a04a38", "#1d7a50", "#8f6707",
    ],
};
const DARK: Look = Look {
    ink: "#e7e9ed",
    paper: "#17191e",
    error: "#ff8089",
    services: [
        "#7ba3ff", "#f2904f", "#68b8ee", "#f481ac", "#bfad8b", "#43c5d4", "#bf92f4", "#a9c653",
        "#979bf7", "#e0917e", "#55c48e", "#dcb64f",
    ],
};

impl Look {
    /// The look on light or dark ground.
    pub(crate) const fn on(dark: bool) -> Self {
        if dark { DARK } else { LIGHT }
    }

    /// The colour of a service, by the number that it has everywhere.
    pub(crate) const fn service(&self, number: usize) -> &'static str {
        self.services[number % self.services.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_have_the_colours_of_the_surfaces() {
        let css = include_str!("../../extension/app.css");
        let both = |name: &str, light: &str, dark: &str| {
            let line = format!("{name}: light-dark({light}, {dark})");
            assert!(css.contains(&line), "app.css has no {line}");
        };
        both("--ink", LIGHT.ink, DARK.ink);
        both("--ground", LIGHT.paper, DARK.paper);
        both("--bad", LIGHT.error, DARK.error);
        for number in 0..12 {
            let (light, dark) = (Look::on(false).service(number), Look::on(true).service(number));
            both(&format!(".c{number} {{ --c"), light, dark);
        }
    }
}
