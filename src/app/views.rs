//! Saved views: the filters of Logs under names. What is kept, within limits, and how it is drawn.

use leptos::html;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dropdown::Dropdown;

/// Key of the views in local storage.
pub const KEY: &str = "views";
/// Views, at most: they all stand in one menu.
const MOST: usize = 50;
/// Letters of a name, and bytes of an address, at most.
const NAME: usize = 60;
const ADDRESS: usize = 8_000;
/// What every address of Logs begins with.
const LOGS: &str = "app.html?view=dashboard&tab=logs";

/// A view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// What the user calls it.
    pub name: String,
    /// Where it leads.
    pub address: String,
}

/// The views, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Views(Vec<Saved>);

impl Views {
    /// What was kept, as far as it is what is kept.
    #[must_use]
    pub fn read(kept: Vec<Saved>) -> Self {
        let mut views = Self::default();
        for view in kept {
            let _too_many = views.save(&view.name, &view.address);
        }
        views
    }

    /// The views.
    #[must_use]
    pub fn all(&self) -> &[Saved] {
        &self.0
    }

    /// Keeps an address under a name, in place of what had that name.
    ///
    /// # Errors
    /// Why it is not kept.
    pub fn save(&mut self, name: &str, address: &str) -> Result<(), String> {
        let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = name.chars().take(NAME).collect();
        if name.is_empty() {
            return Err("A view needs a name.".to_owned());
        }
        let logs = address.strip_prefix(LOGS);
        if logs.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('&')) {
            return Err("This is no view of Logs.".to_owned());
        }
        if address.len() > ADDRESS {
            return Err("The filter is too long to be saved.".to_owned());
        }
        self.0.retain(|view| view.name != name);
        if self.0.len() >= MOST {
            return Err(format!("There are {MOST} views already: delete one first."));
        }
        let at = self.0.partition_point(|view| view.name.to_lowercase() < name.to_lowercase());
        self.0.insert(at, Saved { name, address: address.to_owned() });
        Ok(())
    }

    /// Carries a wish out; what is saved leads to this address.
    ///
    /// # Errors
    /// Why it is not.
    pub fn grant(&mut self, wish: &Wish, address: &str) -> Result<(), String> {
        match wish {
            Wish::Save(name) => self.save(name, address),
            Wish::Rename(from, to) => self.rename(from, to),
            Wish::Delete(name) => {
                self.delete(name);
                Ok(())
            }
        }
    }

    /// Gives a view another name.
    ///
    /// # Errors
    /// Why it keeps its name.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), String> {
        let Some(address) =
            self.0.iter().find(|view| view.name == from).map(|it| it.address.clone())
        else {
            return Ok(());
        };
        let mut renamed = self.clone();
        renamed.delete(from);
        renamed.save(to, &address)?;
        *self = renamed;
        Ok(())
    }

    /// Keeps a view no longer.
    pub fn delete(&mut self, name: &str) {
        self.0.retain(|view| view.name != name);
    }
}

/// What the user does with views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Keep what is shown under this name.
    Save(String),
    /// Call this one that.
    Rename(String, String),
    /// Keep this one no longer.
    Delete(String),
}

/// The menu of views.
#[component]
pub fn Menu(
    /// The views.
    views: RwSignal<Views>,
    /// Why the last wish was not granted; empty where it was.
    trouble: RwSignal<String>,
    /// Carries a wish out.
    on_wish: Callback<Wish>,
) -> impl IntoView {
    let panel = move |_| {
        trouble.set(String::new());
        view! { <Panel views trouble on_wish /> }.into_any()
    };
    view! { <Dropdown name="Views" panel=Callback::new(panel) /> }.into_any()
}

