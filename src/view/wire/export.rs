//! Makes files, reports and commands of the trace before the reader: its spans go in pieces to the
//! module that writes, and what that wrote goes to the reader.

use std::rc::Rc;

use bridge::file::{Form, Order};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::steps::Steps;
use trace::settings::Settings;
use webext::files::Writer;
use webext::source::{self, Parts};

use crate::desk::Desk;
use crate::export::{self, Way};
use crate::picture::Picture;
use crate::share::{Share, Sharing};
use crate::timeline::Timeline;

/// Spans that go to the module at once.
const PART: usize = 2_000;
/// Rows of a drawing. Of a picture fewer: no canvas is as high.
const ROWS: (u32, u32) = (5_000, 780);

/// What can be made of a trace, wired.
#[component]
pub fn Export(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What he has set.
    desk: Desk,
) -> impl IntoView {
    let wire = ExportWire {
        picture,
        desk,
        said: RwSignal::new(String::new()),
        sharing: RwSignal::new(Sharing::Closed),
        writer: StoredValue::new_local(None),
    };
    let on_way = Callback::new(move |way| wire.begin(way));
    let on_save = Callback::new(move |redacted| wire.save(redacted));
    let (said, sharing) = (wire.said, wire.sharing);
    // What was looked through for sharing is not kept for longer.
    Effect::new(move |_| {
        if sharing.with(|sharing| *sharing == Sharing::Closed) {
            wire.writer.set_value(None);
        }
    });
    view! {
        <export::Export said on_way />
        <Share sharing on_save />
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct ExportWire {
    picture: RwSignal<Picture>,
    desk: Desk,
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

    /// The spans that go into a file: all, or of a table those that the filter lets through, or of a
    /// command the one that is chosen.
    fn places(self, way: Way) -> Vec<usize> {
        self.picture.with_untracked(|picture| match way {
            Way::Curl => picture.chosen().into_iter().collect(),
            Way::Csv => self.desk.filter.with_untracked(|filter| {
                (0..picture.sheet().len()).filter(|at| filter.lets(*at)).collect()
            }),
            _ => (0..picture.sheet().len()).collect(),
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
            let spans =
                self.picture.with_untracked(|picture| picture.sheet().pack(places.iter().copied()));
            give(spans).await?;
            steps.rest().await;
        }
        Ok(())
    }

    async fn writer(self, way: Way) -> Result<Writer, webext::Error> {
        let writer = Writer::begin().await?;
        // What a sheet packs, the module reads.
        let give = async |spans: Vec<u8>| writer.push(&spans).await.map(drop);
        self.pack(&self.places(way), give).await?;
        Ok(writer)
    }

    fn file(self, way: Way) -> String {
        self.picture.with_untracked(|picture| way.file(picture.trace()))
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
        let order = self.picture.with_untracked(|picture| order(picture, form, way));
        let writer = self.writer(way).await?;
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
        Ok(format!("Saved {name}"))
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
        let writer = Rc::new(self.writer(Way::Share).await?);
        let preview = writer.preview(&how).await?;
        self.writer.set_value(Some(writer));
        Ok(Sharing::Ready(preview))
    }

    fn how(self, settings: Settings, redacted: bool) -> bridge::file::Share {
        let title = self.picture.with_untracked(|picture| picture.summary().title);
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
        let (timeline, of, url) = self.picture.with_untracked(|picture| {
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
                 group Tracelight.{}",
                timeline.left_out(of)
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

fn order(picture: &Picture, form: Form, way: Way) -> Order {
    let columns = picture.sheet().columns();
    let folds = picture.waterfall().folds();
    let folded = match form {
        Form::Svg => folds.filter_map(|at| columns.id(at)).map(|id| id.to_string()).collect(),
        _ => Vec::new(),
    };
    Order {
        form,
        title: picture.summary().title,
        folded,
        dark: webext::devtools::dark().unwrap_or_else(webext::page::dark),
        rows: if way == Way::Png { ROWS.1 } else { ROWS.0 },
    }
}
