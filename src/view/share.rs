//! Draws what is taken out of a trace before it is handed to somebody.

use bridge::file::{Preview, Taken};
use leptos::html;
use leptos::prelude::*;
use trace::quantity;

/// How sharing stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Nobody shares.
    #[default]
    Closed,
    /// The trace is being looked through.
    Looking,
    /// This would be taken out.
    Ready(Preview),
    /// It cannot be shared.
    Refused(String),
}

/// In how many texts something would be taken out, in words.
fn total(preview: &Preview) -> String {
    let count: u64 = preview.taken.iter().map(|taken| u64::from(taken.count)).sum();
    match count {
        0 => "Nothing looks like a secret.".to_owned(),
        _ => format!("{} with secrets:", quantity::count(count, "text")),
    }
}

/// The dialog. Redaction is on until the reader takes it off.
#[component]
pub fn Share(
    /// How it stands.
    sharing: RwSignal<Sharing>,
    /// Writes the file; with secrets taken out, or not.
    on_save: Callback<bool>,
) -> impl IntoView {
    let open = Memo::new(move |_| sharing.with(|it| *it != Sharing::Closed));
    view! { <Show when=move || open.get()><Dialog sharing on_save /></Show> }.into_any()
}

/// The dialog, while it is open.
#[component]
fn Dialog(sharing: RwSignal<Sharing>, on_save: Callback<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let redacted = RwSignal::new(true);
    dialog.on_load(|dialog| {
        // Without it the dialog is on the page all the same, and only does not hold the focus.
        let _plain = dialog.show_modal();
    });
    let close = move || sharing.set(Sharing::Closed);
    let save = move |_| {
        on_save.run(redacted.get_untracked());
        close();
    };
    let ready = Memo::new(move |_| sharing.with(|it| matches!(it, Sharing::Ready(_))));
    view! {
        <dialog class="share" aria-labelledby="share-title" node_ref=dialog on:close=move |_| close()>
            <h2 id="share-title">"Share file"</h2>
            <p class="quiet">
                "One file of OTLP JSON, which Tracelight and every reader of OTLP opens. What stands
                below is taken out before it is written; your own patterns count too."
            </p>
            {move || body(&sharing.read())}
            <label>
                <input
                    type="checkbox"
                    prop:checked=redacted
                    on:change=move |event| redacted.set(event_target_checked(&event))
                />
                " Take secrets out"
            </label>
            <div class="ways">
                <button type="button" class="verb main" disabled=move || !ready.get() on:click=save>
                    "Save File"
                </button>
                <button type="button" class="verb" on:click=move |_| close()>"Cancel"</button>
            </div>
        </dialog>
    }
    .into_any()
}

/// What is known so far.
fn body(sharing: &Sharing) -> AnyView {
    match sharing {
        Sharing::Closed => ().into_any(),
        Sharing::Looking => view! { <p role="status">"Looking for secrets…"</p> }.into_any(),
        Sharing::Refused(why) => {
            view! { <p class="note bad" role="alert">{why.clone()}</p> }.into_any()
        }
        Sharing::Ready(preview) => {
            let taken: Vec<_> = preview.taken.iter().map(place).collect();
            view! { <p role="status">{total(preview)}</p><ul class="taken" aria-label="Taken out">{taken}</ul> }
                .into_any()
        }
    }
}

/// What is taken out of one place.
fn place(taken: &Taken) -> AnyView {
    let examples = taken.examples.iter().map(|example| {
        view! {
            <li>
                <del>{example.before.clone()}</del>
                " "
                <ins>{example.after.clone()}</ins>
            </li>
        }
    });
    let examples: Vec<_> = examples.collect();
    view! {
        <li>
            <strong>{taken.place.clone()}</strong>
            <span class="count">{quantity::grouped(taken.count.into())}</span>
            <ul>{examples}</ul>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_is_counted() {
        let taken = |count| Taken { place: "url.full".to_owned(), count, examples: Vec::new() };
        let preview = Preview { taken: vec![taken(3), taken(4)] };
        assert_eq!(total(&preview), "7 texts with secrets:");
        assert_eq!(total(&Preview::default()), "Nothing looks like a secret.");
    }
}