#[component]
fn Panel(
    views: RwSignal<Views>,
    trouble: RwSignal<String>,
    on_wish: Callback<Wish>,
) -> impl IntoView {
    let field: NodeRef<html::Input> = NodeRef::new();
    // The name of the view that gets another one.
    let renamed = RwSignal::new(None::<String>);
    field.on_load(|field| drop(field.focus()));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        on_wish.run(Wish::Save(field.value()));
        if trouble.with_untracked(String::is_empty) {
            field.set_value("");
        }
    };
    let each = move |saved: &Saved| {
        let name = saved.name.clone();
        if renamed.with(|it| it.as_ref() == Some(&name)) {
            return view! { <Rename name renamed on_wish /> }.into_any();
        }
        let (old, gone) = (name.clone(), name.clone());
        view! {
            <li>
                <a href=saved.address.clone()>{name.clone()}</a>
                <button
                    type="button"
                    class="link"
                    aria-label=format!("Rename {name}")
                    on:click=move |_| renamed.set(Some(old.clone()))
                >
                    "Rename"
                </button>
                <button
                    type="button"
                    class="close"
                    aria-label=format!("Delete {name}")
                    on:click=move |_| on_wish.run(Wish::Delete(gone.clone()))
                ></button>
            </li>
        }
        .into_any()
    };
    let list = move || views.with(|views| views.all().iter().map(each).collect::<Vec<_>>());
    view! {
        <form class="save" on:submit=save>
            <input
                type="text"
                aria-label="Name of the view"
                placeholder="Name of the view"
                maxlength=NAME
                autocomplete="off"
                node_ref=field
            />
            <button type="submit" class="verb">"Save View"</button>
        </form>
        <p class="wrong" role="alert">{move || trouble.get()}</p>
        <Show
            when=move || views.with(|views| !views.all().is_empty())
            fallback=|| view! {
                <p class="none">"No view is saved. One keeps filters, time and columns under a name."</p>
            }
        >
            <ul class="saved" aria-label="Saved views">{list}</ul>
        </Show>
    }
    .into_any()
}

/// A view that gets another name.
#[component]
fn Rename(
    name: String,
    renamed: RwSignal<Option<String>>,
    on_wish: Callback<Wish>,
) -> impl IntoView {
    let field: NodeRef<html::Input> = NodeRef::new();
    field.on_load(|field| drop(field.focus()));
    let old = name.clone();
    let take = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        on_wish.run(Wish::Rename(old.clone(), field.value()));
        renamed.set(None);
    };
    view! {
        <li>
            <form class="save" on:submit=take>
                <input
                    type="text"
                    aria-label=format!("New name of {name}")
                    maxlength=NAME
                    value=name
                    node_ref=field
                />
                <button type="submit" class="verb">"Rename"</button>
            </form>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(views: &Views) -> Vec<&str> {
        views.all().iter().map(|view| view.name.as_str()).collect()
    }

    #[test]
    fn views_are_kept_by_name_in_its_order() {
        let mut views = Views::default();
        for name in ["slow", "Errors", "  my   cart "] {
            views.save(name, LOGS).unwrap();
        }
        assert_eq!(names(&views), ["Errors", "my cart", "slow"]);
        views.save("slow", &format!("{LOGS}&filter=x")).unwrap();
        assert_eq!(views.all()[2].address, format!("{LOGS}&filter=x"));
        views.rename("slow", "a").unwrap();
        assert_eq!(names(&views), ["a", "Errors", "my cart"]);
        assert!(views.rename("a", " ").is_err());
        views.delete("a");
        assert_eq!(names(&views), ["Errors", "my cart"]);
        assert_eq!(Views::read(views.all().to_vec()), views);
    }

    #[test]
    fn what_is_no_view_or_too_much_is_not_kept() {
        let mut views = Views::default();
        let said =
            |views: &mut Views, name: &str, address: &str| views.save(name, address).unwrap_err();
        assert_eq!(said(&mut views, " ", LOGS), "A view needs a name.");
        for address in ["https://evil.example", "javascript:1", "app.html?view=dashboard&tab=logsx"]
        {
            assert_eq!(said(&mut views, "x", address), "This is no view of Logs.");
        }
        let long = format!("{LOGS}&filter={}", "x".repeat(ADDRESS));
        assert!(said(&mut views, "x", &long).contains("too long"));
        views.save(&"ü".repeat(99), LOGS).unwrap();
        assert_eq!(views.all()[0].name.chars().count(), NAME);
        (1..MOST).for_each(|at| views.save(&at.to_string(), LOGS).unwrap());
        assert!(said(&mut views, "one more", LOGS).contains("delete one first"));
        views.save("7", LOGS).unwrap();
        assert_eq!(views.all().len(), MOST);
    }
}
