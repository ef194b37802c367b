use super::*;
use proptest::prelude::*;

fn rules(lines: &[&str]) -> Rules {
    let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    Rules::parse(&lines).unwrap()
}

fn usual(url: &str) -> String {
    fold(url, &Rules::default())
}

fn wrong(line: &str) -> String {
    Rules::parse(&["# first".to_owned(), line.to_owned()]).unwrap_err().to_string()
}

#[test]
fn ids_are_folded_and_words_are_not() {
    let folded = |path: &str| usual(&format!("https://Shop.example:8443{path}"));
    for id in [
        "4711",
        "0b2fd4c1-5a17-4f0e-9a31-0123456789ab",
        "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "01J9ZQ4Z7V8E5K3M2N1P0R6STB",
        "2024-05-17",
        "20240517",
        "5f1d7a84db5d9d0011e0c9a2",
    ] {
        assert_eq!(folded(&format!("/orders/{id}/lines")), "shop.example:8443/orders/:id/lines");
    }
    for word in ["checkout", "v2", "deadbeef", "facade", "a-b-c", "2024-q1", "internationalization"]
    {
        assert_eq!(folded(&format!("/{word}")), format!("shop.example:8443/{word}"));
    }
}

#[test]
fn query_fragment_credentials_and_a_last_slash_are_no_part_of_a_route() {
    assert_eq!(usual("https://me:pw@a.test/x/?q=1#f"), "a.test/x");
    assert_eq!(usual("https://a.test/x?to=/b/7"), "a.test/x");
    assert_eq!(usual("https://a.test"), "a.test/");
    assert_eq!(usual("https://a.test/?q"), "a.test/");
    assert_eq!(usual("about:blank"), "about:blank");
    assert_eq!(usual(""), "");
}

#[test]
fn paths_are_folded_as_the_user_says_the_first_rule_that_fits() {
    let rules = rules(&[
        "# of the shop",
        "/orders/archive",
        "/orders/:order/lines/*",
        "/users/*",
        "/files/**",
        "blog.test/posts/*",
        "/years/2024",
        "",
        "-date",
    ]);
    let folded = |url: &str| fold(&format!("https://{url}"), &rules);
    assert_eq!(folded("a.test/orders/archive"), "a.test/orders/archive");
    assert_eq!(folded("a.test/orders/x1/lines/9"), "a.test/orders/:order/lines/:id");
    assert_eq!(folded("a.test/users/ann"), "a.test/users/:id");
    assert_eq!(folded("a.test/users/"), "a.test/users");
    assert_eq!(folded("a.test/files/a/b/c"), "a.test/files/**");
    assert_eq!(folded("a.test/files"), "a.test/files");
    assert_eq!(folded("Blog.test/posts/hello"), "blog.test/posts/:id");
    assert_eq!(folded("a.test/posts/hello"), "a.test/posts/hello");
    assert_eq!(folded("a.test/years/2024"), "a.test/years/2024", "it stays as it is");
    assert_eq!(folded("a.test/years/2023"), "a.test/years/:id");
    assert_eq!(folded("a.test/news/2024-05-17"), "a.test/news/2024-05-17", "turned off");
    let all = Rules::parse(&["/**".to_owned()]).unwrap();
    assert_eq!(fold("https://a.test/x/y", &all), "a.test/**");
    let root = Rules::parse(&["/".to_owned()]).unwrap();
    assert_eq!(fold("https://a.test/", &root), "a.test/");
}

#[test]
fn a_line_that_is_no_rule_says_what_was_found_and_wanted() {
    assert_eq!(
        wrong("orders"),
        "Rule 2: there is no / in it, wanted a path such as /orders/*, or a usual rule to turn off \
         such as -date: orders"
    );
    assert_eq!(
        wrong("-dates"),
        "Rule 2: there is no usual rule to turn off of this name, wanted one of number, uuid, hex, \
         ulid, date: dates"
    );
    assert_eq!(wrong("/a/**/b"), "Rule 2: something follows **, wanted it at the end: /a/**/b");
    assert_eq!(
        wrong("/a/b*"),
        "Rule 2: a segment is b*, wanted * for a whole segment, or a name: /a/b*"
    );
    assert_eq!(wrong("/a//b"), "Rule 2: a segment is empty, wanted a name or *: /a//b");
    assert_eq!(wrong("/a?b=*"), "Rule 2: there is a ? or # in it, wanted a path alone: /a?b=*");
    assert_eq!(
        wrong("*.a.test/b"),
        "Rule 2: there is a * in its host, wanted a whole host or none: *.a.test/b"
    );
    assert!(wrong(&"/a".repeat(300)).starts_with("Rule 2: it has 600 bytes, wanted at most 512"));
    let kept = Rules::of(&["nonsense".to_owned(), "/users/*".to_owned()]);
    assert_eq!(fold("https://a.test/users/ann", &kept), "a.test/users/:id");
}

#[test]
fn a_route_that_the_server_told_says_which_segments_are_variables() {
    let folded = |path: &str, told: &str, rules: &Rules| {
        let mut text = String::new();
        route(&mut text, &format!("https://a.test{path}"), told, rules);
        text
    };
    let told = |path: &str, told: &str| folded(path, told, &Rules::default());
    assert_eq!(told("/users/ann", "/users/{name}"), "a.test/users/:id");
    assert_eq!(told("/users/ann/7", "/users/:name/<int:n>"), "a.test/users/:id/:id");
    assert_eq!(told("/v1/users/ann", "/users/:name"), "a.test/v1/users/ann", "another's path");
    let mine = rules(&["/users/:who"]);
    assert_eq!(folded("/users/ann", "/users/{name}", &mine), "a.test/users/:who");
}

proptest! {
    #[test]
    fn no_address_and_no_rule_panics_and_a_route_is_folded_for_good(
        url in "(https?://)?[a-zé0-9.:@]{0,12}[/a-z0-9*:?#-]{0,60}",
        lines in prop::collection::vec("[/a-z*:#?0-9-]{0,20}", 0..6),
    ) {
        let rules = Rules::of(&lines);
        let once = fold(&url, &rules);
        prop_assert!(once.len() <= url.len() + LONGEST * 8);
        if split(&url).is_some() {
            let usual = fold(&url, &Rules::default());
            prop_assert_eq!(fold(&format!("https://{usual}"), &Rules::default()), usual);
        }
        let _ = Rules::parse(&lines).map_err(|error| error.to_string());
    }
}
