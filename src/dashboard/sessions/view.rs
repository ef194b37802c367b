//! Draws the tab of sessions.

use bridge::query::{Answer, SessionFilter, SessionLine};
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use surface::board::{Tab, of_session};
use surface::moment;
use surface::naming::short;
use surface::period::Period;
use surface::standing::Standing;
use surface::status::Empty;
use trace::quantity;

use super::drawn::{Drawn, next};
use super::keep::{Asked, Intent, Keep, Room, Verbs};
use super::list::{Column, MORE, PAGE, Sorting, nothing};
use super::search::Search;
use crate::found::{Blank, Found};
use crate::frame::{Desk, Frame};

/// The tab.
#[component]
pub fn Sessions(
    /// What all tabs are given.
    desk: Desk,
    /// The sessions.
    found: RwSignal<Found>,
    /// What can be done with them.
    keep: Keep,
) -> impl IntoView {
    let board = desk.board;
    let filter = Memo::new(move |_| {
        board.with(|board| match &board.tab {
            Tab::Sessions(filter) => (**filter).clone(),
            _ => SessionFilter::default(),
        })
    });
    let on_search = Callback::new(move |filter: SessionFilter| {
        board.update(|board| board.tab = Tab::Sessions(Box::new(filter)));
    });
    let standing =
        Memo::new(move |_| nothing(&filter.read(), board.with(|board| board.period), keep.keeper));
    let lines = Memo::new(move |_| {
        found.with(|found| match found.answer() {
            Some(Answer::Sessions(lines)) => lines.clone(),
            _ => Vec::new(),
        })
    });
    let there = Memo::new(move |_| found.with(|found| found.answer().is_some()));
    let any = Memo::new(move |_| lines.with(|lines| !lines.is_empty()));
    view! {
        <Frame desk heading="Sessions">
            <Search filter on_search />
            {keep.is_here().then(|| view! { <Verbs keep any /> })}
            <Blank found />
            <Show when=move || there.get() && any.get()>
                <List lines keep zone=desk.zone />
            </Show>
            <Show when=move || there.get() && !any.get()>
                <Nothing desk standing />
            </Show>
            {keep.is_here().then(|| view! { <Room keep /> })}
        </Frame>
    }
    .into_any()
}

/// Why there is none, with the way to look further back.
#[component]
fn Nothing(desk: Desk, standing: Memo<Standing>) -> impl IntoView {
    let board = desk.board;
    let all = move || {
        (board.with(|board| board.period) != Period::All).then(|| {
            let on_click = move |_| board.update(|board| board.period = Period::All);
            view! { <button type="button" class="verb" on:click=on_click>"Show all time"</button> }
        })
    };
    view! { <Empty standing>{all}</Empty> }.into_any()
}

