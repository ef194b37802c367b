use super::*;

/// Another text than the default, of the field's kind.
fn other(field: &Field) -> String {
    match field.kind {
        Kind::Switch => (field.default() == "false").to_string(),
        Kind::Number => "17".to_owned(),
        Kind::Choice(words) => words[1].0.to_owned(),
        Kind::Text | Kind::Secret | Kind::List => "x: y".to_owned(),
    }
}

#[test]
fn every_setting_is_in_the_table_and_stands_for_itself() {
    let mut chosen = Chosen::default();
    for field in all() {
        assert!((field.set)(&mut chosen, &other(field)), "{}", field.key);
        assert_eq!((field.get)(&chosen), other(field), "{}", field.key);
    }
    // Whatever serde knows of settings has another value now: none is missing from the table, but
    // for the rules that Page Speed changes.
    let text = |all: &Chosen| {
        let choices = trace::json::write(&all.choices).replace("\"rules\":[],", "");
        format!("{},{choices}", trace::json::write(&all.settings))
    };
    let (ours, default) = (text(&chosen), text(&Chosen::default()));
    let fields = |text: &str| text.matches("\":").count() - text.matches("\":{").count();
    assert_eq!(fields(&default), all().count());
    for (ours, default) in ours.split(',').zip(default.split(',')) {
        assert_ne!(ours, default);
    }
}

#[test]
fn what_is_of_another_kind_changes_nothing() {
    let mut chosen = Chosen::default();
    for (key, text) in [
        ("limit", "many"),
        ("dashboard.limits", "world"),
        ("dashboard.slow", "-1"),
        ("scope", "world"),
        ("triggers.b3", "yes"),
        ("ending.minutes", "-1"),
    ] {
        let field = Field::of(key).unwrap();
        assert!(!(field.set)(&mut chosen, text));
    }
    assert_eq!(chosen, Chosen::default());
}

#[test]
fn a_setting_says_what_it_means_and_its_default() {
    for field in all() {
        assert!(field.meaning.ends_with('.') && !field.label.is_empty(), "{}", field.key);
    }
    let default = |key| Field::of(key).unwrap().default_words();
    assert_eq!(default("triggers.w3c"), "on");
    assert_eq!(default("limit"), "1000000");
    assert_eq!(default("links.trace"), "empty");
    assert!(default("scope").starts_with("This host"));
}

#[test]
fn a_search_finds_by_every_word() {
    let found = |search| all().filter(|field| field.matches(search)).count();
    assert_eq!(found(""), all().count());
    assert_eq!(found("zipkin B3"), 2);
    assert_eq!(found("no such thing"), 0);
}
