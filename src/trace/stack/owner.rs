//! Whose code a frame is: a library's, the platform's, or the program's own.

/// Beginnings of the names of libraries' functions and of their platforms' (Java, .NET), and whose
/// they are; the longer before the shorter.
const NAMES: [(&str, &str); 34] = [
    ("java.", "Java"),
    ("javax.", "Java"),
    ("jdk.", "Java"),
    ("sun.", "Java"),
    ("com.sun.", "Java"),
    ("kotlin.", "Kotlin"),
    ("kotlinx.", "Kotlin"),
    ("scala.", "Scala"),
    ("jakarta.", "Jakarta"),
    ("org.springframework.", "Spring"),
    ("org.apache.", "Apache"),
    ("org.hibernate.", "Hibernate"),
    ("org.eclipse.", "Eclipse"),
    ("org.postgresql.", "PostgreSQL"),
    ("com.mysql.", "MySQL"),
    ("com.zaxxer.", "HikariCP"),
    ("com.fasterxml.", "Jackson"),
    ("com.google.", "Google"),
    ("io.netty.", "Netty"),
    ("io.grpc.", "gRPC"),
    ("io.ktor.", "Ktor"),
    ("io.micrometer.", "Micrometer"),
    ("io.opentelemetry.", "OpenTelemetry"),
    ("io.undertow.", "Undertow"),
    ("io.vertx.", "Vert.x"),
    ("okhttp3.", "OkHttp"),
    ("reactor.", "Reactor"),
    ("System.", ".NET"),
    ("Microsoft.", ".NET"),
    ("Npgsql.", "Npgsql"),
    ("Newtonsoft.", "Newtonsoft"),
    ("OpenTelemetry.", "OpenTelemetry"),
    ("runtime.", "Go"),
    ("net/http.", "Go"),
];

/// Parts of paths that hold a platform's own code.
const PLATFORMS: [(&str, &str); 11] = [
    ("node:", "Node.js"),
    ("internal/modules/", "Node.js"),
    ("/usr/local/go/src/", "Go"),
    ("/go/src/runtime/", "Go"),
    ("/lib/python", "Python"),
    ("<frozen ", "Python"),
    ("/lib/ruby/", "Ruby"),
    ("<internal:", "Ruby"),
    ("/rustc/", "Rust"),
    ("<anonymous>", "the engine"),
    ("native", "the engine"),
];

/// Folders of libraries, which are called by what stands behind them.
const FOLDERS: [&str; 8] = [
    "/node_modules/",
    "/site-packages/",
    "/dist-packages/",
    "/pkg/mod/",
    "/gems/",
    "/vendor/",
    "/.cargo/registry/src/",
    "/.yarn/cache/",
];

/// The library that a function of a file is of; `None` for the program's own.
pub(super) fn library<'a>(function: &'a str, file: &'a str) -> Option<&'a str> {
    for folder in FOLDERS {
        // The last: a library may bring its own.
        if let Some((_, rest)) = file.rsplit_once(folder) {
            return Some(package(folder, rest));
        }
    }
    if let Some(rest) = file.strip_prefix("node_modules/") {
        return Some(package("/node_modules/", rest));
    }
    let platform = PLATFORMS.iter().find(|(part, _)| match *part {
        "native" => matches!(file, "native" | "[native code]" | "Native Method"),
        "<anonymous>" => file == "<anonymous>",
        "node:" => file.starts_with("node:"),
        part => file.contains(part),
    });
    // Java writes loader and module before the class: `app//java.base/java.lang.Thread.run`.
    let class = function.rsplit_once('/').map_or(function, |(_, class)| class);
    let named = |name: &&(&str, &str)| function.starts_with(name.0) || class.starts_with(name.0);
    platform.or_else(|| NAMES.iter().find(named)).map(|(_, whose)| *whose)
}

/// The package that a path below a folder of libraries is of.
fn package<'a>(folder: &str, rest: &'a str) -> &'a str {
    let parts = match folder {
        "/.cargo/registry/src/" => {
            return package("", rest.split_once('/').map_or(rest, |it| it.1));
        }
        "/pkg/mod/" => return rest.split('@').next().unwrap_or(rest),
        "/vendor/" => 2,
        _ if rest.starts_with('@') => 2,
        _ => 1,
    };
    let end = rest.match_indices('/').nth(parts - 1).map_or(rest.len(), |(at, _)| at);
    let name = &rest[..end];
    // pnpm's folder of folders, where the next one names the package.
    if name == ".pnpm" { rest.split('/').nth(1).unwrap_or(name) } else { name }
}
