//! The four ways in which a setting is text.

macro_rules! text {
    ($($path:ident).+) => {
        (|all| all.$($path).+.clone(), |all, text| {
            text.trim().clone_into(&mut all.$($path).+);
            true
        })
    };
}

macro_rules! switch {
    ($($path:ident).+) => {
        (|all| all.$($path).+.to_string(), |all, text| {
            text.parse().map(|on| all.$($path).+ = on).is_ok()
        })
    };
}

macro_rules! number {
    ($($path:ident).+) => {
        (|all| all.$($path).+.to_string(), |all, text| {
            text.trim().parse().map(|number| all.$($path).+ = number).is_ok()
        })
    };
}

macro_rules! list {
    ($($path:ident).+) => {
        (|all| all.$($path).+.join("\n"), |all, text| {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            all.$($path).+ = lines.map(str::to_owned).collect();
            true
        })
    };
}
