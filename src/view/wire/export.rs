//! Makes files, reports and commands of the trace before the reader: its spans go in pieces to the
//! module that writes, and what that wrote goes to the reader.

use std::rc::Rc;

use bridge::file::{Form, Order, Table};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::steps::Steps;
use trace::settings::Settings;
use webext::files::Writer;
use webext::source::{self, Parts};

use crate::desk::{Rest, View};
use crate::export::{self, Way};
use crate::share::{Share, Sharing};
use crate::timeline::Timeline;
use crate::views::{Scene, spans};

/// Spans that go to the module at once.
const PART: usize = 2_000;
/// Rows of a drawing. Of a picture fewer: no canvas is as high.
const ROWS: (u32, u32) = (5_000, 780);

/// What can be made of a trace, wired.
#[component]
pub fn Export(
    /// What the reader has before him.
    scene: Scene,
) -> impl IntoView {
    let wire = ExportWire {
        scene,
        said: RwSignal::new(String::new()),
        sharing: RwSignal::new(Sharing::Closed),
        writer: StoredValue::new_local(None),
    };
    let on_way = Callback::new(move |way| wire.begin(way));
    let on_save = Callback::new(move |redacted| wire.save(redacted));
    let (said, sharing) = (wire.said, wire.sharing);
    let adjusted = Signal::derive(move || !scene.clocks().is_empty());
    // What was looked through for sharing is not kept for longer.
    Effect::new(move |_| {
        if sharing.with(|sharing| *sharing == Sharing::Closed) {
            wire.writer.set_value(None);
        }
    });
    view! {
        <export::Export said view=scene.desk.view adjusted on_way />
        <Share sharing on_save />
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct ExportWire {
    scene: Scene,
    /// What became of the last wish.
    said: RwSignal<String>,
    sharing: RwSignal<Sharing>,
    /// The module that has the spans which are to be shared.
    writer: StoredValue<Option<Rc<Writer>>, LocalStorage>,
}

impl ExportWire {
    fn begin(self, way: Way) {
        self.said.set(String::new());
        spawn_local(async move {
            let said = match way {
                Way::Share => return self.look().await,
                Way::Protobuf => self.protobuf().await,
                Way::Timeline => Ok(self.show().await),
                way => self.write(way).await,
            };
            self.said.set(said.unwrap_or_else(|error| error.text().to_owned()));
        });
    }

    /// The spans that are handed over, in the order in which they are packed: of a command the one
    /// that is chosen.
    fn places(self, way: Way) -> Vec<usize> {
        self.scene.picture.with_untracked(|picture| match way {
            Way::Curl => picture.chosen().into_iter().collect(),
            _ => picture.sheet().packing(),
        })
    }

    /// Packs spans up, a few at a time.
    async fn pack(
        self,
        places: &[usize],
        mut give: impl AsyncFnMut(Vec<u8>) -> Result<(), webext::Error>,
    ) -> Result<(), webext::Error> {
        let mut steps = Steps::begin();
        for places in places.chunks(PART) {
            let spans = self
                .scene
                .picture
                .with_untracked(|picture| picture.sheet().pack(places.iter().copied()));
            give(spans).await?;
            steps.rest().await;
        }
        Ok(())
    }

    async fn writer(self, places: &[usize]) -> Result<Writer, webext::Error> {
        let writer = Writer::begin().await?;
        // What a sheet packs, the module reads.
        let give = async |spans: Vec<u8>| writer.push(&spans).await.map(drop);
        self.pack(places, give).await?;
        Ok(writer)
    }

    fn file(self, way: Way) -> String {
        self.scene.picture.with_untracked(|picture| way.file(picture.trace()))
    }

    async fn protobuf(self) -> Result<String, webext::Error> {
        let mut parts = Vec::new();
        let give = async |spans| {
            parts.push(spans);
            Ok(())
        };
        self.pack(&self.places(Way::Protobuf), give).await?;
        let name = self.file(Way::Protobuf);
        source::save(&name, Parts::Bytes(&parts))?;
        Ok(format!("Saved {name}"))
    }

    async fn write(self, way: Way) -> Result<String, webext::Error> {
        let Some(form) = form(way) else { return Ok(String::new()) };
        let places = self.places(way);
        let order = order(self.scene, form, way, &places);
        let writer = self.writer(&places).await?;
        let written = writer.write(&order).await?;
        let name = self.file(way);
        match way {
            Way::CopyMarkdown | Way::Curl => {
                webext::page::copy(&written.text());
                return Ok("Copied".to_owned());
            }
            Way::Png => source::paint(&name, &written).await?,
            _ => source::save(&name, Parts::Written(&written))?,
        }
        Ok(match self.scene.matching().filter(|_| way == Way::Csv) {
            Some((rows, of)) => format!("Saved {name}: {rows} of {of} spans match the filter"),
            None => format!("Saved {name}"),
        })
    }

    /// Looks the trace through for secrets.
    async fn look(self) {
        self.sharing.set(Sharing::Looking);
        let looked = self.looked().await;
        if self.sharing.with_untracked(|sharing| *sharing == Sharing::Looking) {
            self.sharing.set(looked.unwrap_or_else(|error| Sharing::Refused(error.to_string())));
        }
    }

    async fn looked(self) -> Result<Sharing, webext::Error> {
        let how = self.how(webext::settings::load().await?, true);
        let writer = Rc::new(self.writer(&self.places(Way::Share)).await?);
        let preview = writer.preview(&how).await?;
        self.writer.set_value(Some(writer));
        Ok(Sharing::Ready(preview))
    }

    fn how(self, settings: Settings, redacted: bool) -> bridge::file::Share {
        let title = self.scene.picture.with_untracked(|picture| picture.summary().title);
        bridge::file::Share { title, redaction: redacted.then_some(settings.redaction) }
    }

    /// Writes the file to share.
    fn save(self, redacted: bool) {
        let Some(writer) = self.writer.get_value() else { return };
        spawn_local(async move {
            let said = self.shared(&writer, redacted).await;
            self.said.set(said.unwrap_or_else(|error| error.to_string()));
        });
    }

    async fn shared(self, writer: &Writer, redacted: bool) -> Result<String, webext::Error> {
        let how = self.how(webext::settings::load().await?, redacted);
        let written = writer.share(&how).await?;
        let name = self.file(Way::Share);
        source::save(&name, Parts::Written(&written))?;
        Ok(format!("Saved {name}"))
    }

    /// Puts the spans onto the page's own timeline; what came of it, in words.
    async fn show(self) -> String {
        let (timeline, of, url) = self.scene.picture.with_untracked(|picture| {
            (Timeline::of(picture), picture.sheet().len(), picture.summary().url)
        });
        let Some(tab) = tab(&url).await else {
            return "No open tab shows the page of this trace. Open it, or use the panel in its devtools."
                .to_owned();
        };
        match webext::timeline::show(tab, &timeline).await {
            Err(error) => format!("The page cannot be reached: {}.", error.text()),
            Ok(false) => {
                "The page was loaded anew since, and has another timeline. Run a page trace, and \
                          show that."
                    .to_owned()
            }
            Ok(true) => format!(
                "On the page's timeline. Where the Performance panel is recording, it draws them in the \
                 group Tracelight.{}{}",
                timeline.left_out(of),
                if self.scene.clocks().is_empty() { "" } else { " Clocks are adjusted." },
            ),
        }
    }
}

/// The tab whose page a trace is of: the inspected one, or the only one that shows its address.
async fn tab(url: &str) -> Option<i32> {
    if let Some(tab) = webext::devtools::tab() {
        return Some(tab);
    }
    let named = webext::page::param("tab").and_then(|tab| tab.parse().ok());
    if named.is_some() || url.is_empty() {
        return named;
    }
    let page = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
    let tabs = webext::tabs::all().await.ok()?;
    tabs.iter().rfind(|tab| page(&tab.url) == page(url)).map(|tab| tab.id)
}

const fn form(way: Way) -> Option<Form> {
    Some(match way {
        Way::Otlp => Form::Otlp,
        Way::Jaeger => Form::Jaeger,
        Way::Chrome => Form::Chrome,
        Way::Csv => Form::Csv,
        Way::Markdown | Way::CopyMarkdown => Form::Markdown,
        Way::Png | Way::Svg => Form::Svg,
        Way::Curl => Form::Curl,
        Way::Protobuf | Way::Share | Way::Timeline => return None,
    })
}

/// What is written: what the reader has before him. Spans are told by their places among those that
/// are handed over.
fn order(scene: Scene, form: Form, way: Way, places: &[usize]) -> Order {
    let mut packed = vec![0_u32; scene.picture.with_untracked(|picture| picture.sheet().len())];
    for (to, at) in (0..).zip(places) {
        if let Some(place) = packed.get_mut(*at) {
            *place = to;
        }
    }
    let place = |at: usize| packed.get(at).copied();
    let table = match form {
        Form::Csv => {
            let (rows, attributes) = spans::written(scene);
            Table { rows: rows.iter().filter_map(|at| place(*at as usize)).collect(), attributes }
        }
        _ => Table::default(),
    };
    let drawing = match form {
        Form::Svg => drawing(scene, way, &place),
        _ => bridge::file::Scene::default(),
    };
    Order { form, clocks: scene.clocks(), table, scene: drawing }
}

/// What a drawing shows: the flame graph where that is shown, otherwise the waterfall.
fn drawing(scene: Scene, way: Way, place: &dyn Fn(usize) -> Option<u32>) -> bridge::file::Scene {
    let (desk, window) = (scene.desk, scene.desk.window.get_untracked());
    scene.picture.with_untracked(|picture| {
        desk.filter.with_untracked(|filter| bridge::file::Scene {
            title: picture.summary().title,
            flame: desk.view.get_untracked() == View::Flame,
            filter: filter.text.clone(),
            through: filter.through.as_ref().map(|bits| bits.rows().filter_map(place).collect()),
            hides: filter.rest == Rest::Hide,
            folded: picture.waterfall().folds().filter_map(place).collect(),
            time: (window.from, window.to),
            critical: desk.critical.get_untracked(),
            dark: webext::devtools::dark().unwrap_or_else(webext::page::dark),
            rows: if way == Way::Png { ROWS.1 } else { ROWS.0 },
        })
    })
}