/// The list.
#[component]
fn List(lines: Memo<Vec<SessionLine>>, keep: Keep, zone: i32) -> impl IntoView {
    let sorting = RwSignal::new(Sorting::default());
    let most = RwSignal::new(PAGE);
    let head = move |column: Column| {
        let class = if column == Column::Started { "" } else { "number" };
        view! {
            <th scope="col" class=class aria-sort=move || sorting.get().aria(column)>
                <button
                    type="button"
                    class="sorter"
                    on:click=move |_| sorting.update(|it| *it = it.click(column))
                >
                    {column.title()}
                </button>
            </th>
        }
        .into_any()
    };
    let rows = approach(move || lines.with(|lines| sorting.get().first(most.get(), lines)));
    let more = move || {
        let (all, drawn) = (lines.with(Vec::len), most.get());
        (all > drawn).then(|| {
            let on_click = move |_| most.update(|most| *most += MORE);
            let text = format!("Show more: {} of {} are shown", drawn, all);
            view! { <button type="button" class="verb" on:click=on_click>{text}</button> }
        })
    };
    view! {
        <div class="sheet sessions-list" tabindex="0" role="region" aria-label="Sessions found">
            <table>
                <caption>
                    "Session List "
                    <span class="dim">
                        {move || quantity::count(lines.with(Vec::len) as u64, "session")}
                    </span>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Session ID"</th>
                        <th scope="col">"Username"</th>
                        <th scope="col">"User ID"</th>
                        {head(Column::Started)}
                        {head(Column::Duration)}
                        {head(Column::Pages)}
                        {head(Column::Errors)}
                        {head(Column::Calls)}
                        {head(Column::Failures)}
                        <th scope="col">"Browser"</th>
                        <th scope="col">"Page Url"</th>
                        {head(Column::Spans)}
                        {keep.is_here().then(|| view! { <th scope="col" class="number">"Size"</th> })}
                        <th scope="col"><span class="hidden">"Actions"</span></th>
                    </tr>
                </thead>
                // A line that says what it said stays as it is, and where it is.
                <tbody>
                    <For each=move || rows.get() key=|drawn| drawn.number let(drawn)>
                        {row(&drawn.line, keep, zone)}
                    </For>
                </tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

/// What is drawn: what is wanted, as soon as all of it came. That is before the browser draws, for
/// between two lines that come lies nothing but the list's turn.
fn approach(wanted: impl Fn() -> Vec<SessionLine> + 'static) -> RwSignal<Vec<Drawn>> {
    let drawn = RwSignal::new(Vec::new());
    // How often another list was wanted, and how many lines there were.
    let counts = StoredValue::new((0_u32, 0_u32));
    Effect::new(move |_| {
        let wanted = wanted();
        let (turn, lines) = counts.get_value();
        let turn = turn.wrapping_add(1);
        counts.set_value((turn, lines));
        spawn_local(async move {
            // Until that is drawn, another list is wanted, or there is none any more.
            while let Some((now, mut lines)) = counts.try_get_value()
                && now == turn
                && let Some(Some(step)) =
                    drawn.try_with_untracked(|drawn| next(drawn, &wanted, &mut lines))
            {
                counts.try_set_value((turn, lines));
                let _gone = drawn.try_set(step);
                tick().await;
            }
        });
    });
    drawn
}

fn row(line: &SessionLine, keep: Keep, zone: i32) -> AnyView {
    let number = |count: u32, class: &'static str| {
        let class = if count > 0 { class } else { "dim" };
        view! { <td class="number"><span class=class>{quantity::grouped(u64::from(count))}</span></td> }
            .into_any()
    };
    let (name, id) = (short(&line.session), line.session.clone());
    let (export, delete) = (format!("Export session {name}"), format!("Delete session {name}"));
    let size = move || view! { <td class="number">{move || keep.size(&id)}</td> };
    let id = line.session.clone();
    let on_export = move |_| keep.on_intent.run(Intent::Export(id.clone()));
    let asked = Asked::One(Box::new(line.clone()));
    let on_delete = move |_| keep.asked.set(Some(asked.clone()));
    let verbs = move || {
        view! {
            <button type="button" class="link" aria-label=export on:click=on_export>"Export"</button>
            " "
            <button type="button" class="link" aria-label=delete on:click=on_delete>"Delete"</button>
        }
    };
    let took = quantity::duration(line.until.since(line.since));
    view! {
        <tr>
            <td>
                <a href=of_session(&line.session) title=line.session.clone()>
                    <code>{short(&line.session).to_owned()}</code>
                </a>
            </td>
            {said(line.user_name.clone())}
            {said(line.user_id.clone())}
            <td><time>{moment::second(line.since, zone)}</time></td>
            <td class="number">{took}</td>
            {number(line.pages, "")}
            {number(line.errors, "bad")}
            {number(line.calls, "")}
            {number(line.failures, "bad")}
            {said(line.browser.clone())}
            <td class="wide" title=line.url.clone()>{line.url.clone()}</td>
            {number(line.spans, "")}
            {keep.is_here().then(size)}
            <td>{keep.is_here().then(verbs)}</td>
        </tr>
    }
    .into_any()
}

/// What is told, or that it is not.
fn said(text: String) -> AnyView {
    if text.is_empty() {
        return view! { <td class="dim"><span aria-label="not told">"–"</span></td> }.into_any();
    }
    view! { <td>{text}</td> }.into_any()
}
